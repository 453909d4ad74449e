using System.Globalization;
using AhwaLora.Analog.Memristors;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;

namespace AhwaLora.Experiments.TileBench;

/// <summary>Statistics of many devices of one target at one stage, drawn as a tile draws them.</summary>
/// <param name="Target">Target conductance g_T, microsiemens.</param>
/// <param name="AgeSeconds">Seconds since programming.</param>
/// <param name="Stage"><c>programmed</c>, <c>drifted</c> or <c>read</c>.</param>
/// <param name="Measured">Statistics of the samples.</param>
/// <param name="Expected">Expectation of the device model.</param>
/// <param name="Quantiles">Conductances at <see cref="Shares"/>, microsiemens.</param>
public sealed record DeviceStatistics(double Target, double AgeSeconds, string Stage, ConductanceMoments Measured, ConductanceMoments Expected, IReadOnlyList<float> Quantiles)
{
    /// <summary>The stages.</summary>
    public const string Programmed = "programmed", Drifted = "drifted", Read = "read";

    /// <summary>Shares of devices below each quantile.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.05, 0.25, 0.5, 0.75, 0.95];

    private const string Heading = "model,target_us,age_s,stage,samples,mean_us,expected_mean_us,sd_us,expected_sd_us,at_zero,expected_at_zero,q05_us,q25_us,q50_us,q75_us,q95_us";

    /// <summary>Draws devices for each target and age, at all three stages. The same arguments give the same bits.</summary>
    /// <exception cref="UserErrorException">A target is outside the model's range, or there are too few or too many samples.</exception>
    public static IReadOnlyList<DeviceStatistics> Measure(DeviceModel model, IEnumerable<double> targets, IReadOnlyList<double> ages, int samples, ulong seed)
    {
        SettingException.ThrowIf(SettingFault.OfRange(ExperimentSettings.Samples, samples, 2, 10_000_000));
        var rows = new List<DeviceStatistics>();
        float[] programmed = new float[samples], drifted = new float[samples], read = new float[samples];
        foreach (var target in targets)
        {
            SettingException.ThrowIf(SettingFault.OfRange(ExperimentSettings.Targets, target, 0, Limit(model), $" uS, g_max of {model.Name}"));
            foreach (var age in ages)
            {
                DeviceSampler.Sample(model, (float)target, age, seed, programmed, drifted, read);
                var expected = DeviceExpectation.Of(model, target, age);
                rows.Add(Of(target, age, Programmed, programmed, expected.Programmed));
                rows.Add(Of(target, age, Drifted, drifted, expected.Drifted));
                rows.Add(Of(target, age, Read, read, expected.Read));
            }
        }

        return rows;
    }

    /// <summary>Writes the rows as CSV, one row per stage.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void WriteCsv(string path, DeviceModel model, int samples, IEnumerable<DeviceStatistics> rows) => AtomicFile.WriteText(path, output =>
    {
        output.Write(Heading + "\n");
        foreach (var row in rows)
        {
            double[] cells = [row.Measured.Mean, row.Expected.Mean, row.Measured.Deviation, row.Expected.Deviation, row.Measured.AtZero, row.Expected.AtZero, .. row.Quantiles.Select(q => (double)q)];
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{model.Name},{row.Target},{row.AgeSeconds},{row.Stage},{samples},{string.Join(',', cells.Select(c => c.ToString("G7", CultureInfo.InvariantCulture)))}\n"));
        }
    });

    // Rounded as people write it: 20.7, not 20.700000762939453.
    private static double Limit(DeviceModel model) => (double)(decimal)model.GMaxMicroSiemens;

    private static DeviceStatistics Of(double target, double age, string stage, float[] values, ConductanceMoments expected)
    {
        var sorted = values.Order().ToArray();
        var mean = sorted.Average(v => (double)v);
        var measured = new ConductanceMoments(mean, Math.Sqrt(sorted.Average(v => (v - mean) * (v - mean))), sorted.Count(v => v == 0) / (double)sorted.Length);
        return new DeviceStatistics(target, age, stage, measured, expected, [.. Shares.Select(share => sorted[(int)(share * (sorted.Length - 1))])]);
    }
}
