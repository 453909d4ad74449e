namespace AhwaLora.Debug.TimeTravel;

/// <summary>Bytes in chunks; versions share the chunks that are equal.</summary>
internal sealed class SharedBytes
{
    private const int ChunkBytes = 4096;

    private readonly byte[][] _chunks;

    /// <summary>Keeps <paramref name="bytes"/>, sharing the chunks of <paramref name="previous"/> that are equal.</summary>
    public SharedBytes(ReadOnlySpan<byte> bytes, SharedBytes? previous)
    {
        _chunks = new byte[(bytes.Length + ChunkBytes - 1) / ChunkBytes][];
        for (var n = 0; n < _chunks.Length; n++)
        {
            var chunk = bytes.Slice(n * ChunkBytes, Math.Min(ChunkBytes, bytes.Length - n * ChunkBytes));
            var earlier = previous is not null && n < previous._chunks.Length ? previous._chunks[n] : null;
            _chunks[n] = earlier is not null && chunk.SequenceEqual(earlier) ? earlier : chunk.ToArray();
        }
    }

    /// <summary>The chunks, for counting memory.</summary>
    public IReadOnlyList<byte[]> Chunks => _chunks;

    /// <summary>Writes all bytes.</summary>
    public void CopyTo(Stream stream)
    {
        foreach (var chunk in _chunks) stream.Write(chunk);
    }
}
