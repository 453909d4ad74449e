using AhwaLora.Common.Files;

namespace AhwaLora.Experiments.Layers;

/// <summary>A linear layer with its adapter: y = AIMC(x) + (alpha/r)(x A) B for S tokens in chunks of t.</summary>
/// <param name="Inputs">m, elements of an input token.</param>
/// <param name="Outputs">n, elements of an output token.</param>
/// <param name="Rank">r of the adapter.</param>
/// <param name="Tokens">S.</param>
/// <param name="Chunk">t, tokens a chunk; the last one may be shorter.</param>
public sealed record LayerShape(int Inputs, int Outputs, int Rank, int Tokens, int Chunk)
{
    // Of a matrix of float32 in half of the address space, where RAM begins at 0x80000000.
    private const long MaxElements = 1L << 29;

    /// <summary>Multiply-adds of the adapter: S (m r + r n).</summary>
    public long AdapterMultiplyAdds => (long)Tokens * Rank * (Inputs + Outputs);

    /// <summary>Bytes that A, B, X, XA and XAB take in FP16 with one buffer each, the published figure: 2r(m+n) + 2t(m+r+n).</summary>
    public long PublishedTcdmBytes => 2L * Rank * (Inputs + Outputs) + 2L * Chunk * (Inputs + Rank + Outputs);

    /// <summary>Checks that the numbers make a layer.</summary>
    /// <exception cref="UserErrorException">One line with every fault.</exception>
    public void Check()
    {
        var faults = new List<string>();
        Range("--in", Inputs, 1, 65_536);
        Range("--out", Outputs, 1, 65_536);
        Range("--rank", Rank, 1, 1024);
        Range("--tokens", Tokens, 1, 1 << 20);
        Range("--chunk", Chunk, 1, Math.Max(1, Tokens));
        if (faults.Count == 0 && (long)Tokens * Math.Max(Inputs, Outputs) > MaxElements) faults.Add($"--tokens {Tokens} of {Math.Max(Inputs, Outputs)} elements are more than RV32 can address");
        if (faults.Count != 0) throw new UserErrorException(string.Join("; ", faults));

        void Range(string name, int value, int low, int high)
        {
            if (value < low || value > high) faults.Add($"{name} {value} is outside {low} to {high}; the nearest valid value is {Math.Clamp(value, low, high)}");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Inputs}x{Outputs}, r = {Rank}, S = {Tokens}, t = {Chunk}";
}
