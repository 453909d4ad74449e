using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Models.Encoder;

/// <summary>What an encoder computes between its linear layers, in float32 with the same bits on every machine; no libm is used.</summary>
public static class EncoderMath
{
    /// <summary>An activation function, applied in place.</summary>
    public delegate void Activation(Span<float> values);

    /// <summary>Activations by name.</summary>
    public static IReadOnlyDictionary<string, Activation> Activations { get; } = new Dictionary<string, Activation> { ["gelu"] = Gelu, ["relu"] = Relu };

    /// <summary>x / 2 (1 + erf(x / sqrt 2)), in place; erf within 1.5e-7 (Abramowitz and Stegun, 7.1.26).</summary>
    public static void Gelu(Span<float> values)
    {
        for (var i = 0; i < values.Length; i += LaneMath.Width)
        {
            var x = LaneMath.Load(values, i);
            LaneMath.Store(x * 0.5f * (Lanes.One + Erf(x * 0.707106781f)), values, i);
        }
    }

    /// <summary>max(0, x), in place.</summary>
    public static void Relu(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = Math.Max(0f, values[i]);
    }

    /// <summary>tanh, in place, as 1 - 2 / (e^2x + 1); error below 1e-6.</summary>
    public static void Tanh(Span<float> values)
    {
        for (var i = 0; i < values.Length; i += LaneMath.Width)
        {
            var power = LaneMath.Exp(LaneMath.Load(values, i) * 2f);
            LaneMath.Store(Lanes.One - Vector256.Create(2f) / (power + Lanes.One), values, i);
        }
    }

    /// <summary>e^x / sum e^x, in place; the sum in order.</summary>
    public static void Softmax(Span<float> values)
    {
        var max = values[0];
        foreach (var value in values) max = Math.Max(max, value);
        for (var i = 0; i < values.Length; i += LaneMath.Width) LaneMath.Store(LaneMath.Exp(LaneMath.Load(values, i) - Vector256.Create(max)), values, i);
        var sum = 0f;
        foreach (var value in values) sum += value;
        for (var i = 0; i < values.Length; i++) values[i] /= sum;
    }

    /// <summary>(x - mean) / sqrt(variance + epsilon) weight + bias, in place; sums in double precision and in order.</summary>
    public static void LayerNorm(Span<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in x) sum += value;
        var mean = sum / x.Length;
        foreach (var value in x) squares += (value - mean) * (value - mean);
        var inverse = 1 / Math.Sqrt(squares / x.Length + epsilon);
        for (var i = 0; i < x.Length; i++) x[i] = (float)((x[i] - mean) * inverse) * weight[i] + bias[i];
    }

    /// <summary>a + b, in place in a.</summary>
    public static void Add(Span<float> a, ReadOnlySpan<float> b)
    {
        for (var i = 0; i < a.Length; i++) a[i] += b[i];
    }

    private static Lanes Erf(Lanes x)
    {
        var magnitude = Vector256.Abs(x);
        var t = Lanes.One / LaneMath.Fma(magnitude, Vector256.Create(0.3275911f), 1f);
        var p = Vector256.Create(1.061405429f);
        p = LaneMath.Fma(p, t, -1.453152027f);
        p = LaneMath.Fma(p, t, 1.421413741f);
        p = LaneMath.Fma(p, t, -0.284496736f);
        p = LaneMath.Fma(p, t, 0.254829592f);
        var erf = Lanes.One - p * t * LaneMath.Exp(-(magnitude * magnitude));
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Lanes.Zero), -erf, erf);
    }
}
