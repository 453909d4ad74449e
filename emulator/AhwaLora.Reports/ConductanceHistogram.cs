using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;

namespace AhwaLora.Reports;

/// <summary>The distribution of conductances, over those devices of all pairs whose target is above zero.</summary>
/// <param name="Stage">When the devices were read, in words.</param>
/// <param name="Fractions">Share of the devices in each bin.</param>
public sealed record ConductanceHistogram(string Stage, IReadOnlyList<double> Fractions)
{
    /// <summary>The number of bins; the last one also takes everything above it.</summary>
    public const int Bins = 60;

    private static readonly (string Stage, double AgeSeconds)[] Ages = [("read at once", 0), ("after a day", 86_400), ("after a year", 31_557_600)];

    /// <summary>Upper end of the bins, in microsiemens: a fifth above g_max, which programming noise may exceed.</summary>
    public static double RangeMicroSiemens(DeviceModel model) => 1.2 * model.GMaxMicroSiemens;

    /// <summary>The histograms of the targets, and of what the devices of a study's first tile read at several ages.</summary>
    public static IReadOnlyList<ConductanceHistogram> Measure(TileStudy study)
    {
        var tile = study.Program(study.Data(study.FirstSeed), study.FirstSeed);
        var range = RangeMicroSiemens(study.Model);
        var histograms = new List<ConductanceHistogram> { Count("target", tile.State, range, plane => plane.Target) };
        foreach (var (stage, age) in Ages)
        {
            tile.SetAge(age);
            histograms.Add(Count(stage, tile.State, range, plane => plane.Read));
        }

        return histograms;
    }

    private static ConductanceHistogram Count(string stage, CrossbarState state, double range, Func<DevicePlane, float[]> of)
    {
        var counts = new long[Bins];
        foreach (var plane in new[] { state.Plus, state.Minus })
        {
            var values = of(plane);
            for (var i = 0; i < values.Length; i++)
            {
                if (plane.Target[i] > 0) counts[Math.Min(Bins - 1, (int)(values[i] / range * Bins))]++;
            }
        }

        var devices = Math.Max(1, counts.Sum());
        return new ConductanceHistogram(stage, [.. counts.Select(count => (double)count / devices)]);
    }
}
