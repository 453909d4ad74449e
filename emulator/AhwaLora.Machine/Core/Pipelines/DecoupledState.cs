using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>State of <see cref="DecoupledPipeline"/>: the registers and queues of the RTL that decide when something moves.</summary>
public sealed class DecoupledState(DecoupledTiming timing) : IStateful
{
    /// <summary>Sizes and latencies.</summary>
    public readonly DecoupledTiming Timing = timing;

    /// <summary>Offset in bytes that is added to all data addresses.</summary>
    [field: Unsaved("fixed when the machine is built, by its options")]
    public uint DataOffset { get; set; }

    /// <summary>Cycles by cause; their sum is <see cref="Time"/>.</summary>
    public readonly CauseCounters Causes = new();

    /// <summary>The next cycle. After Issue: the cycle in which the instruction issued.</summary>
    public ulong Time;

    /// <summary>True from Issue to Complete: this cycle has been simulated.</summary>
    public bool IsIssued;

    /// <summary>Instructions in flight outside the integer core's single stage. If there are none, the rest of the state is idle.</summary>
    public int Busy;

    // Integer core.

    /// <summary>x registers that wait for a result.</summary>
    public uint Scoreboard;

    /// <summary>What each of them waits for.</summary>
    public readonly Cause[] ScoreboardCauses = new Cause[32];

    /// <summary>Why the instruction at the head did not issue in the last cycle.</summary>
    public Cause StallCause;

    /// <summary>Request register to the FP subsystem and to the multiplier and divider.</summary>
    public readonly HardwareQueue<Offload> Offloads = new(2, Offload.SaveOrRestore);

    /// <summary>Response register: tags of the x registers that will be written.</summary>
    public readonly HardwareQueue<byte> Results = new(2, static (StateStream state, ref byte entry) => state.Field(ref entry));

    // Shared multiplier and divider.

    /// <summary>Tag of the product that waits to be taken; 0 if there is none.</summary>
    public byte Product;

    /// <summary>Tag of the division in progress; 0 if there is none.</summary>
    public byte Quotient;

    /// <summary>Cycle in which that division is done.</summary>
    public ulong QuotientTime;

    /// <summary>Arbiter between product and quotient.</summary>
    public Arbiter IntegerUnits;

    /// <summary>Arbiter of the response register: the FPU, or the multiplier and divider.</summary>
    public Arbiter Responses;

    // FP subsystem.

    /// <summary>f registers that wait for a result.</summary>
    public uint FloatScoreboard;

    /// <summary>The sequencer's ring buffer.</summary>
    internal readonly Sequencer Sequencer = new(timing.SequencerEntries);

    /// <summary>Pipeline registers of the adder and multiplier, as tags; the first stage is the low byte.</summary>
    public uint AddMultiply;

    /// <summary>Pipeline registers of the conversions.</summary>
    public uint Conversions;

    /// <summary>The single pipeline registers of the moves and comparisons, one per format; S is the low byte.</summary>
    public uint NonComputational;

    /// <summary>Arbiter among them.</summary>
    public Arbiter Slices;

    /// <summary>Pipeline registers of the dot products.</summary>
    public uint DotProducts;

    /// <summary>Tag of the division that enters its unit; 0 if there is none.</summary>
    public byte FloatDivisionInput;

    /// <summary>Cycles that this division will take.</summary>
    public byte FloatDivisionLatency;

    /// <summary>Tag of the division in progress; 0 if there is none.</summary>
    public byte FloatDivision;

    /// <summary>Cycle in which that division is done.</summary>
    public ulong FloatDivisionTime;

    /// <summary>Arbiter of the FPU's output among its units.</summary>
    public Arbiter FloatOutput;

    // Flags on their way, in the places of the results that raise them, and those that show from the next cycle on.

    /// <summary>Flags beside <see cref="AddMultiply"/>, <see cref="Conversions"/>, <see cref="DotProducts"/> and <see cref="NonComputational"/>.</summary>
    internal uint AddMultiplyFlags, ConversionFlags, DotProductFlags, NonComputationalFlags;

    /// <summary>Flags of the divisions that enter and are in progress, and the flags that show from the next cycle on.</summary>
    internal byte DivisionInputFlags, DivisionFlags, LandedFlags;

    private bool HasFlags => (AddMultiplyFlags | ConversionFlags | DotProductFlags | NonComputationalFlags) != 0 || (DivisionInputFlags | DivisionFlags | LandedFlags) != 0;

    // Streams.

    /// <summary>The lanes of ft0, ft1 and ft2.</summary>
    internal readonly StreamLane[] Lanes = [new(), new(), new()];

    /// <summary>True while reads and writes of ft0-ft2 are streams.</summary>
    public bool AreStreamsOn;

    /// <summary>True if a lane is not quiet.</summary>
    public bool LanesMove;

    /// <summary>Responses of the configuration: tags of x registers, one outstanding.</summary>
    public readonly HardwareQueue<byte> StreamResponses = new(2, static (StateStream state, ref byte entry) => state.Field(ref entry));

