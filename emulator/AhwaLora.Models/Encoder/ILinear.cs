using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// A linear layer with its adapter, y = W x + b + scale (x A) B, independent of where it runs: in digital arithmetic, on the host's model
/// of a tile, or on the emulated machine. The adapter's bits are the same in all three.
/// </summary>
public interface ILinear
{
    /// <summary>The layer.</summary>
    LinearLayer Layer { get; }

    /// <summary>Computes tokens in order; each is one event of the layer's tile.</summary>
    /// <param name="x">[tokens][in].</param>
    /// <param name="y">[tokens][out]; overwritten.</param>
    /// <param name="tokens">Number of tokens.</param>
    void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens);

    /// <summary>Replaces the adapter; null for none. W and b do not change.</summary>
    void Adapt(LoraPair? adapter);
}

/// <summary>Makes the layer that runs, in digital arithmetic, on tiles or on a machine.</summary>
/// <param name="layer">The layer.</param>
/// <param name="weights">[out, in].</param>
/// <param name="bias">[out]; null for none.</param>
public delegate ILinear LinearPlacement(LinearLayer layer, float[] weights, float[]? bias);
