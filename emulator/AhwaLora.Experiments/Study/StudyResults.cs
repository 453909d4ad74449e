using AhwaLora.Common.Files;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Models;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Experiments.Study;

/// <summary>The result of running a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Settings">The machine and the strategy.</param>
/// <param name="Cost">The measured cost.</param>
public sealed record StudiedModel(KnownModel Model, SweepPoint Settings, ModelCost Cost);

/// <summary>Shows the progress of one part of the work. It takes a title and the work, which reports the items done and all items.</summary>
public delegate void StudyPhase(string title, Action<Action<int, int>> work);

/// <summary>Everything that the study measures.</summary>
/// <param name="Points">The published points: docs/study/paper.yaml.</param>
/// <param name="Needs">The number of harts that each shape and integration time needs.</param>
/// <param name="WhatIf">One reference point, then variants that each change something in it: docs/study/what-if.yaml.</param>
/// <param name="ManyHarts">The same for a reference point with many harts: docs/study/many-harts.yaml.</param>
/// <param name="Balanced">Points of the strategy that plans its chunk and split: docs/study/balanced.yaml.</param>
/// <param name="Kernels">The kernels alone; the run on one hart comes first.</param>
/// <param name="Models">Whole models.</param>
public sealed record StudyResults(
    IReadOnlyList<SweepRow> Points,
    IReadOnlyList<HartNeed> Needs,
    IReadOnlyList<SweepRow> WhatIf,
    IReadOnlyList<SweepRow> ManyHarts,
    IReadOnlyList<SweepRow> Balanced,
    IReadOnlyList<KernelSpeed> Kernels,
    IReadOnlyList<StudiedModel> Models)
{
    private static readonly string[] SweepFiles = ["paper.yaml", "what-if.yaml", "many-harts.yaml", "balanced.yaml"];
    private static readonly int[] KernelHarts = [1, 2, 4, 8, 16, 32];

    /// <summary>The models of the full study.</summary>
    public static IReadOnlyList<(KnownModel Model, SweepPoint Settings)> AllModels { get; } =
    [
        .. new[] { 128, 256, 512 }.Select(ns => (KnownModels.MobileBert, MobileBert(ns))),
        (KnownModels.Llama, Llama()),
    ];

    /// <summary>Runs the study. It keeps points in a journal, so a study that was stopped continues from there.</summary>
    /// <param name="directory">Directory of the sweep files.</param>
    /// <param name="work">Directory for results as Parquet and CSV, and for journals.</param>
    /// <param name="models">The models to run.</param>
    /// <param name="engine">How instructions are executed.</param>
    /// <param name="jobs">Number of runs at the same time.</param>
    /// <param name="phase">Called with each part of the work; it must run that part.</param>
    /// <exception cref="UserErrorException">A sweep file is invalid, or a file cannot be written.</exception>
    public static StudyResults Measure(string directory, string work, IReadOnlyList<(KnownModel Model, SweepPoint Settings)> models, EngineKind engine, int jobs, StudyPhase phase)
    {
        var plans = Load(directory);
        foreach (var (model, settings) in models) _ = ModelCost.Plan(ModelCost.Adapted(model.Config), settings);
        KernelSpeed[] kernels = [.. KernelHarts.Select(harts => KernelSpeed.Measure(harts, engine))];
        var sweeps = plans.Select(Sweep).ToList();
        return new StudyResults(sweeps[0], FindNeeds(plans[0], sweeps[0], work, engine, jobs, phase), sweeps[1], sweeps[2], sweeps[3], kernels, [.. models.Select(Run)]);

        IReadOnlyList<SweepRow> Sweep(SweepPlan plan)
        {
            SweepTable? table = null;
            phase($"sweep {plan.Name}", report => table = SweepRun.Execute(plan, Shard.Whole, work, engine, jobs, at => report(at.Done, at.Points)));
            return table!.Rows;
        }

        StudiedModel Run((KnownModel Model, SweepPoint Settings) model)
        {
            ModelCost? cost = null;
            var settings = model.Settings;
            phase($"{model.Model.Name}, {settings.IntegrationNs} ns", report => cost = ModelCost.Measure(ModelCost.Adapted(model.Model.Config), settings, engine, jobs, report));
            return new StudiedModel(model.Model, settings, cost!);
        }
    }

    private static List<SweepPlan> Load(string directory)
    {
        var (plans, faults) = (new List<SweepPlan>(), new List<string>());
        foreach (var file in SweepFiles)
        {
            try
            {
                plans.Add(SweepPlan.Load(Path.Combine(directory, file)));
            }
            catch (UserErrorException e)
            {
                faults.AddRange(e.Lines);
            }
        }

        return faults.Count == 0 ? plans : throw new UserErrorException($"{directory}: the study's sweeps cannot be run", faults);
    }

    private static List<HartNeed> FindNeeds(SweepPlan plan, IReadOnlyList<SweepRow> rows, string work, EngineKind engine, int jobs, StudyPhase phase)
    {
        using var journal = SweepRun.OpenJournal(plan, Shard.Whole, work); // which knows the sweep's own points
        var needs = new List<HartNeed>();
        foreach (var group in plan.Points.Zip(rows).GroupBy(p => (p.First.Shape.Inputs, p.First.Shape.Outputs, p.First.IntegrationNs)))
        {
            var (inputs, outputs, ns) = group.Key;
            phase($"harts for {inputs}x{outputs}, {ns} ns", report => needs.Add(HartNeed.Find(
                [.. group.Select(p => p.First), group.First().First with { Strategy = LayerStrategy.Balanced }],
                [.. group.Select(p => p.Second)],
                points => SweepRun.Measure(SweepPlan.Of("harts", points), Shard.Whole, engine, jobs, journal, null),
                report)));
        }

        return needs;
    }

    private static SweepPoint MobileBert(int integrationNs) => new(StudyPlatform.Description)
    {
        Shape = new LayerShape(1, 1, KnownModels.MobileBert.Rank, Tokens: 320, Chunk: 64),
        IntegrationNs = integrationNs,
        Harts = Published.MatrixEngineMultiplyAdds,
        Strategy = LayerStrategy.Balanced,
        Contention = Contention.Exact,
    };

    // The largest matrix takes 56 tiles of 1024x1024. Its adapter and the buffers of one token take more than 1 MiB.
    private static SweepPoint Llama() => new(StudyPlatform.Description with { Aimc = new AimcDescription { Rows = 1024, Columns = 1024, TimingOnly = true } })
    {
        Shape = new LayerShape(1, 1, KnownModels.Llama.Rank, Tokens: 320, Chunk: 64),
        IntegrationNs = 512,
        Harts = PlatformRules.MaximumHarts,
        Strategy = LayerStrategy.DoubleBuffered,
        TcdmBytes = 2 << 20,
    };
}
