using AhwaLora.Analog.Memristors;

namespace AhwaLora.Experiments.TileBench;

/// <summary>Moments of many conductances, or of a distribution.</summary>
/// <param name="Mean">Mean, microsiemens.</param>
/// <param name="Deviation">Standard deviation, microsiemens.</param>
/// <param name="AtZero">Share of devices at zero.</param>
public readonly record struct ConductanceMoments(double Mean, double Deviation, double AtZero)
{
    internal static ConductanceMoments Of(double first, double second, double atZero) => new(first, Math.Sqrt(Math.Max(0, second - first * first)), atZero);
}

/// <summary>
/// What a device model predicts for many devices of one target, without drawing any: integrals over its closed forms. Programming is
/// a normal distribution censored at zero. Drift is a factor (t / t_0)^-nu independent of it; nu is a folded normal. Reading is a factor
/// max(0, 1 + Q growth xi).
/// </summary>
/// <param name="Programmed">Moments of g_P.</param>
/// <param name="Drifted">Moments of g_D at the age.</param>
/// <param name="Read">Moments with read noise.</param>
public sealed record DeviceExpectation(ConductanceMoments Programmed, ConductanceMoments Drifted, ConductanceMoments Read)
{
    // Normal deviates beyond this weigh less than 1e-18.
    private const double Farthest = 9;

    /// <summary>Computes the moments for a target in microsiemens at an age in seconds.</summary>
    public static DeviceExpectation Of(DeviceModel model, double target, double ageSeconds)
    {
        double sigma = model.ProgrammingNoiseAt((float)target), mu = model.DriftMeanAt((float)target), deviation = model.DriftDeviationAt((float)target);
        double growth = model.ReadNoiseGrowthAt(ageSeconds), driftTime = Math.Log((ageSeconds + model.T0Seconds) / model.T0Seconds);
        double Programmed(double xi) => target + sigma * xi;
        double Noise(double xi) => model.ReadNoiseAt((float)Programmed(xi)) * growth;

        var zero = Zero(target, sigma); // programmed devices with xi above this are not at zero
        double Start(int k) => Integral(xi => Math.Pow(Programmed(xi), k), zero, Farthest);
        double Final(int k) => Integral(xi => Math.Pow(Programmed(xi), k) * ReadFactor(Noise(xi), k), zero, Farthest);
        double Decay(int k)
        {
            double Factor(double xi) => Math.Exp(-k * driftTime * Math.Abs(mu + deviation * xi));
            var fold = Zero(mu, deviation);
            return Integral(Factor, -Farthest, fold) + Integral(Factor, fold, Farthest);
        }

        var (decay, decaySquared) = (Decay(1), Decay(2));
        var atZero = Integral(_ => 1, -Farthest, zero);
        var readAtZero = atZero + Integral(xi => Integral(_ => 1, -Farthest, ReadEdge(Noise(xi))), zero, Farthest);
        return new DeviceExpectation(
            ConductanceMoments.Of(Start(1), Start(2), atZero),
            ConductanceMoments.Of(Start(1) * decay, Start(2) * decaySquared, atZero),
            ConductanceMoments.Of(Final(1) * decay, Final(2) * decaySquared, readAtZero));
    }

    /// <summary>The xi at which mean + deviation * xi is zero.</summary>
    private static double Zero(double mean, double deviation) =>
        deviation == 0 ? (mean > 0 ? -Farthest : Farthest) : Math.Clamp(-mean / deviation, -Farthest, Farthest);

    /// <summary>The xi above which a device with this relative noise reads as more than zero.</summary>
    private static double ReadEdge(double noise) => Math.Max(-Farthest, -1 / noise);

    /// <summary>E max(0, 1 + noise * xi)^k for k = 1 and 2.</summary>
    private static double ReadFactor(double noise, int k)
    {
        var edge = ReadEdge(noise);
        var above = Integral(_ => 1, edge, Farthest);
        var first = above + noise * Density(edge);
        return k == 1 ? first : first + noise * noise * above;
    }

    private static double Density(double xi) => Math.Exp(-0.5 * xi * xi) / Math.Sqrt(2 * Math.PI);

    /// <summary>Integral of f times the standard normal density, by Simpson's rule.</summary>
    private static double Integral(Func<double, double> f, double from, double to)
    {
        const int Steps = 200;
        double step = (to - from) / Steps, sum = 0;
        for (var i = 0; i <= Steps; i++)
        {
            var xi = from + i * step;
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * f(xi) * Density(xi);
        }

        return sum * step / 3;
    }
}
