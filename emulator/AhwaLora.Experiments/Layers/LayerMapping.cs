using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Contract;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Tensors;
using AhwaLora.Runs.Tiles;

namespace AhwaLora.Experiments.Layers;

/// <summary>
/// The tiles that hold a layer. <see cref="MatrixCut"/> cuts its matrix; part (input split i, output split j) of copy c lies
/// on tile FirstTile + (c ColumnSplits + j) RowSplits + i, as in struct ahwa_matrix of firmware/runtime/ahwa.h.
/// </summary>
/// <param name="FirstTile">Number of the first tile.</param>
/// <param name="Inputs">Splits of the inputs; the outputs of their tiles are summed.</param>
/// <param name="Outputs">Splits of the outputs; the outputs of their tiles are concatenated.</param>
/// <param name="Copies">Number of copies of the matrix.</param>
public sealed record LayerMapping(int FirstTile, IReadOnlyList<LineRange> Inputs, IReadOnlyList<LineRange> Outputs, int Copies)
{
    /// <summary>Number of tiles of all copies.</summary>
    public int Tiles => Inputs.Count * Outputs.Count * Copies;

    /// <summary>Maps layers to tiles one after the other.</summary>
    /// <exception cref="UserErrorException">The platform has no tiles.</exception>
    public static IReadOnlyList<LayerMapping> Of(IEnumerable<LayerShape> chain, LayerStrategy strategy, PlatformDescription platform)
    {
        var aimc = platform.Aimc ?? throw new UserErrorException("the platform has no tile: give it an 'aimc' section");
        if (platform.Clusters.Count > 1) throw new UserErrorException($"the layer's firmware runs on one cluster, and the platform has {platform.Clusters.Count}; use a platform file with one cluster");
        var mappings = new List<LayerMapping>();
        var next = 0;
        foreach (var shape in chain)
        {
            mappings.Add(new(next, MatrixCut.Along(shape.Inputs, aimc.Rows), MatrixCut.Along(shape.Outputs, aimc.Columns), strategy.Copies));
            next += mappings[^1].Tiles;
        }

        return mappings;
    }

    /// <summary>The platform with as many tiles as the layers need; unchanged if it has more.</summary>
    /// <exception cref="UserErrorException">The platform has no tiles, or a layer needs more tiles than the firmware drives.</exception>
    public static PlatformDescription WithTiles(PlatformDescription platform, IEnumerable<LayerShape> chain, LayerStrategy strategy)
    {
        var mappings = Of(chain, strategy, platform);
        var (most, needed) = (mappings.Max(m => m.Tiles), mappings.Sum(m => m.Tiles));
        if (most > FirmwareLimits.Tiles)
        {
            throw new UserErrorException($"the layer takes {most} tiles of {Size(platform)}, more than the {FirmwareLimits.Tiles} that the firmware drives; "
                + "set a larger aimc.rows and aimc.columns in a platform file");
        }

        return platform.Aimc!.Tiles >= needed ? platform : platform with { Aimc = platform.Aimc with { Tiles = needed } };
    }

    /// <summary>Programs the layer's weights, as the host does before a run.</summary>
    internal void Program(EmulatedMachine machine, LayerData data)
    {
        for (var copy = 0; copy < Copies; copy++)
        {
            for (var j = 0; j < Outputs.Count; j++)
            {
                for (var i = 0; i < Inputs.Count; i++)
                {
                    var tile = machine.Tiles[FirstTile + (copy * Outputs.Count + j) * Inputs.Count + i];
                    var part = tile.Crossbar.Options.TimingOnly ? [] : TiledMatrix.Cut(data.Weights, data.Shape.Inputs, Inputs[i], Outputs[j]);
                    TileRequest.Program(tile, new CrossbarPart(0, Inputs[i].Length, 0, Outputs[j].Length), part, machine.Platform.Aimc!.AgeSeconds);
                }
            }
        }
    }

    /// <summary>Throws if the platform has too few tiles.</summary>
    internal static void Check(IReadOnlyList<LayerMapping> mappings, PlatformDescription platform)
    {
        var needed = mappings.Sum(m => m.Tiles);
        if (needed <= platform.Aimc!.Tiles) return;
        throw new UserErrorException($"the layer takes {needed} tiles of {Size(platform)}, and the platform has {platform.Aimc.Tiles}; set aimc.tiles to {needed}, or a larger aimc.rows and aimc.columns, in the platform file");
    }

    private static string Size(PlatformDescription platform) => $"{platform.Aimc!.Rows}x{platform.Aimc.Columns}";
}
