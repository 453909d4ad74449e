using AhwaLora.Models.Inventory;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Model;

/// <summary>How a model's linear layers are computed: the interface between models and tiles. The models know nothing else of tiles or adapters.</summary>
public interface ILinears
{
    /// <summary>Computes y = W x + b, exactly or as a tile does.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="x">[..., in].</param>
    /// <returns>[..., out].</returns>
    Tensor Apply(LinearLayer layer, Tensor x);
}

/// <summary>Computes linear layers digitally, in float32.</summary>
public sealed class DigitalLinears(Weights weights) : ILinears
{
    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x) =>
        nn.functional.linear(x, weights[layer.Weight], layer.HasBias ? weights[layer.Bias] : null);
}

/// <summary>Computes the head in float32 and all other layers by <paramref name="others"/>: heads are trained per task, so they stay digital.</summary>
public sealed class DigitalHead(ILinears others, Weights weights) : ILinears
{
    private readonly DigitalLinears _digital = new(weights);

    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x) => (layer.Role == LinearRole.Head ? _digital : others).Apply(layer, x);
}
