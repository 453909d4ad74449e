using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Keys;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Models;
using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Experiments.Results;

/// <summary>The cost of a model's adapters, as <c>model --json</c> writes it.</summary>
public sealed record ModelNumbers : RunConditions
{
    private ModelNumbers(RunConditions run)
        : base(run)
    {
    }

    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>True if the tiles only keep time.</summary>
    public required bool TimingOnly { get; init; }

    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>Number of static weights of the layers.</summary>
    public required long Weights { get; init; }

    /// <summary>Number of parameters of the adapters.</summary>
    public required long AdapterParameters { get; init; }

    /// <summary>Cycles of the tiles alone, summed over the layers.</summary>
    [JsonPropertyName(ResultKeys.TileAloneCycles)]
    public required long TileAloneCycles { get; init; }

    /// <summary>Cycles with adapters, summed over the layers.</summary>
    public required long PipelinedCycles { get; init; }

    /// <summary>Pipelined / tile alone - 1, in percent.</summary>
    public required double OverheadPercent { get; init; }

    /// <summary>The cost of each layer, in the order of a forward pass.</summary>
    public required IEnumerable<LinearNumbers> Layers { get; init; }

    /// <summary>The numbers of a model.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="settings">Machine, strategy and adapter.</param>
    /// <param name="cost">The measured cost.</param>
    public static ModelNumbers Of(string model, SweepPoint settings, ModelCost cost) => new(ConditionsOf(settings))
    {
        Model = model,
        TimingOnly = settings.Platform.Aimc!.TimingOnly,
        Platform = settings.Platform.Name,
        Weights = cost.Weights,
        AdapterParameters = cost.AdapterParameters,
        TileAloneCycles = cost.TileAloneCycles,
        PipelinedCycles = cost.PipelinedCycles,
        OverheadPercent = cost.OverheadPercent,
        Layers = cost.Layers.Select(LinearNumbers.Of),
    };

    private static RunConditions ConditionsOf(SweepPoint settings) => new(
        settings.Shape.Rank, settings.Shape.Tokens, settings.IntegrationNs, settings.Preset, settings.Strategy.Name, settings.Harts, settings.Timing.Name, NameOf(settings.Contention), settings.Seed,
        FirmwareImages.FingerprintOf(settings.Strategy));
}

/// <summary>The cost of the adapter of one layer of a model.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Inputs">m, inputs.</param>
/// <param name="Outputs">n, outputs.</param>
/// <param name="Tiles">Number of tiles that hold the layer.</param>
/// <param name="ChunkTokens">t, tokens per chunk.</param>
/// <param name="TcdmBytes">Bytes of TCDM that the buffers take.</param>
/// <param name="TileAloneCycles">Cycles of the tiles alone.</param>
/// <param name="PipelinedCycles">Cycles with the adapter.</param>
/// <param name="OverheadPercent">Pipelined / tile alone - 1, in percent.</param>
/// <param name="RelativeErrorPercent">Relative error of y in percent; null if the tiles only keep time.</param>
public sealed record LinearNumbers(
    string Name, int Inputs, int Outputs, int Tiles, int ChunkTokens, long TcdmBytes,
    [property: JsonPropertyName(ResultKeys.TileAloneCycles)] long TileAloneCycles, long PipelinedCycles, double OverheadPercent, double? RelativeErrorPercent)
{
    internal static LinearNumbers Of(LinearCost cost) => new(
        cost.Layer.Name, cost.Layer.Inputs, cost.Layer.Outputs, cost.Tiles, cost.Shape.Chunk, cost.TcdmBytes,
        cost.TileAloneCycles, cost.PipelinedCycles, cost.OverheadPercent, cost.RelativeErrorPercent);
}
