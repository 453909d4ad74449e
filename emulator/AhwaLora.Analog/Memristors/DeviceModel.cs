using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Memristors;

/// <summary>
/// A memory device as published statistics describe it: programming noise, drift and read noise. The fits take
/// r = g / g_max; conductances are in microsiemens. Sources and what is left out: docs/aimc.md.
/// </summary>
public sealed record DeviceModel
{
    /// <summary>The model's name on the command line and in platform files.</summary>
    public required string Name { get; init; }
    /// <summary>The conductance the largest weight is mapped to.</summary>
    public required float GMaxMicroSiemens { get; init; }
    /// <summary>Time from programming to the first read of the drift fit: drift starts here.</summary>
    public required double T0Seconds { get; init; }
    /// <summary>Duration of one read in the 1/f noise fit.</summary>
    public required double TReadSeconds { get; init; }
    /// <summary>Standard deviation of the programmed conductance, microsiemens, over the target's r.</summary>
    public required Fit ProgrammingNoise { get; init; }
    /// <summary>Mean drift exponent over the target's r.</summary>
    public required Fit DriftMean { get; init; }
    /// <summary>Standard deviation of the drift exponent over the target's r.</summary>
    public required Fit DriftDeviation { get; init; }
    /// <summary>Q, the relative read noise per sqrt(ln(t / 2 t_read)), over the programmed r.</summary>
    public required Fit ReadNoise { get; init; }

    /// <summary>Ideal devices: they keep their target exactly and do not drift.</summary>
    public static DeviceModel None { get; } = new()
    {
        Name = "none",
        GMaxMicroSiemens = 25,
        T0Seconds = 20,
        TReadSeconds = 250e-9,
        ProgrammingNoise = new Polynomial(0),
        DriftMean = new Polynomial(0),
        DriftDeviation = new Polynomial(0),
        ReadNoise = new Polynomial(0),
    };

    /// <summary>Phase-change memory: aihwkit's PCMLikeNoiseModel, after Nandakumar et al., ICECS 2019.</summary>
    public static DeviceModel Pcm { get; } = new()
    {
        Name = "pcm",
        GMaxMicroSiemens = 25,
        T0Seconds = 20,
        TReadSeconds = 250e-9,
        ProgrammingNoise = new Polynomial(0.26348f, 1.9650f, -1.1731f),
        DriftMean = new ClampedLog(-0.0155f, 0.0244f, 0.049f, 0.1f),
        DriftDeviation = new ClampedLog(-0.0125f, -0.0059f, 0.008f, 0.045f),
        ReadNoise = new CappedPower(0.0088f, -0.65f, 0.2f),
    };

    /// <summary>The HERMES chip with two devices per weight: aihwkit's HermesNoiseModel, after Le Gallo et al., Nature Electronics 2023.</summary>
    public static DeviceModel Hermes { get; } = new()
    {
        Name = "hermes",
        GMaxMicroSiemens = 20.7f,
        T0Seconds = 300,
        TReadSeconds = 512e-9,
        ProgrammingNoise = new Polynomial(0.16603222f, 4.71806468f, -8.48101252f, 4.68961419f),
        DriftMean = new Piecewise(0.0945f, new ClampedLog(-0.0387f, -0.0182f, 0.072f, 0.13f), new Polynomial(0.0736f, -0.0126f, -0.0436f)),
        DriftDeviation = new Piecewise(0.3055f, new ClampedLog(-0.0117f, -0.0057f, 0.0091f, 0.04f), new Polynomial(0.0073f, 0.0093f, -0.0118f)),
        ReadNoise = new Piecewise(0.16f, new ClampedLog(-0.0117f, -0.0069f, 0.015f, 0.04f), new Polynomial(0.0123f, 0.0211f, -0.0280f, 0.0069f)),
    };

