using System.Text.Json.Serialization;
using AhwaLora.Experiments.Keys;
using AhwaLora.Machine;

namespace AhwaLora.Reports;

/// <summary>What one layer on one machine cost: a cell of an overhead map. Names and units are those of a sweep's columns.</summary>
/// <param name="Inputs">m, the inputs of the layer.</param>
/// <param name="Outputs">n, the outputs of the layer.</param>
/// <param name="Rank">r, the rank of the adapter.</param>
/// <param name="Tokens">S, the number of tokens.</param>
/// <param name="ChunkTokens">t, the tokens per chunk.</param>
/// <param name="IntegrationNs">Integration time of the tile, in ns.</param>
/// <param name="Harts">Number of harts beside the tile.</param>
/// <param name="Strategy">How the adapter was scheduled.</param>
/// <param name="TileAloneCycles">Cycles of the tile alone.</param>
/// <param name="PipelinedCycles">Cycles with the adapter.</param>
/// <param name="HartBusyCyclesMost">Cycles of the hart that computed longest.</param>
/// <param name="TcdmBytes">TCDM that the buffers take, in bytes.</param>
public sealed record OverheadPoint(
    int Inputs, int Outputs, int Rank, int Tokens, int ChunkTokens, int IntegrationNs, int Harts, string Strategy,
    [property: JsonPropertyName(ResultKeys.TileAloneCycles)] long TileAloneCycles, long PipelinedCycles, long HartBusyCyclesMost, long TcdmBytes)
{
    /// <summary>Timing profile; empty if the results do not say.</summary>
    public string Timing { get; init; } = "";

    /// <summary>Whether bank conflicts cost cycles; empty if the results do not say.</summary>
    public string Contention { get; init; } = "";

    /// <summary>Preset of the tile; empty if the results do not say.</summary>
    public string Preset { get; init; } = "";

    /// <summary>Clock in MHz; empty if the results do not say.</summary>
    public string ClockMhz { get; init; } = "";

    /// <summary>The overhead: cycles with the adapter / cycles of the tile alone - 1, in percent.</summary>
    public double OverheadPercent => 100.0 * ((double)PipelinedCycles / TileAloneCycles - 1);

    /// <summary>True if the buffers take more than the 128 KiB of TCDM of the published machine.</summary>
    public bool ExceedsReferenceTcdm => TcdmBytes > ReferenceTcdmBytes;

    internal const long ReferenceTcdmBytes = 128 << 10;
}
