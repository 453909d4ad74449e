using AhwaLora.Models.Inventory;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Model;

/// <summary>The seam of the project: how a model's linear layers are computed. The models know nothing else of tiles or adapters.</summary>
public interface ILinears
{
    /// <summary>y = W x + b, or what becomes of it.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="x">[..., in].</param>
    /// <returns>[..., out].</returns>
    Tensor Apply(LinearLayer layer, Tensor x);
}

/// <summary>In float32, as the weights say.</summary>
public sealed class DigitalLinears(Weights weights) : ILinears
{
    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x) =>
        nn.functional.linear(x, weights[layer.Weight], layer.HasBias ? weights[layer.Bias] : null);
}

/// <summary>The head in float32, all others as told: heads are trained, so they stay digital.</summary>
public sealed class DigitalHead(ILinears others, Weights weights) : ILinears
{
    private readonly DigitalLinears _digital = new(weights);

    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x) => (layer.Role == LinearRole.Head ? _digital : others).Apply(layer, x);
}
