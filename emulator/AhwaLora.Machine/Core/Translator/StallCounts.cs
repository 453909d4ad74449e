using System.Diagnostics;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Cycles of a stretch of translated code that are not <see cref="Cause.Issue"/>, two causes to a word, so that a block
/// charges all of its own with one or two additions. The causes that usually occur together share a word. The
/// remaining cycles are Issue, and as many instructions have retired.
/// </summary>
internal struct StallCounts
{
    /// <summary>Words of counts.</summary>
    public const int Words = 7;

    private static readonly Cause[] CauseOf =
    [
        Cause.JumpBranch, Cause.MemoryLatency,
        Cause.LoadUse, Cause.Division,
        Cause.FpuDependency, Cause.Csr,
        Cause.FpuStructural, Cause.BankConflict,
        Cause.InstructionFetch, Cause.Barrier,
        Cause.Wfi, Cause.DmaWait,
        Cause.TileWait, Cause.Trap,
    ];

    private Counts _counts;

    /// <summary>A word: the count of one cause in the low half, of another in the high half.</summary>
    public long this[int word]
    {
        readonly get => _counts[word];
        set => _counts[word] = value;
    }

    /// <summary>True if there are any.</summary>
    public readonly bool Any => ((ReadOnlySpan<long>)_counts).ContainsAnyExcept(0L);

    /// <summary>True if there are any from <paramref name="word"/> on.</summary>
    public readonly bool AnyFrom(int word) => ((ReadOnlySpan<long>)_counts)[word..].ContainsAnyExcept(0L);

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(in StallCounts other)
    {
        for (var word = 0; word < Words; word++) _counts[word] += other._counts[word];
    }

    /// <summary>The counts of <paramref name="cycles"/>, by cause, without Issue.</summary>
    public static StallCounts Of(ReadOnlySpan<ulong> cycles)
    {
        Debug.Assert(CauseOf.Length == 2 * Words && CauseOf.Length == CauseCounters.Count - 1, "every cause but Issue has a half word");
        var counts = default(StallCounts);
        for (var field = 0; field < CauseOf.Length; field++)
        {
            var count = cycles[(int)CauseOf[field]];
            Debug.Assert(count <= int.MaxValue, "a count fits its half word");
            counts._counts[field / 2] += (long)count << (field % 2 * 32);
        }

        return counts;
    }

    /// <summary>Adds the counts of a word to the counters of a hart; returns their sum.</summary>
    public static ulong Charge(int word, long counts, CauseCounters causes)
    {
        if (counts == 0) return 0;
        var (low, high) = ((ulong)(uint)counts, (ulong)counts >> 32);
        causes.Add(CauseOf[2 * word], low);
        causes.Add(CauseOf[2 * word + 1], high);
        return low + high;
    }

    [System.Runtime.CompilerServices.InlineArray(Words)]
    private struct Counts
    {
        private long _first;
    }
}
