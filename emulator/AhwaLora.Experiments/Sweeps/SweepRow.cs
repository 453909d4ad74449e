using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Keys;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>
/// A point and what it measured: a row of the results, whose columns are these properties in snake case, in this order.
/// Nothing of the host is in it, so equal points of equal versions have equal bytes.
/// </summary>
public sealed record SweepRow
{
#pragma warning disable CS1591 // As in SweepPoint and LayerShape.
    public required int Inputs { get; init; }

    public required int Outputs { get; init; }

    public required int Rank { get; init; }

    public required int Tokens { get; init; }

    public required int ChunkTokens { get; init; }

    public required int IntegrationNs { get; init; }

    public required string Preset { get; init; }

    public required string Strategy { get; init; }

    public required int Harts { get; init; }

    public required double ClockMhz { get; init; }

    public required string Timing { get; init; }

    public required string Contention { get; init; }

    public required long PlatformTcdmBytes { get; init; }

    public required int TcdmBanks { get; init; }

    public required int DmaBytesPerCycle { get; init; }

    public required int StreamWordsPerCycle { get; init; }

    public required ulong Seed { get; init; }
#pragma warning restore CS1591

    /// <summary>The platform, as JSON of what differs from the reference platform of this version.</summary>
    public required string Platform { get; init; }

    /// <summary>Version of the product.</summary>
    public required string Version { get; init; }

    /// <summary>Fingerprint of the code and data of the strategy's app and of the tile's alone.</summary>
    public required string FirmwareSha256 { get; init; }

    /// <summary>Fingerprint of the timing profile's latencies.</summary>
    public required string TimingSha256 { get; init; }

    /// <summary>Cycles from the first token's transfer to the last result in RAM, under the strategy.</summary>
    public long PipelinedCycles { get; init; }

    /// <summary>The same of the tile alone.</summary>
    [JsonPropertyName(ResultKeys.TileAloneCycles)]
    public long TileAloneCycles { get; init; }

    /// <summary>Pipelined / tile alone - 1, in percent: what the adapter costs beside the tile.</summary>
    public double OverheadPercent { get; init; }

    /// <summary>What the strategy's plan expected in place of <see cref="PipelinedCycles"/>; 0 of a strategy that plans nothing.</summary>
    public long ForecastCycles { get; init; }

    /// <summary>From the end of the tiles' last job until the last output was complete: what of the adapter no tile hides.</summary>
    public long ExposedCycles { get; init; }

    /// <summary>Tokens times integration time, in cycles: less than this no machine takes, bound management apart.</summary>
    public long IntegrationCycles { get; init; }

    /// <summary>Pipelined cycles at the clock, in microseconds.</summary>
    public double PipelinedUs { get; init; }

    /// <summary>TCDM that the strategy's buffers take.</summary>
    public long TcdmBytes { get; init; }

    /// <summary>What was published for such a layer: FP16, one buffer of each matrix, 2r(m+n) + 2t(m+r+n).</summary>
    public long PublishedTcdmBytes { get; init; }

    /// <summary>True if the buffers take more than the 128 KiB of the reference platform and of the published one.</summary>
    public bool ExceedsReferenceTcdm { get; init; }

    /// <summary>Multiply-adds of the adapter in a cycle in which a hart computed.</summary>
    public double MultiplyAddsPerCycleAndHart { get; init; }

    /// <summary>Cycles in the products of the hart that was busy longest.</summary>
    public long HartBusyCyclesMost { get; init; }

    /// <summary>Cycles in the products of a hart on average.</summary>
    public double HartBusyCyclesMean { get; init; }

    /// <summary>Cycles in which the tile had a job.</summary>
    public long TileBusyCycles { get; init; }

    /// <summary>Passes of bound management beyond the first.</summary>
    public long BoundPasses { get; init; }

    /// <summary>Error of y against exact weights in double precision, in percent; NaN if the tiles keep time only.</summary>
    public double RelativeErrorPercent { get; init; }

    /// <summary>Instructions of all harts.</summary>
    public long Instructions { get; init; }

    /// <summary>The row of a point before it is run.</summary>
    internal static SweepRow Of(SweepPoint point, SweepVersions versions) => new()
    {
        Inputs = point.Shape.Inputs,
        Outputs = point.Shape.Outputs,
        Rank = point.Shape.Rank,
        Tokens = point.Shape.Tokens,
        ChunkTokens = point.Shape.Chunk,
        IntegrationNs = point.IntegrationNs,
        Preset = point.Preset,
        Strategy = point.Strategy.Name,
        Harts = point.Harts,
        ClockMhz = point.ClockMhz,
        Timing = point.Timing.Name,
        Contention = JsonNamingPolicy.SnakeCaseLower.ConvertName(point.Contention.ToString()),
        PlatformTcdmBytes = point.TcdmBytes,
        TcdmBanks = point.TcdmBanks,
        DmaBytesPerCycle = point.DmaBytesPerCycle,
        StreamWordsPerCycle = point.StreamWordsPerCycle,
        Seed = point.Seed,
        Platform = PlatformJson.WriteChanges(point.BuildPlatform()),
        Version = Product.Version,
        FirmwareSha256 = versions.FirmwareOf(point.Strategy),
        TimingSha256 = SweepVersions.TimingOf(point.Timing),
        PublishedTcdmBytes = point.Shape.PublishedTcdmBytes,
    };

    /// <summary>With what a run measured, and what the tile alone takes.</summary>
    internal SweepRow With(LayerMeasurement pipelined, long tileAloneCycles)
    {
        var busy = pipelined.Result.HartBusyCycles.Select(c => (long)c).ToList();
        var multiplyAdds = (double)Tokens * Rank * (Inputs + Outputs);
        var chunk = pipelined.Plan?.Chunk ?? ChunkTokens;
        return this with
        {
            ChunkTokens = chunk,
            PublishedTcdmBytes = new LayerShape(Inputs, Outputs, Rank, Tokens, chunk).PublishedTcdmBytes,
            PipelinedCycles = pipelined.Result.Cycles,
            TileAloneCycles = tileAloneCycles,
            OverheadPercent = 100.0 * ((double)pipelined.Result.Cycles / tileAloneCycles - 1),
            ForecastCycles = pipelined.Plan?.Forecast.Cycles ?? 0,
            ExposedCycles = pipelined.ExposedCycles,
            IntegrationCycles = Tokens * (long)Math.Ceiling(IntegrationNs * ClockMhz / 1000),
            PipelinedUs = pipelined.Result.Cycles / ClockMhz,
            TcdmBytes = pipelined.Result.TcdmBytes,
            ExceedsReferenceTcdm = pipelined.Result.TcdmBytes > ReferenceTcdmBytes,
            MultiplyAddsPerCycleAndHart = busy.Sum() == 0 ? 0 : multiplyAdds / busy.Sum(),
            HartBusyCyclesMost = busy.Max(),
            HartBusyCyclesMean = busy.Average(),
            TileBusyCycles = (long)pipelined.Tile.BusyCycles,
            BoundPasses = (long)pipelined.Tile.BoundPasses,
            RelativeErrorPercent = 100 * pipelined.RelativeError,
            Instructions = (long)pipelined.Instructions,
        };
    }

    /// <summary>Names the point with its versions: equal rows before the run, equal keys.</summary>
    internal string Key() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, JsonStyles.Rows))));

    internal const long ReferenceTcdmBytes = 128 << 10;
}
