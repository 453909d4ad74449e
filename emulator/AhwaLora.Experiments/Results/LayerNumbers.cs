using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Keys;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Planning;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Results;

/// <summary>A layer three ways, as <c>layer --json</c> writes it.</summary>
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

    /// <summary>Outputs of the layers that it feeds.</summary>
    public required IEnumerable<int> ThenOutputs { get; init; }

    /// <summary>Words that a tile's streamers move per cycle, each way.</summary>
    public required int StreamWordsPerCycle { get; init; }

    /// <summary>Tiles of the platform.</summary>
    public required int Tiles { get; init; }

    /// <summary>Copies of the matrix.</summary>
    public required int Copies { get; init; }

    /// <summary>Cycles of the tiles alone.</summary>
    [JsonPropertyName(ResultKeys.TileAloneCycles)]
    public required ulong TileAloneCycles { get; init; }

    /// <summary>Cycles of everything in sequence.</summary>
    public required ulong SequentialCycles { get; init; }

    /// <summary>Cycles under the strategy.</summary>
    public required ulong PipelinedCycles { get; init; }

    /// <summary>Pipelined / tile alone - 1, in percent.</summary>
    public required double OverheadPercent { get; init; }

    /// <summary>Of the run under the strategy.</summary>
    public required long ExposedCycles { get; init; }

    /// <summary>What the strategy chose; null if it chooses nothing.</summary>
    public required PlanNumbers? Plan { get; init; }

    /// <summary>Multiply-adds of the adapter per cycle in which a hart computed.</summary>
    public required double MultiplyAddsPerCycleAndHart { get; init; }

    /// <summary>What was published for such a layer: 2r(m+n) + 2t(m+r+n).</summary>
    public required long PublishedTcdmBytes { get; init; }

    /// <summary>The tiles alone.</summary>
    [JsonPropertyName(ResultKeys.TileAlone)]
    public required RunNumbers TileAlone { get; init; }

    /// <summary>Everything in sequence.</summary>
    public required RunNumbers Sequential { get; init; }

    /// <summary>The strategy.</summary>
    public required RunNumbers Pipelined { get; init; }

    /// <summary>The numbers of a comparison.</summary>
    /// <param name="comparison">What was measured.</param>
    /// <param name="source">Where the layer's numbers come from; null for generated ones.</param>
    /// <param name="platform">The machine.</param>
    /// <param name="options">How it was run.</param>
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

/// <summary>What a strategy chose, and what it expected.</summary>
/// <param name="ChunkTokens">t.</param>
/// <param name="DownTokenParts">Token parts of x A.</param>
/// <param name="DownRankParts">Rank parts of x A.</param>
/// <param name="UpTokenParts">Token parts of (x A) B.</param>
/// <param name="UpOutputParts">Output parts of (x A) B.</param>
/// <param name="ForecastCycles">Cycles expected of the run, as a sweep's column calls them.</param>
/// <param name="PredictedCycles">The same, under its older key.</param>
/// <param name="PredictedHartCyclesPerChunk">Of the slowest hart.</param>
/// <param name="PredictedTileCyclesPerChunk">Of the tile.</param>
/// <param name="PredictedDmaCyclesPerChunk">Of the DMA.</param>
public sealed record PlanNumbers(
    int ChunkTokens, int DownTokenParts, int DownRankParts, int UpTokenParts, int UpOutputParts,
    long ForecastCycles, long PredictedCycles, long PredictedHartCyclesPerChunk, long PredictedTileCyclesPerChunk, long PredictedDmaCyclesPerChunk)
{
    /// <summary>The numbers of a plan.</summary>
    public static PlanNumbers Of(LayerPlan plan) => new(
        plan.Chunk, plan.Split.DownTokens, plan.Split.DownRanks, plan.Split.UpTokens, plan.Split.UpOutputs,
        plan.Forecast.Cycles, plan.Forecast.Cycles, plan.Forecast.HartCycles, plan.Forecast.TileCycles, plan.Forecast.DmaCycles);
}
