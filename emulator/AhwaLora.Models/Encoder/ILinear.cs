using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// A linear layer with its adapter, y = W x + b + scale (x A) B, wherever it runs: in digital arithmetic, on the host's model
/// of a tile, or on the emulated machine. All give the adapter the same bits.
/// </summary>
public interface ILinear
{
    /// <summary>What it is.</summary>
    LinearLayer Layer { get; }

    /// <summary>Computes tokens in their order: each is one event of the layer's tile.</summary>
    /// <param name="x">[tokens][in].</param>
    /// <param name="y">[tokens][out]; overwritten.</param>
    /// <param name="tokens">How many.</param>
    void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens);

    /// <summary>Takes another adapter; null for none. W and b stay as they are.</summary>
    void Adapt(LoraPair? adapter);
}

/// <summary>Puts a layer where it runs.</summary>
/// <param name="layer">What it is.</param>
/// <param name="weights">[out, in].</param>
/// <param name="bias">[out]; null for none.</param>
public delegate ILinear LinearPlacement(LinearLayer layer, float[] weights, float[]? bias);
