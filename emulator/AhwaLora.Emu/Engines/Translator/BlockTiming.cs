using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>A point in a block: what has been charged since its start, and the pipeline's state.</summary>
/// <param name="Cycles">Cycles since the block's start.</param>
/// <param name="Stalls">Those of them that are not issue.</param>
/// <param name="Vector">Stall vector.</param>
internal readonly record struct TimePoint(int Cycles, StallCounts Stalls, int Vector);

/// <summary>The timing of a block entered in a known state: before each of its instructions, and behind the last.</summary>
/// <param name="Before">Before instruction k; the last entry is behind the block where the last instruction does not redirect.</param>
/// <param name="Redirected">Behind the block where it does.</param>
internal sealed record BlockPlan(TimePoint[] Before, TimePoint Redirected)
{
    /// <summary>Behind the block, in sequence.</summary>
    public TimePoint After => Before[^1];
}

/// <summary>
/// What a translator needs of a pipeline: its state as a stall vector, a number that stands for everything the past can
/// still do to the future, free of absolute time. Code translated for one vector has constant cycles, found by letting
/// the pipeline itself time it.
/// </summary>
internal interface IBlockTiming
{
    /// <summary>Local time of the hart.</summary>
    ulong Time { get; }

    /// <summary>The hart's vector.</summary>
    int Vector();

    /// <summary>Puts the hart at <paramref name="time"/> with <paramref name="vector"/>.</summary>
    void Continue(int vector, ulong time);

    /// <summary>The hart's cycles by cause.</summary>
    CauseCounters Causes { get; }

    /// <summary>True if the cycles of that unit do not depend on operand values.</summary>
    bool IsPredictable(Unit unit);

    /// <summary>True if a misaligned access takes longer than another.</summary>
    bool MisalignedCosts { get; }

    /// <summary>Times a block entered with <paramref name="vector"/>; <paramref name="extraCycles"/> by instruction are those of its memory.</summary>
    BlockPlan Plan(int vector, IReadOnlyList<Instruction> block, IReadOnlyList<uint> extraCycles);
}

/// <summary>The state of a pipeline as words relative to its time.</summary>
internal interface IVectorState
{
    /// <summary>Local time.</summary>
    ulong Time { get; }

    /// <summary>Words of a vector.</summary>
    int Words { get; }

    /// <summary>See <see cref="IBlockTiming.IsPredictable"/>.</summary>
    bool IsPredictable(Unit unit);

    /// <summary>See <see cref="IBlockTiming.MisalignedCosts"/>.</summary>
    bool MisalignedCosts { get; }

    /// <summary>Writes the state, each cycle in it as the distance from now, 0 where it no longer matters.</summary>
    void Save(Span<ulong> words);

    /// <summary>Sets the state at <paramref name="time"/>.</summary>
    void Load(ReadOnlySpan<ulong> words, ulong time);
}
