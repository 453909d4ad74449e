using System.Text.Json;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Models.Tensors;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Runs.Tiles;

/// <summary>
/// The state of the tiles after a run, in a directory: <c>tiles.json</c> with ages, compensation and counters, and for each tile N
/// the conductances of both devices of each pair as <c>tileN.DEVICE.STAGE.npy</c>, [out, in] as weight files, in microsiemens.
/// </summary>
public static class TileState
{
    private static readonly (string Name, Func<CrossbarState, DevicePlane> Of)[] Devices = [("g_plus", s => s.Plus), ("g_minus", s => s.Minus)];

    private static readonly (string Name, Func<DevicePlane, float[]> Of)[] Stages =
        [("target", p => p.Target), ("programmed", p => p.Programmed), ("read", p => p.Read), ("drift_exponent", p => p.DriftExponent)];

    /// <summary>Writes the state of every tile in the machine's last cycle.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public static void Write(string directory, EmulatedMachine machine)
    {
        OutputDirectory.Make(directory);
        foreach (var tile in machine.Tiles) WriteConductances(directory, tile);
        var description = machine.Tiles.Select(tile => Describe(tile, machine.Cycles));
        AtomicFile.WriteText(Path.Combine(directory, "tiles.json"), JsonSerializer.Serialize(description, JsonStyles.Results) + "\n");
    }

    private static void WriteConductances(string directory, AimcTile tile)
    {
        var state = tile.Crossbar.State;
        var transposed = new float[state.Rows * state.Columns];
        foreach (var (device, plane) in Devices)
        {
            foreach (var (stage, values) in Stages)
            {
                var cells = values(plane(state));
                for (var i = 0; i < cells.Length; i++) transposed[i % state.Columns * state.Rows + i / state.Columns] = cells[i];
                NpyFormat.Write(Path.Combine(directory, $"{tile.Name}.{device}.{stage}.npy"), [state.Columns, state.Rows], transposed);
            }
        }
    }

    private static object Describe(AimcTile tile, ulong time)
    {
        var (options, state) = (tile.Crossbar.Options, tile.Crossbar.State);
        return new
        {
            tile.Name,
            state.Rows,
            state.Columns,
            Preset = options.Preset.Name,
            Model = options.Model.Name,
            options.Model.GMaxMicroSiemens,
            options.Seed,
            AgeSeconds = tile.AgeSecondsAt(time),
            AgeAtLastReadingSeconds = state.AgeSeconds,
            state.ReferenceResponse,
            state.Alpha,
            Programmed = state.Programmings.Select(p => new { p.Part.FirstRow, p.Part.Rows, p.Part.FirstColumn, p.Part.Columns, p.OlderBySeconds, p.Scale }),
            Counters = tile.Counters(time).ToDictionary(c => c.Name, c => c.Value),
        };
    }
}
