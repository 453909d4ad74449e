using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>A point in a block: the cycles charged since its start, and the pipeline's state.</summary>
/// <param name="Cycles">Cycles since the block's start.</param>
/// <param name="Stalls">Those of them in which no instruction retired.</param>
/// <param name="StallVector">Stall vector.</param>
internal readonly record struct TimePoint(int Cycles, StallCounts Stalls, int StallVector);

/// <summary>The timing of a block that is entered in a known state: before each of its instructions, and after the last.</summary>
/// <param name="Before">Entry k is the point before instruction k. The last entry is the point after the block if the last instruction does not redirect.</param>
/// <param name="Redirected">The point after the block if the last instruction redirects.</param>
internal sealed record BlockPlan(TimePoint[] Before, TimePoint Redirected)
{
    /// <summary>After the block, in sequence.</summary>
    public TimePoint After { get; init; } = Before[^1];

    /// <summary>If the block is followed by a request for a bank, the cycles from <see cref="After"/> to the request.</summary>
    public int RequestDelay { get; init; }
}

/// <summary>A block, and its accesses that the banks arbitrate.</summary>
/// <param name="Instructions">Its instructions.</param>
/// <param name="ExtraCycles">For each instruction, the cycles of its memory beyond one.</param>
/// <param name="IsGranted">True if the first instruction has asked for a bank and has its grant.</param>
/// <param name="Ask">The access after the block that asks for a bank; most blocks have none.</param>
internal readonly record struct BankedBlock(Instruction[] Instructions, uint[] ExtraCycles, bool IsGranted, Instruction? Ask);

/// <summary>
/// What a translator needs from a pipeline: its state as a stall vector, a number that stands for all effects that the past can
/// still have on the future, without absolute time. Code translated for one vector has constant cycles, found by letting
/// the pipeline itself time it.
/// </summary>
internal interface IBlockTiming
{
    /// <summary>Local time of the hart.</summary>
    ulong Time { get; }

    /// <summary>The hart's vector.</summary>
    int StallVector();

    /// <summary>Puts the hart at <paramref name="time"/> with <paramref name="vector"/>.</summary>
    void Continue(int vector, ulong time);

    /// <summary>As <see cref="Continue"/>, but the hart's pipeline is not updated until <see cref="Settle"/>.</summary>
    void GoAhead(int vector, ulong time);

    /// <summary>Brings the hart's pipeline to where <see cref="GoAhead"/> has put the hart. Call it before the pipeline is used.</summary>
    void Settle();

    /// <summary>The hart's cycles by cause.</summary>
    CauseCounters Causes { get; }

    /// <summary>True if the cycles of a unit do not depend on operand values.</summary>
    bool IsPredictable(Unit unit);

    /// <summary>True if a misaligned access takes longer than an aligned one.</summary>
    bool MisalignedCosts { get; }

    /// <summary>Times a block entered with <paramref name="vector"/>; <paramref name="extraCycles"/> by instruction are those of its memory.</summary>
    BlockPlan Plan(int vector, Instruction[] block, uint[] extraCycles);

    /// <summary>As <see cref="Plan(int, Instruction[], uint[])"/>, up to the request for a bank.</summary>
    BlockPlan Plan(int vector, in BankedBlock block);

    /// <summary>The effect of a grant <paramref name="delay"/> cycles after the request, on a hart that waits at <paramref name="access"/> with <paramref name="vector"/>.</summary>
    TimePoint Grant(int vector, in Instruction access, ulong delay);

    /// <summary>Puts the hart before <paramref name="access"/>, whose bank it has asked for.</summary>
    void ContinueAt(int vector, ulong time, in Instruction access, uint address, AddressHistory history);

    /// <summary>True if there are too many vectors: code that leads to further ones must be interpreted.</summary>
    bool IsFull { get; }

    /// <summary>True if the pipeline compares addresses of accesses, which no vector holds.</summary>
    bool ComparesAddresses { get; }

    /// <summary>Number of accesses of a vector whose addresses are still compared.</summary>
    int PendingAddresses(int vector);

    /// <summary>Writes the addresses that the hart's pipeline still compares.</summary>
    void SaveAddresses(AddressHistory history);

    /// <summary>Gives the hart's pipeline the addresses that belong to its vector.</summary>
    void LoadAddresses(AddressHistory history);
}

/// <summary>The state of a pipeline as words relative to its time.</summary>
internal interface IStallState
{
    /// <summary>Local time.</summary>
    ulong Time { get; }

    /// <summary>The largest number of words in a vector.</summary>
    int Words { get; }

    /// <summary>See <see cref="IBlockTiming.IsPredictable"/>.</summary>
    bool IsPredictable(Unit unit);

    /// <summary>See <see cref="IBlockTiming.MisalignedCosts"/>.</summary>
    bool MisalignedCosts { get; }

    /// <summary>Writes the state, each cycle in it as the distance from the current time, or 0 if it no longer matters. Returns the number of words written.</summary>
    int Save(Span<ulong> words);

    /// <summary>Sets the state at <paramref name="time"/>.</summary>
    void Load(ReadOnlySpan<ulong> words, ulong time);

    /// <summary>See <see cref="IBlockTiming.ComparesAddresses"/>.</summary>
    bool ComparesAddresses => false;

    /// <summary>See <see cref="IBlockTiming.PendingAddresses"/>.</summary>
    int PendingAddresses(ReadOnlySpan<ulong> words) => 0;

    /// <summary>See <see cref="IBlockTiming.SaveAddresses"/>.</summary>
    void SaveAddresses(AddressHistory history)
    {
    }

    /// <summary>See <see cref="IBlockTiming.LoadAddresses"/>.</summary>
    void LoadAddresses(AddressHistory history)
    {
    }
}
