using System.Diagnostics;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// A block of a paced region, entered in one state of the pipeline: its cost, and which block follows in which state.
/// So the pipeline is an automaton whose transitions are found when they are first taken. It has public fields because translated
/// code accesses them by name. Harts share the objects.
/// </summary>
internal sealed class TimedBlock(CodeRegion region, Node node, int vector, int pendingAddresses)
{
    /// <summary>Value of <see cref="Cycles"/> before the block has been timed: more than any fuel, so that the block is not entered.</summary>
    public const int Untimed = int.MaxValue;

    /// <summary>True if the block cannot be timed in advance in this state of the pipeline.</summary>
    public bool IsInterpreted;

    /// <summary>Where it is entered.</summary>
    public readonly CodeRegion Region = region;

    /// <summary>The block.</summary>
    public readonly Node Node = node;

    /// <summary>Number of the node: the entry of the region's method.</summary>
    public readonly int Index = node.Index;

    /// <summary>Address after the block.</summary>
    public readonly uint EndPc = node.End;

    /// <summary>Stall vector on entry.</summary>
    public readonly int StallVector = vector;

    /// <summary>Number of accesses on entry whose addresses the pipeline still compares with others.</summary>
    public readonly int PendingAddresses = pendingAddresses;

    /// <summary>Cycles that the fuel must hold.</summary>
    public int Cycles = Untimed;

    /// <summary>Cycles to its end if the next block follows in sequence, or to its request for a bank.</summary>
    public int AfterCycles;

    /// <summary>Cycles to its end if its branch or jump is taken.</summary>
    public int RedirectedCycles;

    /// <summary>Stalls among <see cref="AfterCycles"/>: the first words of <see cref="StallCounts"/>; the other words are 0.</summary>
    public long AfterStalls0, AfterStalls1, AfterStalls2, AfterStalls3;

    /// <summary>Stalls among <see cref="RedirectedCycles"/>.</summary>
    public long RedirectedStalls0, RedirectedStalls1, RedirectedStalls2, RedirectedStalls3;

    /// <summary>The next block in sequence; null if it has no translation yet, or if it depends on a grant of a bank.</summary>
    public TimedBlock? AfterNext;

    /// <summary>The next block if its branch or jump is taken; for an indirect jump, the last target in the same region.</summary>
    public TimedBlock? RedirectedNext;

    /// <summary>For an indirect jump: address of <see cref="RedirectedNext"/>'s block; odd if there is none.</summary>
    public uint RedirectedPc = 1;

    /// <summary>Stall vectors after it.</summary>
    public int AfterStallVector, RedirectedStallVector;

    /// <summary>Cycles from the end of <see cref="AfterCycles"/> to the request for the bank.</summary>
    public int RequestDelay;

    /// <summary>The points before its instructions, if it has been left in its middle.</summary>
    public TimePoint[]? Before;

    /// <summary>The known outcomes of grants, indexed by cycles after the request.</summary>
    public TimedGrant?[] Grants = [];

    /// <summary>Stall words that translated code charges.</summary>
    public const int StallWords = 4;

    /// <summary>Copies the costs that the pipeline gives for the block.</summary>
    public void SetTiming(BlockPlan plan, int least)
    {
        var (after, redirected) = (plan.After, plan.Redirected);
        Debug.Assert(least is >= 0 and < Untimed, "a timed block can be told from one that is not");
        Debug.Assert(!after.Stalls.AnyFrom(StallWords) && !redirected.Stalls.AnyFrom(StallWords), "translated code charges the first words alone");
        (AfterCycles, RedirectedCycles) = (after.Cycles, redirected.Cycles);
        (AfterStalls0, AfterStalls1, AfterStalls2, AfterStalls3) = (after.Stalls[0], after.Stalls[1], after.Stalls[2], after.Stalls[3]);
        (RedirectedStalls0, RedirectedStalls1, RedirectedStalls2, RedirectedStalls3) =
            (redirected.Stalls[0], redirected.Stalls[1], redirected.Stalls[2], redirected.Stalls[3]);
        (AfterStallVector, RedirectedStallVector) = (after.StallVector, redirected.StallVector);
        RequestDelay = plan.RequestDelay;
        Cycles = least;
    }
}

/// <summary>A grant that a hart was waiting for.</summary>
/// <param name="At">Where the hart is after it: time and state of the pipeline.</param>
internal sealed record TimedGrant(TimePoint At)
{
    /// <summary>True if the grant comes so late that it causes stalls at once.</summary>
    public bool HasStalls { get; } = At.Stalls.Any;

    /// <summary>The block that begins with the granted access; null while it has no translation.</summary>
    public TimedBlock? Next { get; set; }
}
