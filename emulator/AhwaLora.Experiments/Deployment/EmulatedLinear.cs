using AhwaLora.Experiments.Layers;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Experiments.Deployment;

/// <summary>A layer on the emulated machine: W is on its tiles; b, A and B are in RAM. The firmware runs it.</summary>
public sealed class EmulatedLinear : ILinear
{
    private readonly ModelMachine _machine;

    internal EmulatedLinear(ModelMachine machine, LinearLayer layer, LayerMapping mapping, uint bias, uint a, uint b)
    {
        (_machine, Layer, Mapping) = (machine, layer, mapping);
        (BiasAddress, AAddress, BAddress) = (bias, a, b);
    }

    /// <inheritdoc/>
    public LinearLayer Layer { get; }

    /// <summary>Its tiles.</summary>
    public LayerMapping Mapping { get; }

    /// <summary>Cycles that the firmware has spent on it so far, from the first token's transfer to the last result in RAM.</summary>
    public ulong Cycles { get; internal set; }

    /// <summary>Its adapter; null for none.</summary>
    internal LoraPair? Adapter { get; private set; }

    internal uint BiasAddress { get; }

    internal uint AAddress { get; }

    internal uint BAddress { get; }

    /// <inheritdoc/>
    public void Adapt(LoraPair? adapter)
    {
        Adapter = adapter;
        if (adapter is not null) _machine.Bring(this, adapter);
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens)
    {
        for (var first = 0; first < tokens; first += ModelMachine.MaxTokens)
        {
            var count = Math.Min(ModelMachine.MaxTokens, tokens - first);
            _machine.Run(this, x.Slice(first * Layer.Inputs, count * Layer.Inputs), y.Slice(first * Layer.Outputs, count * Layer.Outputs), count);
        }
    }
}
