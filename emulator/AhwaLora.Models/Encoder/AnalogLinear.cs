using AhwaLora.Analog.Crossbar;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// A layer on the host's model of a tile, which is the code that the emulated tile runs. Weights are programmed and measured for
/// compensation when the layer is made; then every token is one event. docs/adapters.md describes the numbering of tiles and events.
/// </summary>
public sealed class AnalogLinear : ILinear
{
    private readonly float[]? _bias;
    private LoraPair? _adapter;

    /// <summary>Programs the weights.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">[out, in].</param>
    /// <param name="bias">[out], added in the tile's digital stage; null for none.</param>
    /// <param name="options">The first tile's; a layer larger than a tile also uses the numbers after it.</param>
    public AnalogLinear(LinearLayer layer, float[] weights, float[]? bias, CrossbarOptions options)
    {
        (Layer, _bias) = (layer, bias);
        Tiles = new TiledMatrix(options, layer.Inputs, layer.Outputs, weights);
    }

    /// <inheritdoc/>
    public LinearLayer Layer { get; }

    /// <summary>The tiles with the weights.</summary>
    public TiledMatrix Tiles { get; }

    /// <summary>What its tiles have done so far.</summary>
    public MvmResult Done { get; private set; }

    /// <inheritdoc cref="TiledMatrix.SetAge"/>
    public void SetAge(double seconds, bool isCompensated) => Tiles.SetAge(seconds, isCompensated);

    /// <inheritdoc/>
    public void Adapt(LoraPair? adapter) => _adapter = adapter;

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens)
    {
        for (var token = 0; token < tokens; token++)
        {
            var input = x.Slice(token * Layer.Inputs, Layer.Inputs);
            var output = y.Slice(token * Layer.Outputs, Layer.Outputs);
            Done += Tiles.Mvm(input, output, _bias);
            _adapter?.AddTo(input, output);
        }
    }
}
