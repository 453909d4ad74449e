using AhwaLora.Analog.Crossbar;

namespace AhwaLora.Reports;

/// <summary>The relative error of MVMs at one age, ||y - W x|| / ||W x||, over seeds.</summary>
/// <param name="AgeSeconds">Age since programming, in seconds.</param>
/// <param name="Drifted">The error without compensation.</param>
/// <param name="Compensated">The error with global drift compensation.</param>
public sealed record ErrorAtAge(double AgeSeconds, SeedSpread Drifted, SeedSpread Compensated);

/// <summary>Mean and extremes over seeds.</summary>
public readonly record struct SeedSpread(double Mean, double Min, double Max)
{
    internal static SeedSpread Of(IReadOnlyCollection<double> values) => new(values.Average(), values.Min(), values.Max());
}

/// <summary>How the error of a tile grows with its age, from one second to ten years.</summary>
public static class ErrorOverAge
{
    private const double Year = 365.25 * 24 * 3600;

    /// <summary>Three ages per decade (1, 2 and 5), and ten years; in seconds.</summary>
    public static IReadOnlyList<double> Ages { get; } = [.. Enumerable.Range(0, 9).SelectMany(decade => new[] { 1, 2, 5 }.Select(d => d * Power(decade))).Where(age => age < 3e8), 10 * Year];

    /// <summary>Measures a study's tiles at every age; the same study gives the same bits.</summary>
    public static IReadOnlyList<ErrorAtAge> Measure(TileStudy study) => Measure(study, Ages);

    /// <summary>Measures a study's tiles at these ages, in seconds, in this order.</summary>
    public static IReadOnlyList<ErrorAtAge> Measure(TileStudy study, IReadOnlyList<double> ages)
    {
        var drifted = ages.Select(_ => new List<double>()).ToList();
        var compensated = ages.Select(_ => new List<double>()).ToList();
        foreach (var seed in study.EachSeed)
        {
            var data = study.Data(seed);
            var reference = data.Reference(withAdapter: false);
            var tile = study.Program(data, seed);
            for (var i = 0; i < ages.Count; i++)
            {
                tile.SetAgeUncompensated(ages[i]);
                drifted[i].Add(Error(tile, data.X, data.Bias, reference));
                tile.Calibrate(tile.Whole);
                compensated[i].Add(Error(tile, data.X, data.Bias, reference));
            }
        }

        return [.. ages.Select((age, i) => new ErrorAtAge(age, SeedSpread.Of(drifted[i]), SeedSpread.Of(compensated[i])))];
    }

    private static double Error(CrossbarArray tile, float[] x, float[] bias, double[] reference)
    {
        var y = new float[reference.Length];
        tile.MvmBatch(tile.Whole, x, y, new MvmResult[x.Length / tile.State.Rows], new DigitalStage { Bias = bias });
        double error = 0, signal = 0;
        for (var i = 0; i < y.Length; i++)
        {
            var exact = reference[i] - bias[i % bias.Length];
            error += (y[i] - reference[i]) * (y[i] - reference[i]);
            signal += exact * exact;
        }

        return Math.Sqrt(error / signal);
    }

    private static double Power(int decade)
    {
        var power = 1.0;
        for (var i = 0; i < decade; i++) power *= 10;
        return power;
    }
}
