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

/// <summary>What the adapter of one linear layer costs.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Shape">As it was run; the chunk is the strategy's choice, or as large as the TCDM allows, up to what was asked for.</param>
/// <param name="Tiles">Tiles that hold it.</param>
/// <param name="PipelinedCycles">With the adapter.</param>
/// <param name="TileAloneCycles">The tiles alone.</param>
/// <param name="TcdmBytes">TCDM that the buffers take.</param>
/// <param name="RelativeErrorPercent">Of y; null if the tiles keep time only.</param>
public sealed record LinearCost(LinearLayer Layer, LayerShape Shape, int Tiles, long PipelinedCycles, long TileAloneCycles, long TcdmBytes, double? RelativeErrorPercent)
{
    /// <summary>Pipelined / tile alone - 1, in percent.</summary>
    public double OverheadPercent => 100.0 * ((double)PipelinedCycles / TileAloneCycles - 1);
}

/// <summary>What the adapters of a model's linear layers cost beside their tiles, layer after layer, through the firmware.</summary>
/// <param name="Layers">In the order of a forward pass.</param>
public sealed record ModelCost(IReadOnlyList<LinearCost> Layers)
{
    /// <summary>Cycles of all layers, with adapters.</summary>
    public long PipelinedCycles => Layers.Sum(l => l.PipelinedCycles);

    /// <summary>Cycles of all layers, the tiles alone.</summary>
    public long TileAloneCycles => Layers.Sum(l => l.TileAloneCycles);

    /// <summary>Of all layers together, in percent.</summary>
    public double OverheadPercent => 100.0 * ((double)PipelinedCycles / TileAloneCycles - 1);

    /// <summary>The layers of each shape, those first whose tiles take longest.</summary>
    public IEnumerable<ModelCost> ByShape =>
        Layers.GroupBy(l => (l.Layer.Inputs, l.Layer.Outputs)).Select(shape => new ModelCost([.. shape])).OrderByDescending(shape => shape.TileAloneCycles);

    /// <summary>Static weights of the layers.</summary>
    public long Weights => Layers.Sum(l => (long)l.Layer.Inputs * l.Layer.Outputs);

    /// <summary>Parameters of the adapters.</summary>
    public long AdapterParameters => Layers.Sum(l => (long)l.Shape.Rank * (l.Layer.Inputs + l.Layer.Outputs));

    /// <summary>The linear layers of a model that have an adapter: all but the output layer of a language model.</summary>
    public static IReadOnlyList<LinearLayer> Adapted(ModelConfig config) =>
        [.. ModelInventory.Of(config).Linears.Where(l => !(l.Role == LinearRole.Head && config.Head == ModelHead.CausalLanguageModel))];

    /// <summary>
    /// Runs every layer, each with numbers of its own seed. On tiles that keep time only, layers of one shape take the same
    /// cycles whatever their numbers, and each shape is run once.
    /// </summary>
    /// <param name="layers">What to run.</param>
    /// <param name="settings">Machine, strategy, rank, tokens, largest chunk and first seed.</param>
    /// <param name="engine">How instructions are executed.</param>
    /// <param name="jobs">Layers at a time.</param>
    /// <param name="progress">Layers done, and in all.</param>
    /// <exception cref="UserErrorException">A layer does not fit the machine.</exception>
    public static ModelCost Measure(IReadOnlyList<LinearLayer> layers, SweepPoint settings, EngineKind engine, int jobs, Action<int, int>? progress = null)
    {
        if (LayerFootprint.TcdmOf(settings.Platform) is null) throw new UserErrorException(LayerFootprint.NoTcdm);
        SweepPoint[] points = [.. layers.Select((layer, n) => Fit(layer, settings with { Seed = settings.Seed + (ulong)n }))];
        var isTimeOnly = settings.Platform.Aimc?.TimingOnly == true;
        var representatives = points.Select((point, n) => isTimeOnly ? Array.FindIndex(points, p => p.Shape == point.Shape) : n).ToArray();
        int[] runs = [.. representatives.Distinct()];
        var costs = new LinearCost[layers.Count];
        var done = 0;
        progress?.Invoke(0, runs.Length);
        HostCores.ForEach(runs, jobs, n => costs[n] = Run(layers[n], points[n], engine), () => progress?.Invoke(++done, runs.Length));
        return new ModelCost([.. layers.Select((layer, n) => costs[representatives[n]] with { Layer = layer })]);
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