    /// <summary>The HERMES chip with one device per weight.</summary>
    public static DeviceModel HermesOneDevice { get; } = new()
    {
        Name = "hermes-1",
        GMaxMicroSiemens = 10.35f,
        T0Seconds = 200,
        TReadSeconds = 512e-9,
        ProgrammingNoise = new Polynomial(0.15781817f, 2.32443916f, -2.16310839f, 0.68841818f),
        DriftMean = Hermes.DriftMean,
        DriftDeviation = new Piecewise(0.3039f, new ClampedLog(-0.0120f, -0.0023f, 0.0124f, 0.04f), new Polynomial(0.0104f, 0.0116f, -0.0165f)),
        ReadNoise = new Piecewise(0.1591f, new ClampedLog(-0.0078f, 0.0038f, 0.0179f, 0.04f), new Polynomial(0.0088f, 0.0768f, -0.1352f, 0.0664f)),
    };

    /// <summary>Every model, in the order the documentation lists them.</summary>
    public static IReadOnlyList<DeviceModel> All { get; } = [None, Pcm, Hermes, HermesOneDevice];

    /// <summary>True if devices keep their targets exactly, so that no random numbers are drawn.</summary>
    public bool IsNoiseless => this == None;

    /// <summary>Standard deviation of programming, microsiemens, for a target in microsiemens.</summary>
    public float ProgrammingNoiseAt(float target) => ProgrammingNoise.At(target / GMaxMicroSiemens);

    /// <summary>Mean drift exponent for a target in microsiemens.</summary>
    public float DriftMeanAt(float target) => DriftMean.At(target / GMaxMicroSiemens);

    /// <summary>Standard deviation of the drift exponent for a target in microsiemens.</summary>
    public float DriftDeviationAt(float target) => DriftDeviation.At(target / GMaxMicroSiemens);

    /// <summary>Q for a programmed conductance in microsiemens.</summary>
    public float ReadNoiseAt(float programmed) => ReadNoise.At(programmed / GMaxMicroSiemens);

    /// <summary>sqrt(ln((t + t_read) / 2 t_read)), t = age + t_0: the growth of 1/f noise over the time since programming.</summary>
    public float ReadNoiseGrowthAt(double ageSeconds) => ReadNoiseGrowth(Vector256.Create((float)ageSeconds)).ToScalar();

    /// <summary>g_P = max(0, g_T + sigma_p xi) and nu = |mu + sd xi'|, both of the target.</summary>
    internal (Lanes Programmed, Lanes DriftExponent) Program(Lanes target, Lanes xi, Lanes exponentXi)
    {
        RelativeConductance relative = new(target / GMaxMicroSiemens);
        return (
            LaneMath.Max(LaneMath.Fma(ProgrammingNoise.At(relative), xi, target), 0),
            Vector256.Abs(LaneMath.Fma(DriftDeviation.At(relative), exponentXi, DriftMean.At(relative))));
    }

    /// <summary>ln(t / t_0), t = age + t_0: zero at age zero.</summary>
    internal Lanes DriftTime(Lanes ageSeconds) =>
        LaneMath.Ln((ageSeconds + Vector256.Create((float)T0Seconds)) / (float)T0Seconds);

    /// <summary>g_D = g_P (t / t_0)^-nu.</summary>
    internal static Lanes Drift(Lanes programmed, Lanes nu, Lanes driftTime) => programmed * LaneMath.Exp(-(nu * driftTime));

    internal Lanes ReadNoiseGrowth(Lanes ageSeconds)
    {
        Lanes t = ageSeconds + Vector256.Create((float)(T0Seconds + TReadSeconds));
        return Vector256.Sqrt(LaneMath.Ln(t * (float)(0.5 / TReadSeconds)));
    }

    /// <summary>g = max(0, g_D + g_D Q sqrt(ln(..)) xi).</summary>
    internal Lanes Read(Lanes programmed, Lanes drifted, Lanes growth, Lanes xi) =>
        LaneMath.Max(LaneMath.Fma(drifted * ReadNoise.At(new RelativeConductance(programmed / GMaxMicroSiemens)) * growth, xi, drifted), 0);
}
