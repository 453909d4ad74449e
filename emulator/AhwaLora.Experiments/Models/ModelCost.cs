using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Common.Work;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Settings;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Experiments.Models;

/// <summary>The cost of the adapter of one linear layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Shape">The shape that was run. The strategy chooses the chunk; otherwise it is the largest that fits the TCDM, at most the requested one.</param>
/// <param name="Tiles">Number of tiles that hold the layer.</param>
/// <param name="PipelinedCycles">Cycles with the adapter.</param>
/// <param name="TileAloneCycles">Cycles of the tiles alone.</param>
/// <param name="TcdmBytes">Bytes of TCDM that the buffers take.</param>
/// <param name="RelativeErrorPercent">Relative error of y in percent; null if the tiles only keep time.</param>
public sealed record LinearCost(LinearLayer Layer, LayerShape Shape, int Tiles, long PipelinedCycles, long TileAloneCycles, long TcdmBytes, double? RelativeErrorPercent)
{
    /// <summary>Pipelined / tile alone - 1, in percent.</summary>
    public double OverheadPercent => 100.0 * ((double)PipelinedCycles / TileAloneCycles - 1);
}

/// <summary>The cost of the adapters of a model's linear layers beside their tiles. The firmware runs layer after layer.</summary>
/// <param name="Layers">In the order of a forward pass.</param>
public sealed record ModelCost(IReadOnlyList<LinearCost> Layers)
{
    /// <summary>Cycles of all layers with adapters.</summary>
    public long PipelinedCycles => Layers.Sum(l => l.PipelinedCycles);

    /// <summary>Cycles of the tiles alone, for all layers.</summary>
    public long TileAloneCycles => Layers.Sum(l => l.TileAloneCycles);

    /// <summary>Overhead of all layers together, in percent.</summary>
    public double OverheadPercent => 100.0 * ((double)PipelinedCycles / TileAloneCycles - 1);

    /// <summary>The layers grouped by shape; the shapes whose tiles take longest come first.</summary>
    public IEnumerable<ModelCost> ByShape =>
        Layers.GroupBy(l => (l.Layer.Inputs, l.Layer.Outputs)).Select(shape => new ModelCost([.. shape])).OrderByDescending(shape => shape.TileAloneCycles);

    /// <summary>Number of static weights of the layers.</summary>
    public long Weights => Layers.Sum(l => (long)l.Layer.Inputs * l.Layer.Outputs);

    /// <summary>Number of parameters of the adapters.</summary>
    public long AdapterParameters => Layers.Sum(l => (long)l.Shape.Rank * (l.Layer.Inputs + l.Layer.Outputs));

    /// <summary>The linear layers of a model that have an adapter: all except the output layer of a language model.</summary>
    public static IReadOnlyList<LinearLayer> Adapted(ModelConfig config) =>
        [.. ModelInventory.Of(config).Linears.Where(l => !(l.Role == LinearRole.Head && config.Head == ModelHead.CausalLanguageModel))];

    /// <summary>
    /// Runs every layer; each has numbers of its own seed. If the tiles only keep time, layers of one shape take the same
    /// cycles for all numbers, so each shape is run once.
    /// </summary>
    /// <param name="layers">The layers to run.</param>
    /// <param name="settings">Machine, strategy, rank, tokens, largest chunk and first seed.</param>
    /// <param name="engine">How instructions are executed.</param>
    /// <param name="jobs">Number of layers that run at the same time.</param>
    /// <param name="progress">Called with the number of runs done and of all runs.</param>
    /// <exception cref="UserErrorException">A layer does not fit the machine.</exception>
    public static ModelCost Measure(IReadOnlyList<LinearLayer> layers, SweepPoint settings, EngineKind engine, int jobs, Action<int, int>? progress = null)
    {
        var points = Plan(layers, settings);
        var isTimeOnly = settings.Platform.Aimc?.TimingOnly == true;
        var representatives = points.Select((point, n) => isTimeOnly ? points.ToList().FindIndex(p => p.Shape == point.Shape) : n).ToArray();
        int[] runs = [.. representatives.Distinct()];
        var costs = new LinearCost[layers.Count];
        var done = 0;
        progress?.Invoke(0, runs.Length);
        HostCores.ForEach(runs, jobs, n => costs[n] = Run(layers[n], points[n], engine), () => progress?.Invoke(++done, runs.Length));
        return new ModelCost([.. layers.Select((layer, n) => costs[representatives[n]] with { Layer = layer })]);
    }

    /// <summary>The point at which each layer is run, with the largest chunk that fits. Study and command plan all layers before they run the first.</summary>
    /// <exception cref="UserErrorException">A layer does not fit the machine; the message lists the faults of all.</exception>
    public static IReadOnlyList<SweepPoint> Plan(IReadOnlyList<LinearLayer> layers, SweepPoint settings)
    {
        if (LayerFootprint.TcdmOf(settings.Platform) is null) throw new UserErrorException(LayerFootprint.NoTcdm);
        SweepPoint[] points = [.. layers.Select((layer, n) => Fit(layer, settings with { Seed = settings.Seed + (ulong)n }))];
        SweepPlan.CheckPoints("the model's layers", points.DistinctBy(point => point.Shape));
        return points;
    }

    private static SweepPoint Fit(LinearLayer layer, SweepPoint settings)
    {
        var point = settings with { Shape = settings.Shape with { Inputs = layer.Inputs, Outputs = layer.Outputs } };
        var splits = point.Mapping.Inputs.Count;
        var chunk = new[] { point.Strategy, point.Strategy.TileAlone }.Min(strategy =>
            LayerFootprint.LargestChunk(point.Shape, strategy, splits, LayerFootprint.Available(FirmwareImages.Load(strategy.App), point.TcdmBytes)));
        if (chunk > 0) return point with { Shape = point.Shape with { Chunk = chunk } };
        var what = new SettingText($"{layer.Name}: not one token of {layer.Inputs}x{layer.Outputs} fits the TCDM of {point.TcdmBytes} bytes under {point.Strategy.Name}");
        throw new SettingException($"{what}, adapter and buffers included; give a platform file with a larger tcdm, or another {ExperimentSettings.Strategy}");
    }

    private static LinearCost Run(LinearLayer layer, SweepPoint point, EngineKind engine)
    {
        var data = LayerData.Generate(point.Shape, point.Seed, hasWeights: !point.Aimc.TimingOnly);
        LayerMeasurement Measure(LayerStrategy strategy) => LayerRun.Execute(data, strategy, point.BuildPlatform(), point.BuildOptions(engine));

        var (pipelined, alone) = (Measure(point.Strategy), Measure(point.Strategy.TileAlone));
        double? error = double.IsNaN(pipelined.RelativeError) ? null : 100 * pipelined.RelativeError;
        var shape = point.Shape with { Chunk = pipelined.Plan?.Chunk ?? point.Shape.Chunk };
        return new LinearCost(layer, shape, point.Mapping.Tiles, pipelined.Result.Cycles, alone.Result.Cycles, pipelined.Result.TcdmBytes, error);
    }
}
