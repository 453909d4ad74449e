using AhwaLora.Analog.Crossbar;
using AhwaLora.Models.Inventory;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Analog;

/// <summary>
/// The tile's forward pass as a differentiable function: steps 1 to 10 of docs/aimc.md in tensor operations. The converters are those of
/// the same <see cref="Preset"/>; without noise, every code equals that of <see cref="CrossbarArray"/> (a test
/// compares them). Gradients pass through rounding and stop at clipped values (straight-through). Instead of programming noise,
/// every call draws new weight noise, so that what the model learns holds for any tile.
/// </summary>
/// <param name="weights">The model's weights.</param>
/// <param name="preset">The converters and the noise of an MVM; it has no IR drop, read noise or input noise.</param>
/// <param name="weightNoise">Standard deviation of the weight noise, in units of the column's largest weight.</param>
/// <param name="generator">Draws all noise.</param>
public sealed class AnalogLinears(Weights weights, Preset preset, float weightNoise, Generator generator) : ILinears
{
    private const float SmallestMaximum = 1e-7f;

    /// <summary>The study's weight noise: standard deviation in units of the column's largest weight.</summary>
    public const float StudyWeightNoise = 0.067f;

    private readonly Preset _preset = preset is { IrDrop: 0, InputNoise: 0, ReadNoise: ReadNoiseKind.None, Scaling: WeightScaling.PerColumn } ? preset
        : throw new ArgumentException($"preset {preset.Name} has IR drop, input or read noise, or a scale for the tile; expected one without for training", nameof(preset));

    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x)
    {
        var y = Multiply(x.reshape(-1, layer.Inputs), weights[layer.Weight]);
        if (layer.HasBias) y = y + weights[layer.Bias];
        return y.reshape([.. x.shape[..^1], layer.Outputs]);
    }

    // x: [vectors, in], w: [out, in]; the numbers are those of the steps. Noise and rounding are added as constants, so
    // the gradient passes straight through them.
    private Tensor Multiply(Tensor x, Tensor w)
    {
        var scale = w.detach().abs().amax([1]).clamp_min(SmallestMaximum);
        var programmed = w / scale.unsqueeze(1);
        if (weightNoise > 0) programmed = programmed + Noise(weightNoise, w.shape);

        // 1. An all-zero vector stays zero whatever the divisor is, so the divisor is kept above zero.
        var n = _preset.NoiseManagement == NoiseManagement.AbsMax ? x.detach().abs().amax([1], keepdim: true).clamp_min(float.Epsilon) : full([1, 1], _preset.InputScale);
        var scaled = x / n;
        var (y, codes) = Integrate(scaled, programmed);
        var b = 1f;
        Tensor? bounds = null, saturated = null;
        // 9. Vectors that saturate pass again at half their size; the others keep their earlier pass.
        while (_preset.BoundManagement == BoundManagement.Iterative && b <= _preset.BoundLimit && codes?.max().item<float>() > _preset.Adc.MaxCode)
        {
            b *= 2;
            var now = codes.amax([1], keepdim: true) > _preset.Adc.MaxCode;
            saturated = saturated is null ? now : saturated & now;
            bounds = where(saturated, full_like(n, b), bounds ?? ones_like(n));
            var (again, codesAgain) = Integrate(scaled / b, programmed);
            (y, codes) = (where(saturated, again, y), where(saturated, codesAgain!, zeros_like(codesAgain!)));
        }

        // 10. The scales are undone.
        return y * (bounds is null ? n : n * bounds) * scale;
    }

    /// <summary>Steps 2 to 8: one pass of all vectors, and the magnitudes of their ADC codes; null if there is no ADC.</summary>
    private (Tensor Y, Tensor? Codes) Integrate(Tensor scaled, Tensor programmed)
    {
        using var inputs = scaled.detach();
        var (dacError, _) = Convert(inputs, inputs, _preset.Dac);
        var sums = nn.functional.linear(dacError is null ? scaled : scaled + dacError, programmed);
        using var exact = sums.detach();
        var noisy = _preset.OutputNoise > 0 ? exact + Noise(_preset.OutputNoise, sums.shape) : exact;
        var (adcError, codes) = Convert(noisy, exact, _preset.Adc);
        return (sums + (adcError ?? noisy - exact), codes);
    }

    /// <summary>The converter's output, rounded to steps (halves to even) and clipped, minus <paramref name="from"/>; and the codes' magnitudes. Both are null if it is off.</summary>
    private static (Tensor? Error, Tensor? Codes) Convert(Tensor value, Tensor from, Converter converter)
    {
        if (!converter.IsOn) return (null, null);
        var codes = (value / converter.Step).round_();
        return ((codes * converter.Step).clamp_(-converter.Bound, converter.Bound).sub_(from), codes.abs_());
    }

    private Tensor Noise(float deviation, long[] shape)
    {
        var noise = empty(shape);
        return noise.normal_(0, deviation, generator);
    }
}
