using System.Globalization;
using System.Runtime.CompilerServices;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;

namespace AhwaLora.Emu.Tests.Analog;

public sealed class DeviceModelTests
{
    private const int Samples = 100_000;
    private const double StandardErrors = 4;

    [Fact]
    public void Pcm_closed_forms_agree_with_the_table_to_1e_6()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Here(), "pcm_params.csv"));
        Assert.Equal("g_uS,sigma_prog_uS,nu_mu,nu_sigma,Qs,sqrtlog_25s,sqrtlog_1h,sqrtlog_1d,sqrtlog_1month,sqrtlog_1yr", lines[0]);
        Assert.Equal(12, lines.Length);
        DeviceModel pcm = DeviceModel.Pcm;
        foreach (string line in lines[1..])
        {
            double[] row = [.. line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
            float g = (float)row[0];
            float[] actual =
            [
                g, pcm.ProgrammingNoiseAt(g), pcm.DriftMeanAt(g), pcm.DriftDeviationAt(g), pcm.ReadNoiseAt(g),
                .. ((double[])[25, 3600, 86400, 30 * 86400.0, 365 * 86400.0]).Select(pcm.ReadNoiseGrowthAt),
            ];
            for (int i = 0; i < row.Length; i++)
                Assert.True(Math.Abs(actual[i] - row[i]) <= 1e-6 * Math.Abs(row[i]), $"g = {g}, column {i}: {actual[i]:R}, expected {row[i]:R}");
        }
    }

    [Theory]
    [InlineData("hermes")]
    [InlineData("hermes-1")]
    public void Hermes_closed_forms_agree_with_the_published_ones_to_1e_6(string name)
    {
        DeviceModel model = DeviceModel.All.Single(m => m.Name == name);
        Reference reference = Reference.Of(model);
        for (int i = 0; i <= 997; i++)
        {
            float g = model.GMaxMicroSiemens * i / 997; // never on a threshold, where float and double may part
            double r = (double)g / model.GMaxMicroSiemens;
            foreach ((double expected, float actual) in ((double, float)[])
                [(reference.Sigma(r), model.ProgrammingNoiseAt(g)), (reference.Mu(r), model.DriftMeanAt(g)),
                 (reference.Deviation(r), model.DriftDeviationAt(g)), (reference.Q(r), model.ReadNoiseAt(g))])
                Assert.Equal(expected, actual, 1e-6 * expected);
        }
    }

    public static TheoryData<string, double, double> Points()
    {
        TheoryData<string, double, double> points = [];
        foreach (DeviceModel model in DeviceModel.All.Where(m => !m.IsNoiseless))
            foreach (double relative in (double[])[0, 0.004, 0.02, 0.2, 0.6, 1])
                foreach (double seconds in (double[])[0, 3600, 31_536_000])
                    points.Add(model.Name, relative, seconds);
        return points;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public void Samples_have_the_analytic_mean_spread_and_share_of_zeros(string name, double relative, double seconds)
    {
        DeviceModel model = DeviceModel.All.Single(m => m.Name == name);
        Reference reference = Reference.Of(model);
        double target = relative * model.GMaxMicroSiemens, sigma = reference.Sigma(relative);
        float[] programmed = new float[Samples], drifted = new float[Samples], read = new float[Samples];
        DeviceSampler.Sample(model, (float)target, seconds, seed: 20261123, programmed, drifted, read);

        // Programming: a normal censored at zero. Drift: times (t/t_0)^-nu, independent of it, nu a folded normal.
        // Reading: times max(0, 1 + kappa xi), kappa = Q(g_P) growth. All moments are integrals over standard normals.
        double driftTime = Math.Log((seconds + model.T0Seconds) / model.T0Seconds);
        double growth = Math.Sqrt(Math.Log((seconds + model.T0Seconds + model.TReadSeconds) / (2 * model.TReadSeconds)));
        double mu = reference.Mu(relative), deviation = reference.Deviation(relative);
        double Programmed(double xi) => Math.Max(0, target + sigma * xi);
        double[] decay = Moments(k => Gauss(xi => Math.Exp(-k * driftTime * Math.Abs(mu + deviation * xi)), -mu / deviation));
        double[] start = Moments(k => Gauss(xi => Math.Pow(Programmed(xi), k), -target / sigma));
        double[] final = Moments(k => Gauss(xi => Programmed(xi) is var g and > 0
            ? Math.Pow(g, k) * Factor(reference.Q(g / model.GMaxMicroSiemens) * growth, k) : 0, -target / sigma));

        double zeros = Phi(-target / sigma);
        AssertMoments(programmed, start, "programmed");
        AssertMoments(drifted, Moments(k => start[k] * decay[k]), "drifted");
        AssertMoments(read, Moments(k => final[k] * decay[k]), "read");
        double share = programmed.Count(g => g == 0) / (double)Samples, error = Math.Sqrt(zeros * (1 - zeros) / Samples);
        Assert.InRange(share - zeros, -StandardErrors * error - 1.0 / Samples, StandardErrors * error + 1.0 / Samples);
    }

    [Fact]
    public void Age_zero_reads_what_was_programmed_with_read_noise_only()
    {
        float[] programmed = new float[64], drifted = new float[64], read = new float[64];
        DeviceSampler.Sample(DeviceModel.Pcm, 10, 0, 1, programmed, drifted, read);
        Assert.Equal(programmed, drifted);
        Assert.NotEqual(programmed, read);
    }

    private static void AssertMoments(float[] values, double[] moments, string what)
    {
        double mean = moments[1], variance = moments[2] - mean * mean, std = Math.Sqrt(Math.Max(variance, 0));
        double fourth = moments[4] - 4 * moments[3] * mean + 6 * moments[2] * mean * mean - 3 * Math.Pow(mean, 4);
        double actualMean = values.Average(v => (double)v), actualStd = Math.Sqrt(values.Average(v => (v - actualMean) * (v - actualMean)));
        double meanError = std / Math.Sqrt(Samples), stdError = Math.Sqrt(Math.Max(fourth - variance * variance, 0) / Samples) / (2 * std);
        Assert.True(Math.Abs(actualMean - mean) <= StandardErrors * meanError, $"{what}: mean {actualMean}, expected {mean} +- {meanError}");
        Assert.True(Math.Abs(actualStd - std) <= StandardErrors * stdError, $"{what}: std {actualStd}, expected {std} +- {stdError}");
    }

    private static double[] Moments(Func<int, double> moment) => [.. Enumerable.Range(0, 5).Select(moment)];

    /// <summary>E max(0, 1 + kappa xi)^k: the recurrence of a truncated normal's moments.</summary>
    private static double Factor(double kappa, int k)
    {
        double edge = -1 / kappa, density = Math.Exp(-0.5 * edge * edge) / Math.Sqrt(2 * Math.PI);
        double[] m = new double[5];
        m[0] = 1 - Phi(edge);
        m[1] = m[0] + kappa * density;
        for (int i = 2; i <= 4; i++)
            m[i] = m[i - 1] + (i - 1) * kappa * kappa * m[i - 2];
        return m[k];
    }

    /// <summary>E f(xi), Simpson's rule on each side of a kink.</summary>
    private static double Gauss(Func<double, double> f, double kink)
    {
        kink = Math.Clamp(kink, -9, 9);
        return Simpson(f, -9, kink) + Simpson(f, kink, 9);
    }

    private static double Simpson(Func<double, double> f, double from, double to)
    {
        const int Steps = 400;
        double h = (to - from) / Steps, sum = 0;
        if (h == 0)
            return 0;
        for (int i = 0; i <= Steps; i++)
        {
            double x = from + i * h;
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * f(x) * Math.Exp(-0.5 * x * x);
        }
        return sum * h / 3 / Math.Sqrt(2 * Math.PI);
    }

    private static double Phi(double x) => Simpson(_ => 1, -9, Math.Clamp(x, -9, 9));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    /// <summary>The published equations once more, in double and as they stand in docs/aimc.md.</summary>
    private sealed record Reference(Func<double, double> Sigma, Func<double, double> Mu, Func<double, double> Deviation, Func<double, double> Q)
    {
        private static double Log(double r, double slope, double offset, double min, double max) =>
            Math.Clamp(slope * Math.Log(Math.Max(r, 1e-7)) + offset, min, max);

        private static double HermesMu(double r) =>
            r < 0.0945 ? Log(r, -0.0387, -0.0182, 0.072, 0.13) : -0.0436 * r * r - 0.0126 * r + 0.0736;

        public static Reference Of(DeviceModel model) => model.Name switch
        {
            "pcm" => new(
                r => 0.26348 + 1.9650 * r - 1.1731 * r * r,
                r => Log(r, -0.0155, 0.0244, 0.049, 0.1),
                r => Log(r, -0.0125, -0.0059, 0.008, 0.045),
                r => Math.Min(0.2, 0.0088 / Math.Max(Math.Pow(r, 0.65), 1e-3))),
            "hermes" => new(
                r => 0.16603222 + 4.71806468 * r - 8.48101252 * r * r + 4.68961419 * r * r * r,
                HermesMu,
                r => r < 0.3055 ? Log(r, -0.0117, -0.0057, 0.0091, 0.04) : -0.0118 * r * r + 0.0093 * r + 0.0073,
                r => r < 0.16 ? Log(r, -0.0117, -0.0069, 0.015, 0.04) : 0.0069 * r * r * r - 0.0280 * r * r + 0.0211 * r + 0.0123),
            "hermes-1" => new(
                r => 0.15781817 + 2.32443916 * r - 2.16310839 * r * r + 0.68841818 * r * r * r,
                HermesMu,
                r => r < 0.3039 ? Log(r, -0.0120, -0.0023, 0.0124, 0.04) : -0.0165 * r * r + 0.0116 * r + 0.0104,
                r => r < 0.1591 ? Log(r, -0.0078, 0.0038, 0.0179, 0.04) : 0.0664 * r * r * r - 0.1352 * r * r + 0.0768 * r + 0.0088),
            _ => throw new ArgumentException(model.Name),
        };
    }
}
