using AhwaLora.Common.Text;
using AhwaLora.Experiments.Deployment;
using AhwaLora.Machine;
using AhwaLora.Models.Checkpoints;

namespace AhwaLora.Experiments.Results;

/// <summary>Tasks on the emulated machine, as <c>adapter load --json</c> writes them.</summary>
/// <param name="ModelType">Kind of the base model.</param>
/// <param name="LinearLayers">Number of linear layers on tiles.</param>
/// <param name="Tiles">Number of tiles that the layers take.</param>
/// <param name="Weights">Cells that hold weights.</param>
/// <param name="Preset">Preset of the converters and the noise.</param>
/// <param name="Model">Device model of the tiles.</param>
/// <param name="AgeSeconds">Age of the devices in seconds.</param>
/// <param name="Harts">Number of harts.</param>
/// <param name="Timing">Timing profile.</param>
/// <param name="Seed">Seed of the tiles and the machine.</param>
/// <param name="Tasks">Result of each task, in the order of the run.</param>
/// <param name="ReprogrammingCells">Cells that would have to be programmed to change the task without adapters.</param>
/// <param name="ReprogrammingCyclesAssumed">Cycles that this programming would take; assumed.</param>
/// <param name="ReprogrammingEnergyFjAssumed">Energy of this programming in femtojoules; assumed.</param>
/// <param name="Assumptions">What the assumed figures rest on.</param>
public sealed record AdapterNumbers(
    string ModelType, int LinearLayers, int Tiles, long Weights, string Preset, string Model, double AgeSeconds, int Harts, string Timing, ulong Seed,
    IEnumerable<TaskNumbers> Tasks, long ReprogrammingCells, ulong ReprogrammingCyclesAssumed, double ReprogrammingEnergyFjAssumed, IEnumerable<AssumedFigure> Assumptions)
{
    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>Digest of the built product.</summary>
    public string Build { get; } = Product.Build;

    /// <summary>The numbers of a run.</summary>
    public static AdapterNumbers Of(ModelMachine model, Checkpoint checkpoint, MachineOptions options, IEnumerable<TaskResult> results)
    {
        var (platform, program) = (model.Machine.Platform, ReprogrammingCost.Of(model));
        return new(
            checkpoint.Config.ModelType, model.Linears.Count, model.Linears.Sum(l => l.Mapping.Tiles), model.ProgrammedCells, platform.Aimc!.Preset, platform.Aimc.Model, platform.Aimc.AgeSeconds,
            platform.Harts, options.Timing.Name, options.Seed, results.Select(TaskNumbers.Of), program.Cells, program.Cycles, program.EnergyFemtojoules,
            ReprogrammingCost.Assumptions(model).Append(SwapCost.Assumption).Select(figure => new AssumedFigure(figure.Name, figure.Value, figure.Unit, figure.Source)));
    }
}

/// <summary>An assumed figure.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record AssumedFigure(string Name, double Value, string Unit, string Source);

/// <summary>The result of one task.</summary>
/// <param name="Adapter">The adapter's directory.</param>
/// <param name="Examples">Examples answered.</param>
/// <param name="Tokens">Tokens of all examples.</param>
/// <param name="DigitalAccuracyPercent">Correct answers in float32, in percent.</param>
/// <param name="HostAccuracyPercent">Correct answers of the host's model of the tiles, in percent.</param>
/// <param name="EmulatedAccuracyPercent">Correct answers of the emulated harts and tiles, in percent.</param>
/// <param name="SameBits">True if the host's model and the emulated machine gave the same bits.</param>
/// <param name="LayerCycles">Cycles of the linear layers.</param>
/// <param name="TileBusyCycles">Cycles in which a tile had a job, summed over the tiles.</param>
/// <param name="Instructions">Instructions of all harts.</param>
/// <param name="TileEnergyFj">Energy of the MVMs in femtojoules.</param>
/// <param name="SwapBytes">Bytes of A and B copied for the task.</param>
/// <param name="SwapCycles">Cycles of that copy.</param>
/// <param name="SwapEnergyFjAssumed">Energy of that copy in femtojoules; assumed.</param>
public sealed record TaskNumbers(
    string Adapter, int Examples, int Tokens, double DigitalAccuracyPercent, double HostAccuracyPercent, double EmulatedAccuracyPercent, bool SameBits, ulong LayerCycles, ulong TileBusyCycles,
    ulong Instructions, ulong TileEnergyFj, long SwapBytes, ulong SwapCycles, double SwapEnergyFjAssumed)
{
    internal static TaskNumbers Of(TaskResult result) => new(
        result.Task.Directory, result.Task.Examples.Count, result.Tokens, result.Percent(result.Digital), result.Percent(result.Host), result.Percent(result.Emulated), result.SameBits, result.LayerCycles,
        result.TileCycles, result.Instructions, result.MvmEnergyFemtojoules, result.Swap.Bytes, result.Swap.Cycles, result.Swap.EnergyFemtojoules);
}
