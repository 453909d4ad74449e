using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;

namespace AhwaLora.Experiments.Layers;

/// <summary>A linear layer with its adapter: y = AIMC(x) + (alpha/r)(x A) B for S tokens in chunks of t.</summary>
/// <param name="Inputs">m, elements of an input token.</param>
/// <param name="Outputs">n, elements of an output token.</param>
/// <param name="Rank">r, rank of the adapter.</param>
/// <param name="Tokens">S, number of tokens.</param>
/// <param name="Chunk">t, tokens per chunk; the last one may be shorter.</param>
public sealed record LayerShape(int Inputs, int Outputs, int Rank, int Tokens, int Chunk)
{
    // The most elements of a float32 matrix in half of the address space; RAM begins at 0x80000000.
    private const long MaxElements = 1L << 29;

    /// <summary>Multiply-adds of the adapter: S (m r + r n).</summary>
    public long AdapterMultiplyAdds => (long)Tokens * Rank * (Inputs + Outputs);

    /// <summary>Bytes that A, B, X, XA and XAB take in FP16 with one buffer each, as published: 2r(m+n) + 2t(m+r+n).</summary>
    public long PublishedTcdmBytes => 2L * Rank * (Inputs + Outputs) + 2L * Chunk * (Inputs + Rank + Outputs);

    /// <summary>Checks that the numbers describe a valid layer.</summary>
    /// <exception cref="UserErrorException">The message lists every fault on one line.</exception>
    public void Check()
    {
        var faults = new List<SettingFault>();
        Range(ExperimentSettings.Inputs, Inputs, 65_536);
        Range(ExperimentSettings.Outputs, Outputs, 65_536);
        Range(ExperimentSettings.Rank, Rank, 1024);
        Range(ExperimentSettings.Tokens, Tokens, 1 << 20);
        Range(ExperimentSettings.Chunk, Chunk, Math.Max(1, Tokens));
        if (faults.Count != 0) throw new SettingException(faults);
        var (elements, most) = (Math.Max(Inputs, Outputs), (int)(MaxElements / Math.Max(Inputs, Outputs)));
        if (Tokens > most) throw new SettingException(SettingFault.OfNumber(ExperimentSettings.Tokens, Tokens, $"tokens of {elements} elements do not all fit into the 32-bit address space", most));

        void Range(Setting setting, int value, int most)
        {
            if (SettingFault.OfRange(setting, value, 1, most) is { } fault) faults.Add(fault);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Inputs}x{Outputs}, r = {Rank}, S = {Tokens}, t = {Chunk}";
}
