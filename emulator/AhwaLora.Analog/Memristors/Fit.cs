using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Memristors;

/// <summary>Eight relative conductances, with the logarithm that most fits need.</summary>
/// <param name="R">g / g_max.</param>
public readonly struct RelativeConductance(Lanes R)
{
    // The smallest r that logarithms and powers are taken of.
    private const float Smallest = 1e-7f;

    /// <summary>g / g_max.</summary>
    public readonly Lanes R = R;
    /// <summary>ln max(r, 1e-7).</summary>
    public readonly Lanes LnR = LaneMath.Ln(LaneMath.Max(R, Smallest));
}

/// <summary>A fitted curve over the relative conductance r = g / g_max: the form in which the device models are published.</summary>
public abstract record Fit
{
    /// <summary>The curve at eight relative conductances.</summary>
    public abstract Lanes At(in RelativeConductance g);

    /// <summary>The curve at one relative conductance.</summary>
    public float At(float r) => At(new RelativeConductance(Vector256.Create(r))).ToScalar();
}

/// <summary>C0 + C1 r + C2 r^2 + C3 r^3.</summary>
public sealed record Polynomial(float C0, float C1 = 0, float C2 = 0, float C3 = 0) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(in RelativeConductance g) =>
        LaneMath.Fma(LaneMath.Fma(LaneMath.Fma(Vector256.Create(C3), g.R, C2), g.R, C1), g.R, C0);
}

/// <summary>Slope ln r + Offset, held to [Min, Max].</summary>
public sealed record ClampedLog(float Slope, float Offset, float Min, float Max) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(in RelativeConductance g) =>
        LaneMath.Clamp(LaneMath.Fma(Vector256.Create(Slope), g.LnR, Offset), Min, Max);
}

/// <summary>Coefficient r^Exponent, at most Max.</summary>
public sealed record CappedPower(float Coefficient, float Exponent, float Max) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(in RelativeConductance g) =>
        LaneMath.Min(Coefficient * LaneMath.Exp(Exponent * g.LnR), Max);
}

/// <summary>Low if r is below the threshold, High otherwise.</summary>
public sealed record Piecewise(float Threshold, Fit Low, Fit High) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(in RelativeConductance g) =>
        Vector256.ConditionalSelect(Vector256.LessThan(g.R, Vector256.Create(Threshold)), Low.At(g), High.At(g));
}
