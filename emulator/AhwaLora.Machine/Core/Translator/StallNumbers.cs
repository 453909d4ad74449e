namespace AhwaLora.Machine.Core.Translator;

/// <summary>Numbers the stall vectors of a machine's harts: equal vectors have the same number.</summary>
internal sealed class StallNumbers
{
    private const int Limit = 1 << 16;

    private readonly Dictionary<ulong[], int> _numbers = new(new ByContents());
    private readonly List<ulong[]> _vectors = [];

    /// <summary>The vector with that number.</summary>
    public ReadOnlySpan<ulong> this[int number] => _vectors[number];

    /// <summary>True if there are so many that code with further vectors is better interpreted.</summary>
    public bool IsFull => _vectors.Count >= Limit;

    /// <summary>The number of a vector; -1 if the vector is new and there are far too many.</summary>
    public int NumberOf(ReadOnlySpan<ulong> words)
    {
        if (_numbers.GetAlternateLookup<ReadOnlySpan<ulong>>().TryGetValue(words, out var number)) return number;
        if (_vectors.Count >= 2 * Limit) return -1;
        var vector = words.ToArray();
        _vectors.Add(vector);
        _numbers.Add(vector, _vectors.Count - 1);
        return _vectors.Count - 1;
    }

    private sealed class ByContents : IEqualityComparer<ulong[]>, IAlternateEqualityComparer<ReadOnlySpan<ulong>, ulong[]>
    {
        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] words) => GetHashCode(words.AsSpan());

        public bool Equals(ReadOnlySpan<ulong> alternate, ulong[] other) => alternate.SequenceEqual(other);

        public ulong[] Create(ReadOnlySpan<ulong> alternate) => alternate.ToArray();

        public int GetHashCode(ReadOnlySpan<ulong> words)
        {
            // Most words are zero.
            var hash = 0UL;
            for (var n = words.IndexOfAnyExcept(0UL); n >= 0;)
            {
                hash = (hash ^ words[n] ^ (ulong)n << 32) * 0x9e37_79b9_7f4a_7c15;
                var skipped = words[(n + 1)..].IndexOfAnyExcept(0UL);
                n = skipped < 0 ? -1 : n + 1 + skipped;
            }

            return (int)(hash >> 32);
        }
    }
}
