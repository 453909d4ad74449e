using System.Globalization;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Models.Tensors;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Tiles;

/// <summary>Weights for a tile: <c>N=FILE[:tensor]</c>.</summary>
/// <param name="Tile">The tile's number.</param>
/// <param name="Path">A .npy or .safetensors file.</param>
/// <param name="Tensor">Name of the tensor; null for the only one.</param>
public sealed record TileRequest(int Tile, string Path, string? Tensor)
{
    /// <summary>Parses <c>N=FILE[:tensor]</c>. If a file of the whole text exists, no tensor is named.</summary>
    /// <exception cref="UserErrorException">The text is not of that form.</exception>
    public static TileRequest Parse(string text)
    {
        if (text.Split('=', 2) is not [var number, { Length: > 0 } file] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var tile))
        {
            throw new SettingException(SettingFault.OfForm(RunSettings.Tile, text, "N=FILE[:tensor], as in 0=layer.safetensors:encoder.weight"));
        }

        var (path, tensor) = TensorFile.SplitName(file);
        return new TileRequest(tile, path, tensor);
    }

    /// <summary>Programs the tile from its first row and column on, without simulated time, and ages its devices.</summary>
    /// <param name="machine">The machine with the tile.</param>
    /// <exception cref="UserErrorException">There is no such tile, file or tensor; it is not a matrix that fits; or a weight is NaN or infinite.</exception>
    public void Program(EmulatedMachine machine)
    {
        if (Tile >= machine.Tiles.Count) throw new SettingException(SettingFault.Of(RunSettings.Tile, null, $"there is no tile {Tile}; the platform has {machine.Tiles.Count} (aimc.tiles)"));
        using var file = TensorFile.Open(Path);
        var entry = file.Find(Tensor);
        var tile = machine.Tiles[Tile];
        var (rows, columns) = (tile.Crossbar.State.Rows, tile.Crossbar.State.Columns);
        UserErrorException Refused(string why) => new($"{Path}: {entry.Description}: {why}");

        if (entry.Shape is not [var outputs and > 0, var inputs and > 0]) throw Refused("not a matrix; expected [out, in]");
        if (outputs > columns || inputs > rows) throw Refused($"does not fit tile {Tile} of {columns} outputs and {rows} inputs; set aimc.columns and aimc.rows in the platform file");
        var weights = file.ReadFinite(entry);
        Program(tile, new CrossbarPart(0, (int)inputs, 0, (int)outputs), weights, machine.Platform.Aimc!.AgeSeconds);
    }

    /// <summary>Programs a part of a tile as the host does before a run: the devices are <paramref name="ageSeconds"/> seconds old in cycle 0.</summary>
    public static void Program(AimcTile tile, CrossbarPart region, ReadOnlySpan<float> weights, double ageSeconds)
    {
        tile.ProgramByHost(region, weights);
        if (ageSeconds > 0) tile.AgeByHost(ageSeconds);
    }
}
