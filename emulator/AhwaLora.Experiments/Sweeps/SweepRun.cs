using System.Collections.Concurrent;
using AhwaLora.Common.Files;
using AhwaLora.Common.Work;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>The progress of a sweep.</summary>
/// <param name="Done">Points done, including those of earlier runs.</param>
/// <param name="Reused">Points that an earlier run measured.</param>
/// <param name="Points">All points.</param>
public readonly record struct SweepProgress(int Done, int Reused, int Points);

/// <summary>Runs a sweep's points on the host's cores. The measurements do not depend on the number of cores.</summary>
public static class SweepRun
{
    /// <summary>
    /// Runs one part of a sweep and writes its files: <c>NAME.journal.jsonl</c> during the run, from which a killed run
    /// continues, then <c>NAME.parquet</c> and <c>NAME.csv</c>. The NAME of part i of n ends in <c>.i-of-n</c>.
    /// </summary>
    /// <param name="plan">The sweep.</param>
    /// <param name="shard">The part to run.</param>
    /// <param name="directory">Directory for the files.</param>
    /// <param name="engine">How instructions are executed; the results do not depend on it.</param>
    /// <param name="jobs">Number of points that run at the same time.</param>
    /// <param name="progress">Called after every point, by one thread at a time.</param>
    /// <exception cref="UserErrorException">A file cannot be written, or the run of a point failed.</exception>
    public static SweepTable Execute(SweepPlan plan, Shard shard, string directory, EngineKind engine, int jobs, Action<SweepProgress>? progress = null)
    {
        SweepTable.CheckPlace(plan.Name, shard, directory);
        using var journal = OpenJournal(plan, shard, directory);
        var table = new SweepTable(plan.Name, plan.Id, plan.Points.Count, shard, Measure(plan, shard, engine, jobs, journal, progress));
        table.WriteTo(directory);
        return table;
    }

    /// <summary>The journal of a sweep, or of a part of it, which a directory keeps between runs.</summary>
    /// <exception cref="UserErrorException">The journal cannot be opened, or another process runs the sweep.</exception>
    internal static SweepJournal OpenJournal(SweepPlan plan, Shard shard, string directory) => new(Path.Combine(directory, SweepTable.StemOf(plan.Name, shard) + SweepTable.JournalExtension));

    /// <summary>The rows of one part, in order. Points that the journal lacks are measured and added to it.</summary>
    internal static IReadOnlyList<SweepRow> Measure(SweepPlan plan, Shard shard, EngineKind engine, int jobs, SweepJournal journal, Action<SweepProgress>? progress)
    {
        var points = shard.CountOf(plan.Points.Count);
        int[] pending = [.. shard.Of(plan.Points.Count).Where(point => journal.Find(plan.Keys[point]) is null)];
        var reused = points - pending.Length;
        var done = reused;
        var alone = new ConcurrentDictionary<SweepPoint, Lazy<long>>();
        progress?.Invoke(new SweepProgress(done, reused, points));
        HostCores.ForEach(
            pending,
            jobs,
            index =>
            {
                var point = plan.Points[index];
                var tile = alone.GetOrAdd(point.TileAlone, key => new Lazy<long>(() => Run(key, engine).Result.Cycles));
                journal.Append(plan.Keys[index], plan.Rows[index].With(Run(point, engine), tile.Value));
            },
            () => progress?.Invoke(new SweepProgress(++done, reused, points)));
        return [.. shard.Of(plan.Points.Count).Select(point => journal.Find(plan.Keys[point])!)];
    }

    private static LayerMeasurement Run(SweepPoint point, EngineKind engine) =>
        LayerRun.Execute(LayerData.Generate(point.Shape, point.Seed, hasWeights: !point.Aimc.TimingOnly), point.Strategy, point.BuildPlatform(), point.BuildOptions(engine));
}
