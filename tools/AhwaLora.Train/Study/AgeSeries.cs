using System.Globalization;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Study;

/// <summary>Scores over <see cref="Age.All"/>, on one set of tiles.</summary>
/// <param name="Compensated">Scores with global drift compensation, in percent.</param>
/// <param name="Uncompensated">Scores without it, in percent.</param>
public sealed record AgeSeries(IReadOnlyList<double> Compensated, IReadOnlyList<double> Uncompensated)
{
    /// <summary>Programs the base's tiles once and scores them at every age.</summary>
    /// <param name="model">The base.</param>
    /// <param name="task">The task.</param>
    /// <param name="dev">The examples to score.</param>
    /// <param name="tile">The kind of tile.</param>
    /// <param name="seed">The seed of the tiles' noise.</param>
    /// <param name="complete">Adds the head and the adapter to the tiles.</param>
    public static AgeSeries Measure(BaseModel model, TrainingTask task, IReadOnlyList<Features> dev, TileKind tile, ulong seed, Func<ILinears, ILinears> complete)
    {
        var tiles = new TileLinears(new Encoder(task.ConfigOf(model.Config)).Inventory, model.Encoder, tile.Preset, tile.Model, seed);
        var linears = complete(tiles);
        var (compensated, uncompensated) = (new List<double>(), new List<double>());
        foreach (var age in Age.All)
        {
            tiles.Age(age.Seconds);
            uncompensated.Add(Evaluation.Score(model, task, dev, linears));
            tiles.Compensate();
            compensated.Add(Evaluation.Score(model, task, dev, linears));
        }

        return new AgeSeries(compensated, uncompensated);
    }
}

/// <summary>The mean and the standard deviation over seeds.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation (n - 1); 0 for a single value.</param>
public readonly record struct Statistic(double Mean, double Deviation)
{
    /// <summary>The statistic of some values.</summary>
    public static Statistic Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return new Statistic(mean, all.Length < 2 ? 0 : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1)));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:F1} ± {Deviation:F1}");
}
