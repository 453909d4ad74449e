using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>An instruction cache.</summary>
/// <param name="SizeBytes">Capacity.</param>
/// <param name="Ways">Associativity; the least recently used way is replaced.</param>
/// <param name="LineBytes">Line size.</param>
/// <param name="IsShared">True if all harts share one cache, false if each hart has its own.</param>
/// <param name="MissCycles">What a miss costs.</param>
public sealed record InstructionCacheTiming(int SizeBytes, int Ways, int LineBytes, bool IsShared, int MissCycles);

/// <summary>
/// Where instructions come from: memory that delivers aligned blocks, with or without a cache. It is not measured on
/// any RTL [derived], and it is off unless configured: the measured cores had ideal instruction memories.
/// </summary>
/// <remarks>
/// A hart pays when it leaves the block it fetched last, so straight-line code pays once per block. A jump into the
/// middle of a block pays the same: this is how code alignment affects time.
/// </remarks>
public sealed class FetchModel : IStateful
{
    private readonly int _blockShift, _latency, _lineShift, _ways, _sets, _missCycles;
    private readonly bool _isShared;
    private readonly uint[] _blocks, _lines;
    private readonly ulong[] _uses;
    private ulong _clock;

    /// <summary>A model for <paramref name="harts"/> harts with cold caches.</summary>
    /// <param name="harts">Number of harts.</param>
    /// <param name="blockBytes">Bytes of one fetch, a power of two.</param>
    /// <param name="latency">Cycles of a fetch beyond one, if no cache answers.</param>
    /// <param name="cache">The cache; null for none.</param>
    public FetchModel(int harts, int blockBytes, int latency, InstructionCacheTiming? cache)
    {
        _blockShift = Log2(blockBytes, nameof(blockBytes), 2);
        ArgumentOutOfRangeException.ThrowIfNegative(latency);
        _latency = latency;
        _blocks = new uint[harts];
        Array.Fill(_blocks, uint.MaxValue);
        _lines = [];
        _uses = [];
        if (cache is null) return;
        _lineShift = Log2(cache.LineBytes, nameof(cache.LineBytes), blockBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(cache.Ways, 1, nameof(cache.Ways));
        ArgumentOutOfRangeException.ThrowIfNegative(cache.MissCycles, nameof(cache.MissCycles));
        _ways = cache.Ways;
        _sets = 1 << Log2(cache.SizeBytes / cache.LineBytes / cache.Ways, nameof(cache.SizeBytes), 1);
        _isShared = cache.IsShared;
        _missCycles = cache.MissCycles;
        _lines = new uint[_sets * _ways * (_isShared ? 1 : harts)];
        _uses = new ulong[_lines.Length];
    }

    /// <summary>Offset in bytes that is added to all code addresses.</summary>
    public uint Offset { get; init; }

    /// <summary>Fetches that a cache could not answer.</summary>
    public ulong Misses => _misses;

    private ulong _misses;

    /// <summary>Cycles for which the instruction at <paramref name="pc"/> keeps <paramref name="hart"/> waiting.</summary>
    public int Cycles(int hart, uint pc)
    {
        pc += Offset;
        var block = pc >> _blockShift;
        if (_blocks[hart] == block) return 0;
        _blocks[hart] = block;
        if (_ways == 0) return _latency;
        if (Hits(hart, pc >> _lineShift)) return 0;
        _misses++;
        return _missCycles;
    }

    /// <summary>Looks a line up and makes it the youngest of its set. An entry holds the line's number plus one, or 0 if it is empty.</summary>
    private bool Hits(int hart, uint line)
    {
        var first = ((int)(line & (uint)(_sets - 1)) + (_isShared ? 0 : hart * _sets)) * _ways;
        var oldest = first;
        var way = first;
        while (way < first + _ways && _lines[way] != line + 1)
        {
            if (_uses[way] < _uses[oldest]) oldest = way;
            way++;
        }

        var hits = way < first + _ways;
        if (!hits) way = oldest;
        _lines[way] = line + 1;
        _uses[way] = ++_clock;
        return hits;
    }

    private static int Log2(int value, string name, int minimum) =>
        value >= minimum && int.IsPow2(value) ? int.Log2(value) : throw new ArgumentOutOfRangeException(name, value, $"expected a power of two, at least {minimum}");

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_blocks);
        state.Array(_lines);
        state.Array(_uses);
        state.Field(ref _clock);
        state.Field(ref _misses);
    }
}
