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
    /// <param name="scored">Called after each of the two scores of an age; null for nothing.</param>
    public static AgeSeries Measure(BaseModel model, TrainingTask task, IReadOnlyList<Features> dev, TileKind tile, ulong seed, Func<ILinears, ILinears> complete, Action? scored = null)
    {
        var tiles = new TileLinears(new Encoder(task.ConfigOf(model.Config)).Inventory, model.Encoder, tile.Preset, tile.Model, seed);
        var linears = complete(tiles);
        var (compensated, uncompensated) = (new List<double>(), new List<double>());
        foreach (var age in Age.All)
        {
            tiles.Age(age.Seconds);
            uncompensated.Add(Score());
            tiles.Compensate();
            compensated.Add(Score());
        }

        return new AgeSeries(compensated, uncompensated);

        double Score()
        {
            var score = Evaluation.Score(model, task, dev, linears);
            scored?.Invoke();
            return score;
        }
    }
}

/// <summary>The mean and the standard deviation over seeds.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation (n - 1); null for a single value, which has none.</param>
public readonly record struct Statistic(double Mean, double? Deviation)
{
    /// <summary>The statistic of some values.</summary>
    public static Statistic Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return new Statistic(mean, all.Length < 2 ? null : Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1)));
    }

    /// <inheritdoc/>
    public override string ToString() => Deviation is null ? Mean.ToString("F1", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Mean:F1} ± {Deviation:F1}");
}
