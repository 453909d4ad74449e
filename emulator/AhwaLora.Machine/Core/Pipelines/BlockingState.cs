using System.Numerics;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// State of <see cref="BlockingPipeline"/>: absolute cycles at which things become free or ready. Only what lies after
/// <see cref="Time"/> matters, so two states have the same future if these differences from it are equal
/// (for FPU and memory returns: what lies after Time - 1).
/// </summary>
public sealed class BlockingState : IStateful
{
    /// <summary>State at reset: everything is free in cycle 0.</summary>
    public BlockingState(BlockingTiming timing) => Timing = timing;

    /// <summary>Latencies.</summary>
    public readonly BlockingTiming Timing;

    /// <summary>Cycles by cause; their sum is <see cref="Time"/>.</summary>
    public readonly CauseCounters Causes = new();

    /// <summary>The first cycle in which the next instruction can leave ID. After Issue: the cycle in which it left.</summary>
    public ulong Time;

    /// <summary>The first cycle in which the next instruction is in ID; a busy EX stage may hold it there until <see cref="Time"/>.</summary>
    public ulong Entered;

    /// <summary>For each register: the first cycle in which an instruction that reads it may leave ID.</summary>
    public readonly ulong[] Ready = new ulong[Registers.Count];

    /// <summary>Registers (one bit for each) whose last writer was a multi-cycle FP operation.</summary>
    public ulong FloatResults;

    /// <summary>The cycle after the return of the last FP result; the FPU is busy until then.</summary>
    public ulong FloatFree;

    /// <summary>True if that result takes the ALU's write port: operations of latency 2 or more, division and root.</summary>
    public bool FloatTakesAluPort;

    /// <summary>Destination of that result.</summary>
    public int FloatDestination;

    /// <summary>Cycle of the last memory access's response.</summary>
    public ulong MemoryReturn;

    // The instruction offered last.

    /// <summary>First cycle in which its successor is in ID.</summary>
    public ulong NextEntry;

    /// <summary>Last cycle in which the instruction is in EX.</summary>
    public ulong ExecuteEnd;

    /// <summary>What keeps its successor out of ID.</summary>
    public Cause EntryCause;

    /// <summary>What keeps the instruction in EX.</summary>
    public Cause ExecuteCause;

    /// <summary>Grants that its accesses have received; a misaligned access needs two.</summary>
    public int Grants;

    /// <summary>Cycle of the last grant, or of the request that waits for one.</summary>
    public ulong AccessTime;

    /// <summary>Address of that request.</summary>
    public uint AccessAddress;

    /// <summary>Why the grants came later than requested.</summary>
    public Cause AccessCause;

    /// <summary>Cycles after which it no longer matters when an instruction entered ID: by then a jump is decided and its target has arrived.</summary>
    public ulong LongestLag => (ulong)(Timing.JumpCycles + Timing.JumpOverwriteCycles);

    /// <summary>
    /// Called between two instructions. Clears what is too old to make an instruction wait, so that states with the same
    /// future are equal, whichever engine produced them. The comparisons in <see cref="BlockingPipeline"/> decide
    /// which distances matter: change both together.
    /// </summary>
    public void Forget()
    {
        var lag = Math.Min(Time - Entered, LongestLag);
        Entered = Time - lag;
        if (FloatFree <= Time) (FloatFree, FloatTakesAluPort) = (0, false);
        if (!FloatTakesAluPort) FloatDestination = 0;
        var waiting = FloatTakesAluPort ? 1UL << FloatDestination : 0;
        ForgetRegisters(Entered);
        for (var r = NextKnown(1); r < Registers.Count; r = NextKnown(r + 1))
        {
            if (Ready[r] > Time) waiting |= 1UL << r;
        }

        FloatResults &= waiting;
        if (Grants == 0 && AccessTime <= Time) (AccessTime, AccessAddress, AccessCause) = (0, 0, default);

        // A response in the next cycle matters to a result that returns with it, a later one to all.
        if (MemoryReturn <= Time || (MemoryReturn == Time + 1 && !FloatTakesAluPort)) MemoryReturn = 0;
        (NextEntry, ExecuteEnd, EntryCause, ExecuteCause) = (0, 0, default, default);
    }

    /// <summary>The first register, from <paramref name="first"/> on, that has a known ready cycle; <see cref="Registers.Count"/> if there is none.</summary>
    public int NextKnown(int first)
    {
        var skipped = Ready.AsSpan(first, Registers.Count - first).IndexOfAnyExcept(0UL);
        return skipped < 0 ? Registers.Count : first + skipped;
    }

    /// <summary>A jump through a register waits until one cycle after the register is ready, counted from the jump's entry into ID. What was ready before that entry no longer matters.</summary>
    private void ForgetRegisters(ulong since)
    {
        var limit = new Vector<ulong>(since);
        for (var r = 0; r + Vector<ulong>.Count <= Registers.Count; r += Vector<ulong>.Count)
        {
            var ready = new Vector<ulong>(Ready, r);
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(ready, limit), ready, Vector<ulong>.Zero).CopyTo(Ready, r);
        }
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        if (state.IsSaving) Forget();
        state.Array(Causes.Cycles);
        state.Reached(ref Time);
        state.Field(ref Entered);
        state.Array(Ready);
        state.Field(ref FloatResults);
        state.Field(ref FloatFree);
        state.Field(ref FloatTakesAluPort);
        state.Index(ref FloatDestination, Registers.Count);
        state.Field(ref MemoryReturn);
        state.Field(ref NextEntry);
        state.Field(ref ExecuteEnd);
        state.Field(ref EntryCause);
        state.Field(ref ExecuteCause);
        state.Field(ref Grants);
        state.Field(ref AccessTime);
        state.Field(ref AccessAddress);
        state.Field(ref AccessCause);
    }
}
