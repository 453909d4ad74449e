using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Keys;
using AhwaLora.Experiments.Models;
using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Experiments.Results;

/// <summary>What the adapters of a model cost, as <c>model --json</c> writes it.</summary>
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

    /// <summary>Whether the tiles keep time only.</summary>
    public required bool TimingOnly { get; init; }

    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>Static weights of the layers.</summary>
    public required long Weights { get; init; }

    /// <summary>Parameters of the adapters.</summary>
    public required long AdapterParameters { get; init; }

    /// <summary>Cycles of the tiles alone, all layers.</summary>
    [JsonPropertyName(ResultKeys.TileAloneCycles)]
    public required long TileAloneCycles { get; init; }

    /// <summary>Cycles with adapters, all layers.</summary>
    public required long PipelinedCycles { get; init; }

    /// <summary>Pipelined / tile alone - 1, in percent.</summary>
    public required double OverheadPercent { get; init; }

    /// <summary>Each layer's, in the order of a forward pass.</summary>
    public required IEnumerable<LinearNumbers> Layers { get; init; }

    /// <summary>The numbers of a model.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="settings">Machine, strategy and adapter.</param>
    /// <param name="cost">What was measured.</param>
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
        settings.Shape.Rank, settings.Shape.Tokens, settings.IntegrationNs, settings.Preset, settings.Strategy.Name, settings.Harts, settings.Timing.Name, NameOf(settings.Contention), settings.Seed);
}

/// <summary>What the adapter of one layer of a model costs.</summary>
/// <param name="Name">The layer's.</param>
/// <param name="Inputs">m.</param>
/// <param name="Outputs">n.</param>
/// <param name="Tiles">Tiles that hold it.</param>
/// <param name="ChunkTokens">t.</param>
/// <param name="TcdmBytes">TCDM that the buffers take.</param>
/// <param name="TileAloneCycles">Cycles of the tiles alone.</param>
/// <param name="PipelinedCycles">Cycles with the adapter.</param>
/// <param name="OverheadPercent">Pipelined / tile alone - 1, in percent.</param>
/// <param name="RelativeErrorPercent">Of y; null if the tiles keep time only.</param>
public sealed record LinearNumbers(
    string Name, int Inputs, int Outputs, int Tiles, int ChunkTokens, long TcdmBytes,
    [property: JsonPropertyName(ResultKeys.TileAloneCycles)] long TileAloneCycles, long PipelinedCycles, double OverheadPercent, double? RelativeErrorPercent)
{
    internal static LinearNumbers Of(LinearCost cost) => new(
        cost.Layer.Name, cost.Layer.Inputs, cost.Layer.Outputs, cost.Tiles, cost.Shape.Chunk, cost.TcdmBytes,
        cost.TileAloneCycles, cost.PipelinedCycles, cost.OverheadPercent, cost.RelativeErrorPercent);
}