    /// <summary>Results on their way to a lane, by unit and slice.</summary>
    public readonly HardwareQueue<ulong>[] StreamResults = [.. Enumerable.Range(0, 8).Select(_ => new HardwareQueue<ulong>(4, static (StateStream state, ref ulong entry) => state.Field(ref entry)))];

    /// <summary>Instructions in the request register and the sequencer that are not <see cref="Offload.IsPlain"/>.</summary>
    public int Unusual;

    /// <summary>The elements that the streams offer in this cycle.</summary>
    [Unsaved("within a cycle only")]
    internal (ulong First, ulong Second, ulong Third) Taken;

    /// <summary>True while the engine offers an instruction that is to be executed later, and how it rounds.</summary>
    [Unsaved("within an instruction only")]
    internal bool Defers;

    [Unsaved("within an instruction only")]
    internal byte DeferredRounding;

    /// <summary>Results on their way to a lane, and accesses of repeated instructions.</summary>
    public int Streamed, Repeated;

    /// <summary>Arbiter of the first port: lane 0, or the core's loads and stores.</summary>
    public Arbiter Port;

    /// <summary>Executes what is deferred; null for a core that defers nothing.</summary>
    [Unsaved("what executes the instructions, made with the machine")]
    internal IFloatSide? Side;

    /// <summary>Refuses ports in some cycles; null if they are always free.</summary>
    [Unsaved("a test's device")]
    internal IPortRefusal? Refusal;

    /// <summary>Counts what moves, so that a core in which nothing ever will is noticed.</summary>
    [Unsaved("only its change within one wait matters")]
    internal ulong Moves;

    /// <summary>True if nothing that is in the core can move any more, and an instruction waits for it.</summary>
    [Unsaved("ends the run")]
    internal bool IsHung;

    /// <summary>True if the FP side holds nothing but ordinary instructions, executed in program order: streams are off and at rest.</summary>
    public bool IsPlain =>
        !LanesMove && !AreStreamsOn && (Unusual | Streamed | Repeated | StreamResponses.Count) == 0
        && NonComputational <= byte.MaxValue && DotProducts == 0 && !Sequencer.HasNest && !HasFlags;

    /// <summary>The instruction issued last has raised flags.</summary>
    internal void Raise(uint flags)
    {
        ref var last = ref Offloads[Offloads.Count - 1];
        if (last.IsPlain) Unusual++;
        last = last with { Flags = (byte)flags };
    }

    // Memory.

    /// <summary>Requests of the integer core, not yet granted.</summary>
    public readonly HardwareQueue<MemoryRequest> IntegerRequests = new(2, MemoryRequest.SaveOrRestore);

    /// <summary>Requests of the FP subsystem, not yet granted.</summary>
    public readonly HardwareQueue<MemoryRequest> FloatRequests = new(2, MemoryRequest.SaveOrRestore);

    /// <summary>Arbiter of the TCDM port: integer or FP.</summary>
    public Arbiter MemoryPort;

    /// <summary>Granted accesses that wait for their responses.</summary>
    public readonly HardwareQueue<MemoryRequest> InFlight = new(4, MemoryRequest.SaveOrRestore);

    /// <summary>Responses to the integer core.</summary>
    public readonly HardwareQueue<byte> IntegerResponses = new(2, static (StateStream state, ref byte entry) => state.Field(ref entry));

    /// <summary>Granules of FP accesses in flight, each times two, plus one for a store.</summary>
    public readonly HardwareQueue<uint> AddressQueue = new(timing.AddressQueueEntries, static (StateStream state, ref uint entry) => state.Field(ref entry));

    /// <summary>Accesses in flight of the integer core and of the FP subsystem.</summary>
    public int IntegerAccesses, FloatAccesses;

    // The access at the head that asks for a grant.

    /// <summary>True after the grant.</summary>
    public bool IsGranted;

    /// <summary>Cycle of the request; after the grant, cycle of the grant.</summary>
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
        state.Reached(ref Time);
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
        Slices.SaveOrRestore(state);
        state.Field(ref DotProducts);
        state.Field(ref FloatDivisionInput);
        state.Field(ref FloatDivisionLatency);
        state.Field(ref FloatDivision);
        state.Field(ref FloatDivisionTime);
        FloatOutput.SaveOrRestore(state);
        state.Field(ref AddMultiplyFlags);
        state.Field(ref ConversionFlags);
        state.Field(ref DotProductFlags);
        state.Field(ref NonComputationalFlags);
        state.Field(ref DivisionInputFlags);
        state.Field(ref DivisionFlags);
        state.Field(ref LandedFlags);
        foreach (var lane in Lanes) lane.SaveOrRestore(state);
        state.Field(ref AreStreamsOn);
        state.Field(ref LanesMove);
        StreamResponses.SaveOrRestore(state);
        foreach (var results in StreamResults) results.SaveOrRestore(state);
        state.Field(ref Unusual);
        state.Field(ref Streamed);
        state.Field(ref Repeated);
        Port.SaveOrRestore(state);
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
