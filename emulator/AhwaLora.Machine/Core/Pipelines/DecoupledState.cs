using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>State of <see cref="DecoupledPipeline"/>: the registers and queues of the RTL that decide when something moves.</summary>
public sealed class DecoupledState(DecoupledTiming timing) : IStateful
{
    /// <summary>Sizes and latencies.</summary>
    public readonly DecoupledTiming Timing = timing;

    /// <summary>Bytes by which all data lies higher than its addresses say.</summary>
    [field: Unsaved("fixed by the assembly, as the options say")]
    public uint DataOffset { get; set; }

    /// <summary>Cycles by cause; their sum is <see cref="Time"/>.</summary>
    public readonly CauseCounters Causes = new();

    /// <summary>The cycle that comes next; after Issue the one in which the instruction issued.</summary>
    public ulong Time;

    /// <summary>True from Issue to Complete: this cycle has been simulated.</summary>
    public bool IsIssued;

    /// <summary>Instructions in flight outside the integer core's single stage; with none, nothing else is worth a look.</summary>
    public int Busy;

    // Integer core.

    /// <summary>x registers that wait for a result.</summary>
    public uint Scoreboard;

    /// <summary>What each of them waits for.</summary>
    public readonly Cause[] ScoreboardCauses = new Cause[32];

    /// <summary>Why the instruction at the head did not issue in the last cycle.</summary>
    public Cause StallCause;

    /// <summary>Request register to the FP subsystem and the multiplier and divider.</summary>
    public readonly HardwareQueue<Offload> Offloads = new(2, Offload.SaveOrRestore);

    /// <summary>Response register: x registers to be written.</summary>
    public readonly HardwareQueue<byte> Results = new(2, static (StateStream state, ref byte entry) => state.Field(ref entry));

    // Shared multiplier and divider.

    /// <summary>The product that waits to be taken; 0 for none.</summary>
    public byte Product;

    /// <summary>The division at work; 0 for none.</summary>
    public byte Quotient;

    /// <summary>Cycle in which it is done.</summary>
    public ulong QuotientTime;

    /// <summary>Product or quotient.</summary>
    public Arbiter IntegerUnits;

    /// <summary>FPU, or multiplier and divider, to the response register.</summary>
    public Arbiter Responses;

    // FP subsystem.

    /// <summary>f registers that wait for a result.</summary>
    public uint FloatScoreboard;

    /// <summary>Sequencer ring.</summary>
    public readonly HardwareQueue<Offload> Sequencer = new(timing.SequencerEntries, Offload.SaveOrRestore);

    /// <summary>Pipeline registers of the adder and multiplier, first stage in the low byte; as tags.</summary>
    public uint AddMultiply;

    /// <summary>Pipeline registers of the conversions.</summary>
    public uint Conversions;

    /// <summary>The one register of the moves and comparisons.</summary>
    public byte NonComputational;

    /// <summary>The division that enters its unit; 0 for none.</summary>
    public byte FloatDivisionInput;

    /// <summary>Cycles it will take.</summary>
    public byte FloatDivisionLatency;

    /// <summary>The division at work; 0 for none.</summary>
    public byte FloatDivision;

    /// <summary>Cycle in which it is done.</summary>
    public ulong FloatDivisionTime;

    /// <summary>Which FPU unit has the output.</summary>
    public Arbiter FloatOutput;

    // Memory.

    /// <summary>Requests of the integer core, not yet granted.</summary>
    public readonly HardwareQueue<MemoryRequest> IntegerRequests = new(2, MemoryRequest.SaveOrRestore);

    /// <summary>Requests of the FP subsystem, not yet granted.</summary>
    public readonly HardwareQueue<MemoryRequest> FloatRequests = new(2, MemoryRequest.SaveOrRestore);

    /// <summary>Integer or FP to the TCDM port.</summary>
    public Arbiter MemoryPort;

    /// <summary>Granted, waiting for the response.</summary>
    public readonly HardwareQueue<MemoryRequest> InFlight = new(4, MemoryRequest.SaveOrRestore);

    /// <summary>Responses to the integer core.</summary>
    public readonly HardwareQueue<byte> IntegerResponses = new(2, static (StateStream state, ref byte entry) => state.Field(ref entry));

    /// <summary>Granules of FP accesses under way, times two, plus one for a store.</summary>
    public readonly HardwareQueue<uint> AddressQueue = new(timing.AddressQueueEntries, static (StateStream state, ref uint entry) => state.Field(ref entry));

    /// <summary>Accesses of the integer core and of the FP subsystem.</summary>
    public int IntegerAccesses, FloatAccesses;

    // The access at the head that asks for a grant.

    /// <summary>True once it has it.</summary>
    public bool IsGranted;

    /// <summary>Cycle of the request, then of the grant.</summary>
    public ulong AccessTime;

    /// <summary>Cycle of the last grant.</summary>
    public ulong LastGrant;

    /// <summary>Its address.</summary>
    public uint AccessAddress;

    /// <summary>Why the grant came late.</summary>
    public Cause AccessCause;

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(Causes.Cycles);
        state.Field(ref Time);
        state.Field(ref IsIssued);
        state.Field(ref Busy);
        state.Field(ref Scoreboard);
        state.Array(ScoreboardCauses);
        state.Field(ref StallCause);
        Offloads.SaveOrRestore(state);
        Results.SaveOrRestore(state);
        state.Field(ref Product);
        state.Field(ref Quotient);
        state.Field(ref QuotientTime);
        IntegerUnits.SaveOrRestore(state);
        Responses.SaveOrRestore(state);
        state.Field(ref FloatScoreboard);
        Sequencer.SaveOrRestore(state);
        state.Field(ref AddMultiply);
        state.Field(ref Conversions);
        state.Field(ref NonComputational);
        state.Field(ref FloatDivisionInput);
        state.Field(ref FloatDivisionLatency);
        state.Field(ref FloatDivision);
        state.Field(ref FloatDivisionTime);
        FloatOutput.SaveOrRestore(state);
        IntegerRequests.SaveOrRestore(state);
        FloatRequests.SaveOrRestore(state);
        MemoryPort.SaveOrRestore(state);
        InFlight.SaveOrRestore(state);
        IntegerResponses.SaveOrRestore(state);
        AddressQueue.SaveOrRestore(state);
        state.Field(ref IntegerAccesses);
        state.Field(ref FloatAccesses);
        state.Field(ref IsGranted);
        state.Field(ref AccessTime);
        state.Field(ref LastGrant);
        state.Field(ref AccessAddress);
        state.Field(ref AccessCause);
    }
}
