using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Keys;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Planning;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Results;

/// <summary>A layer run in three ways, as <c>layer --json</c> writes it.</summary>
public sealed record LayerNumbers : LayerConditions
{
    private LayerNumbers(LayerConditions conditions)
        : base(conditions)
    {
    }

    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>Where the numbers of the layer come from.</summary>
    public required string Source { get; init; }

    /// <summary>Outputs of each layer that this one feeds.</summary>
    public required IEnumerable<int> ThenOutputs { get; init; }

    /// <summary>Words per cycle that a tile's streamers move in each direction.</summary>
    public required int StreamWordsPerCycle { get; init; }

    /// <summary>Number of tiles of the platform.</summary>
    public required int Tiles { get; init; }

    /// <summary>Number of copies of the matrix.</summary>
    public required int Copies { get; init; }

    /// <summary>Cycles of the tiles alone.</summary>
    [JsonPropertyName(ResultKeys.TileAloneCycles)]
    public required ulong TileAloneCycles { get; init; }

    /// <summary>Cycles if everything runs in sequence.</summary>
    public required ulong SequentialCycles { get; init; }

    /// <summary>Cycles under the strategy.</summary>
    public required ulong PipelinedCycles { get; init; }

    /// <summary>Pipelined / tile alone - 1, in percent.</summary>
    public required double OverheadPercent { get; init; }

    /// <summary>Exposed cycles of the run under the strategy: those that follow the tiles' last job.</summary>
    public required long ExposedCycles { get; init; }

    /// <summary>The plan that the strategy chose; null if it chooses none.</summary>
    public required PlanNumbers? Plan { get; init; }

    /// <summary>Multiply-adds of the adapter per cycle in which a hart computed.</summary>
    public required double MultiplyAddsPerCycleAndHart { get; init; }

    /// <summary>The published TCDM need of such a layer: 2r(m+n) + 2t(m+r+n) bytes.</summary>
    public required long PublishedTcdmBytes { get; init; }

    /// <summary>The run of the tiles alone.</summary>
    [JsonPropertyName(ResultKeys.TileAlone)]
    public required RunNumbers TileAlone { get; init; }

    /// <summary>The run of everything in sequence.</summary>
    public required RunNumbers Sequential { get; init; }

    /// <summary>The run under the strategy.</summary>
    public required RunNumbers Pipelined { get; init; }

    /// <summary>The numbers of a comparison.</summary>
    /// <param name="comparison">The measured comparison.</param>
    /// <param name="source">Where the layer's numbers come from; null if they were generated.</param>
    /// <param name="platform">The machine.</param>
    /// <param name="options">The options of the machine.</param>
    public static LayerNumbers Of(LayerComparison comparison, string? source, PlatformDescription platform, MachineOptions options) => new(LayerConditions.Of(comparison.Shape, comparison.Pipelined.Strategy, platform, options))
    {
        Source = source ?? "generated",
        ThenOutputs = comparison.Shapes.Skip(1).Select(shape => shape.Outputs),
        StreamWordsPerCycle = platform.Aimc!.StreamWordsPerCycle,
        Tiles = platform.Aimc.Tiles,
        Copies = comparison.Pipelined.Strategy.Copies,
        TileAloneCycles = comparison.TileAlone.Result.Cycles,
        SequentialCycles = comparison.Sequential.Result.Cycles,
        PipelinedCycles = comparison.Pipelined.Result.Cycles,
        OverheadPercent = comparison.OverheadPercent,
        ExposedCycles = comparison.Pipelined.ExposedCycles,
        Plan = comparison.Pipelined.Plan is { } plan ? PlanNumbers.Of(plan) : null,
        MultiplyAddsPerCycleAndHart = comparison.MultiplyAddsPerCycle,
        PublishedTcdmBytes = comparison.Shape.PublishedTcdmBytes,
        TileAlone = RunNumbers.Of(comparison.TileAlone),
        Sequential = RunNumbers.Of(comparison.Sequential),
        Pipelined = RunNumbers.Of(comparison.Pipelined),
    };
}

/// <summary>The plan that a strategy chose, and its forecast.</summary>
/// <param name="ChunkTokens">t, tokens per chunk.</param>
/// <param name="DownTokenParts">Token parts of x A.</param>
/// <param name="DownRankParts">Rank parts of x A.</param>
/// <param name="UpTokenParts">Token parts of (x A) B.</param>
/// <param name="UpOutputParts">Output parts of (x A) B.</param>
/// <param name="ForecastCycles">Cycles forecast for the run, under the name of a sweep's column.</param>
/// <param name="PredictedCycles">The same, under its older key.</param>
/// <param name="PredictedHartCyclesPerChunk">Cycles forecast for the slowest hart.</param>
/// <param name="PredictedTileCyclesPerChunk">Cycles forecast for the tile.</param>
/// <param name="PredictedDmaCyclesPerChunk">Cycles forecast for the DMA.</param>
public sealed record PlanNumbers(
    int ChunkTokens, int DownTokenParts, int DownRankParts, int UpTokenParts, int UpOutputParts,
    long ForecastCycles, long PredictedCycles, long PredictedHartCyclesPerChunk, long PredictedTileCyclesPerChunk, long PredictedDmaCyclesPerChunk)
{
    /// <summary>The numbers of a plan.</summary>
    public static PlanNumbers Of(LayerPlan plan) => new(
        plan.Chunk, plan.Split.DownTokens, plan.Split.DownRanks, plan.Split.UpTokens, plan.Split.UpOutputs,
        plan.Forecast.Cycles, plan.Forecast.Cycles, plan.Forecast.HartCycles, plan.Forecast.TileCycles, plan.Forecast.DmaCycles);
}
