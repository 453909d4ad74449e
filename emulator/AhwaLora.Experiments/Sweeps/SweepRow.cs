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
/// A point and its measurements: one row of the results. The columns are these properties in snake case, in this order.
/// Nothing in it depends on the host, so equal points of equal versions have equal bytes.
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

    /// <summary>The platform, as JSON of its differences from the reference platform of this version.</summary>
    public required string Platform { get; init; }

    /// <summary>Version of the product.</summary>
    public required string Version { get; init; }

    /// <summary>Digest of the built product.</summary>
    public required string Build { get; init; }

    /// <summary>Fingerprint of the code and data of two apps: the strategy's, and that of the tile alone.</summary>
    public required string FirmwareSha256 { get; init; }

    /// <summary>Fingerprint of the timing profile's latencies.</summary>
    public required string TimingSha256 { get; init; }

    /// <summary>Cycles from the first token's transfer to the last result in RAM, under the strategy.</summary>
    public long PipelinedCycles { get; init; }

    /// <summary>The same cycles for the tile alone.</summary>
    [JsonPropertyName(ResultKeys.TileAloneCycles)]
    public long TileAloneCycles { get; init; }

    /// <summary>Pipelined / tile alone - 1, in percent: what the adapter costs beside the tile.</summary>
    public double OverheadPercent { get; init; }

    /// <summary>The strategy's forecast of <see cref="PipelinedCycles"/>; null if the strategy plans nothing.</summary>
    public long? ForecastCycles { get; init; }

    /// <summary>Exposed cycles: from the end of the tiles' last job until the last output was complete. The tiles do not hide this part of the adapter.</summary>
    public long ExposedCycles { get; init; }

    /// <summary>Tokens times integration time, in cycles: the lower bound for any machine, without the further passes of bound management.</summary>
    public long IntegrationCycles { get; init; }

    /// <summary>Pipelined cycles as time at the given clock, in microseconds.</summary>
    public double PipelinedUs { get; init; }

    /// <summary>Bytes of TCDM that the strategy's buffers take.</summary>
    public long TcdmBytes { get; init; }

    /// <summary>The published TCDM need of such a layer, in bytes: FP16, one buffer for each matrix, 2r(m+n) + 2t(m+r+n).</summary>
    public long PublishedTcdmBytes { get; init; }

    /// <summary>True if the buffers take more than 128 KiB, the TCDM of the reference platform and of the published one.</summary>
    public bool ExceedsReferenceTcdm { get; init; }

    /// <summary>Multiply-adds of the adapter per cycle in which a hart computed.</summary>
    public double MultiplyAddsPerCycleAndHart { get; init; }

    /// <summary>Cycles in the products, of the hart that was busy longest.</summary>
    public long HartBusyCyclesMost { get; init; }

    /// <summary>Cycles in the products, averaged over the harts.</summary>
    public double HartBusyCyclesMean { get; init; }

    /// <summary>Cycles in which the tile had a job.</summary>
    public long TileBusyCycles { get; init; }

    /// <summary>Passes of bound management after the first.</summary>
    public long BoundPasses { get; init; }

    /// <summary>Error of y relative to exact weights in double precision, in percent; NaN if the tiles only keep time.</summary>
    public double RelativeErrorPercent { get; init; }

    /// <summary>Instructions executed by all harts.</summary>
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
        Build = Product.Build,
        FirmwareSha256 = versions.FirmwareOf(point.Strategy),
        TimingSha256 = SweepVersions.TimingOf(point.Timing),
        PublishedTcdmBytes = point.Shape.PublishedTcdmBytes,
    };

    /// <summary>This row with the measurements of a run and the cycles of the tile alone.</summary>
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
            ForecastCycles = pipelined.Plan?.Forecast.Cycles,
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

    /// <summary>Identifies the point and its versions: rows that are equal before the run have equal keys.</summary>
    internal string Key() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, JsonStyles.Rows))));

    internal const long ReferenceTcdmBytes = 128 << 10;
}
