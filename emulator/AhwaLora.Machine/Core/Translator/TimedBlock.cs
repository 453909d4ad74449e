using System.Diagnostics;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// A block of a paced region entered in one state of the pipeline: what it costs, and which block follows in which state.
/// So the pipeline is an automaton whose transitions are found when they are first taken. Fields, because translated
/// code addresses them by name; harts share them.
/// </summary>
internal sealed class TimedBlock(CodeRegion region, Node node, int vector, int pendingAddresses)
{
    /// <summary>Value of <see cref="Cycles"/> before the block has been timed: more than any fuel, so that it is not entered.</summary>
    public const int Untimed = int.MaxValue;

    /// <summary>The pipeline has a state here in which the block cannot be timed in advance.</summary>
    public bool IsInterpreted;

    /// <summary>Where it is entered.</summary>
    public readonly CodeRegion Region = region;

    /// <summary>The block.</summary>
    public readonly Node Node = node;

    /// <summary>Number of the node, where the region's method is entered.</summary>
    public readonly int Index = node.Index;

    /// <summary>Address after the block.</summary>
    public readonly uint EndPc = node.End;

    /// <summary>Stall vector on entry.</summary>
    public readonly int StallVector = vector;

    /// <summary>Accesses on entry whose addresses the pipeline still compares with others.</summary>
    public readonly int PendingAddresses = pendingAddresses;

    /// <summary>Cycles that the fuel must hold.</summary>
    public int Cycles = Untimed;

    /// <summary>Cycles to its end in sequence, or to its request for a bank.</summary>
    public int AfterCycles;

    /// <summary>Cycles to its end where its branch or jump is taken.</summary>
    public int RedirectedCycles;

    /// <summary>Stalls among <see cref="AfterCycles"/>, the first words of <see cref="StallCounts"/>; no others occur.</summary>
    public long AfterStalls0, AfterStalls1, AfterStalls2, AfterStalls3;

    /// <summary>Stalls among <see cref="RedirectedCycles"/>.</summary>
    public long RedirectedStalls0, RedirectedStalls1, RedirectedStalls2, RedirectedStalls3;

    /// <summary>What follows in sequence; null if that has no translation yet, or is a matter of the banks.</summary>
    public TimedBlock? AfterNext;

    /// <summary>What follows where its branch or jump is taken; of an indirect jump where it went last, in the same region.</summary>
    public TimedBlock? RedirectedNext;

    /// <summary>Of an indirect jump: address of <see cref="RedirectedNext"/>'s block, odd while there is none.</summary>
    public uint RedirectedPc = 1;

    /// <summary>Stall vectors after it.</summary>
    public int AfterStallVector, RedirectedStallVector;

    /// <summary>Cycles from the end of <see cref="AfterCycles"/> to the request for the bank.</summary>
    public int RequestDelay;

    /// <summary>What grants lead to, by cycles after the request; as far as known.</summary>
    public TimedGrant?[] Grants = [];

    /// <summary>Stall words that translated code charges.</summary>
    public const int StallWords = 4;

    /// <summary>Takes over what the pipeline says of it.</summary>
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
    /// <summary>True if it comes late in a way that counts at once.</summary>
    public bool HasStalls { get; } = At.Stalls.Any;

    /// <summary>The block that begins with the granted access; null while it has no translation.</summary>
    public TimedBlock? Next { get; set; }
}
