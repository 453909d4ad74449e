using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Reports;

/// <summary>The subject of a report: a layer on a machine, whose timeline the report shows, and the tiles of that machine.</summary>
/// <param name="Shape">The layer.</param>
/// <param name="Strategy">How its adapter is scheduled beside the tile.</param>
/// <param name="Platform">The machine.</param>
/// <param name="Options">How the machine is run.</param>
/// <param name="Tiles">Tiles for the pictures of the analog side.</param>
public sealed record ReportRequest(LayerShape Shape, LayerStrategy Strategy, PlatformDescription Platform, MachineOptions Options, TileStudy Tiles)
{
    /// <summary>The sweep that the overhead maps are drawn from if no results are given.</summary>
    public OverheadMap Map { get; init; } = new(Platform, Options, Strategy);

    /// <summary>Results of a sweep (CSV) to draw the maps from; null to run <see cref="Map"/>.</summary>
    public string? ResultsPath { get; init; }
}
