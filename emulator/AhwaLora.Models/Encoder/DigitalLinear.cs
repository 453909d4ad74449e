using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>A layer in float32: each output adds its products in order of the inputs, with one fused multiply-add each, then the bias, then the adapter.</summary>
public sealed class DigitalLinear : ILinear
{
    private readonly float[] _weights;
    private readonly float[]? _bias;
    private readonly int _stride;
    private LoraPair? _adapter;

    /// <summary>A layer with its weights [out, in] and bias [out].</summary>
    public DigitalLinear(LinearLayer layer, float[] weights, float[]? bias)
    {
        (Layer, _bias) = (layer, bias);
        _stride = (layer.Outputs + LaneMath.Width - 1) / LaneMath.Width * LaneMath.Width;
        _weights = new float[layer.Inputs * _stride];
        for (var output = 0; output < layer.Outputs; output++)
        {
            for (var input = 0; input < layer.Inputs; input++) _weights[input * _stride + output] = weights[output * layer.Inputs + input];
        }
    }

    /// <inheritdoc/>
    public LinearLayer Layer { get; }

    /// <inheritdoc/>
    public void Adapt(LoraPair? adapter) => _adapter = adapter;

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens)
    {
        for (var token = 0; token < tokens; token++)
        {
            var input = x.Slice(token * Layer.Inputs, Layer.Inputs);
            var output = y.Slice(token * Layer.Outputs, Layer.Outputs);
            Multiply(input, output);
            for (var i = 0; i < _bias?.Length; i++) output[i] += _bias[i];
            _adapter?.AddTo(input, output);
        }
    }

    private void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var column = 0; column < y.Length; column += LaneMath.Width)
        {
            var sum = Vector256<float>.Zero;
            for (var k = 0; k < x.Length; k++) sum = LaneMath.Fma(LaneMath.Load(_weights, k * _stride + column), Vector256.Create(x[k]), sum);
            LaneMath.Store(sum, y, column);
        }
    }
}
