using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Emu.Aimc.Crossbar;

/// <summary>A fitted curve over the relative conductance r = g / g_max: the form in which the device models are published.</summary>
public abstract record Fit
{
    /// <summary>Logarithms and powers are taken of no smaller r.</summary>
    protected const float SmallestRatio = 1e-7f;

    /// <summary>The curve at sixteen relative conductances.</summary>
    public abstract Lanes At(Lanes r);

    /// <summary>The curve at one relative conductance.</summary>
    public float At(float r) => At(Vector512.Create(r)).ToScalar();
}

/// <summary>C0 + C1 r + C2 r^2 + C3 r^3.</summary>
public sealed record Polynomial(float C0, float C1 = 0, float C2 = 0, float C3 = 0) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(Lanes r) =>
        LaneMath.Fma(LaneMath.Fma(LaneMath.Fma(Vector512.Create(C3), r, C2), r, C1), r, C0);
}

/// <summary>Slope ln r + Offset, held to [Min, Max].</summary>
public sealed record ClampedLog(float Slope, float Offset, float Min, float Max) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(Lanes r) =>
        LaneMath.Clamp(LaneMath.Fma(Vector512.Create(Slope), LaneMath.Ln(LaneMath.Max(r, SmallestRatio)), Offset), Min, Max);
}

/// <summary>Coefficient r^Exponent, at most Max.</summary>
public sealed record CappedPower(float Coefficient, float Exponent, float Max) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(Lanes r) =>
        LaneMath.Min(Coefficient * LaneMath.Exp(Exponent * LaneMath.Ln(LaneMath.Max(r, SmallestRatio))), Max);
}

/// <summary>Low where r is below the threshold, High elsewhere.</summary>
public sealed record Piecewise(float Threshold, Fit Low, Fit High) : Fit
{
    /// <inheritdoc/>
    public override Lanes At(Lanes r) =>
        Vector512.ConditionalSelect(Vector512.LessThan(r, Vector512.Create(Threshold)), Low.At(r), High.At(r));
}
