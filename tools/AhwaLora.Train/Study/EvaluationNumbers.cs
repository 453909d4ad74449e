using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Study;

/// <summary>Scores of a task on tiles, as <c>evaluate --json</c> writes them.</summary>
/// <param name="Task">The task.</param>
/// <param name="Metric">The name of the score.</param>
/// <param name="Examples">Number of examples that were scored.</param>
/// <param name="Tile">The kind of tile.</param>
/// <param name="Bits">Bits of the tile's converters.</param>
/// <param name="Seed">The first seed.</param>
/// <param name="Seeds">Number of seeds.</param>
/// <param name="DigitalPercent">The score without tiles, in percent.</param>
/// <param name="Ages">The scores on tiles.</param>
public sealed record EvaluationNumbers(string Task, string Metric, int Examples, string Tile, int Bits, int Seed, int Seeds, double DigitalPercent, IReadOnlyList<AgeNumbers> Ages)
{
    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>Digest of the built product.</summary>
    public string Build { get; } = TrainingSettings.Build;

    /// <summary>The numbers of some seeds.</summary>
    public static EvaluationNumbers Of(TrainingTask task, int examples, string tile, int bits, int seed, double digital, IReadOnlyList<AgeSeries> series) => new(
        task.Name, task.Metric, examples, tile, bits, seed, series.Count, digital,
        [.. Study.Age.All.Index().Select(age => AgeNumbers.Of(age.Item, Statistic.Of(series.Select(s => s.Compensated[age.Index])), Statistic.Of(series.Select(s => s.Uncompensated[age.Index]))))]);
}

/// <summary>The scores at an age.</summary>
/// <param name="Age">The age, as tables have it.</param>
/// <param name="AgeSeconds">Seconds since programming.</param>
/// <param name="CompensatedPercent">Mean score with global drift compensation.</param>
/// <param name="CompensatedDeviationPercent">Its standard deviation over the seeds; null for one seed.</param>
/// <param name="UncompensatedPercent">Mean score without compensation.</param>
/// <param name="UncompensatedDeviationPercent">Its standard deviation over the seeds; null for one seed.</param>
public sealed record AgeNumbers(string Age, double AgeSeconds, double CompensatedPercent, double? CompensatedDeviationPercent, double UncompensatedPercent, double? UncompensatedDeviationPercent)
{
    /// <summary>The score with compensation, as tables have it.</summary>
    [JsonIgnore]
    public Statistic Compensated => new(CompensatedPercent, CompensatedDeviationPercent);

    /// <summary>The score without it.</summary>
    [JsonIgnore]
    public Statistic Uncompensated => new(UncompensatedPercent, UncompensatedDeviationPercent);

    internal static AgeNumbers Of(Age age, Statistic compensated, Statistic uncompensated) =>
        new(age.Name, age.Seconds, compensated.Mean, compensated.Deviation, uncompensated.Mean, uncompensated.Deviation);
}
