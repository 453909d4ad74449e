using System.Diagnostics;
using System.Runtime.CompilerServices;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Cycles of a stretch of translated code in which no instruction retired, two causes per word, so that a block charges
/// all of its stalls with one or two additions. The remaining cycles are <see cref="Cause.Issue"/>, and each retired one
/// instruction. Cycles of Issue beyond one per instruction are counted here like those of any other cause. So what
/// has issued and what has retired are two counts.
/// </summary>
internal struct StallCounts
{
    /// <summary>Words of counts: half a word for each cause.</summary>
    public const int Words = (CauseCounters.Count + 1) / 2;

    private const int HalfBits = 32;

    /// <summary>The most frequent causes. Those that usually occur together share a word.</summary>
    private static readonly Cause[] Frequent =
    [
        Cause.JumpBranch, Cause.MemoryLatency,
        Cause.LoadUse, Cause.Division,
        Cause.FpuDependency, Cause.Csr,
        Cause.FpuStructural, Cause.BankConflict,
    ];

    private static readonly Cause[] CauseOf = FrequentFirst();

    private Counts _counts;

    private static Cause[] FrequentFirst()
    {
        var causes = new Cause[CauseCounters.Count];
        var isFrequent = new bool[causes.Length];
        foreach (var cause in Frequent) isFrequent[(int)cause] = true;
        Frequent.CopyTo(causes, 0);
        for (var (cause, field) = (0, Frequent.Length); cause < causes.Length; cause++)
        {
            if (!isFrequent[cause]) causes[field++] = (Cause)cause;
        }

        return causes;
    }

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

    /// <summary>Adds the first words of counts whose other words are 0.</summary>
    public void AddFirst(long word0, long word1, long word2, long word3)
    {
        _counts[0] += word0;
        _counts[1] += word1;
        _counts[2] += word2;
        _counts[3] += word3;
    }

    /// <summary>The counts of a stretch that spent <paramref name="cycles"/>, by cause, and retired <paramref name="retired"/> instructions.</summary>
    /// <exception cref="OverflowException">Fewer cycles of Issue than instructions, or more cycles of a cause than half a word holds.</exception>
    public static StallCounts Of(ReadOnlySpan<ulong> cycles, int retired)
    {
        Debug.Assert(cycles.Length == CauseOf.Length, "every cause has half a word");
        var counts = default(StallCounts);
        for (var field = 0; field < CauseOf.Length; field++)
        {
            var cause = CauseOf[field];
            var count = checked((int)(cycles[(int)cause] - (cause == Cause.Issue ? (ulong)retired : 0)));
            counts._counts[field / 2] += (long)count << (field % 2 * HalfBits);
        }

        return counts;
    }

    /// <summary>Adds the counts to the counters of a hart, and clears them; returns their sum.</summary>
    public ulong MoveTo(CauseCounters causes)
    {
        var sum = 0UL;
        for (var word = 0; word < Words; word++)
        {
            if (_counts[word] == 0) continue;
            var (low, high) = ((ulong)(uint)_counts[word], (ulong)_counts[word] >> HalfBits);
            causes.Add(CauseOf[2 * word], low);
            if (high != 0) causes.Add(CauseOf[2 * word + 1], high);
            sum += low + high;
            _counts[word] = 0;
        }

        return sum;
    }

    [InlineArray(Words)]
    private struct Counts
    {
        private long _first;
    }
}
