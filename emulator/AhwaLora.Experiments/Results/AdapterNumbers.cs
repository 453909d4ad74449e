using AhwaLora.Common.Text;
using AhwaLora.Experiments.Deployment;
using AhwaLora.Machine;
using AhwaLora.Models.Checkpoints;

namespace AhwaLora.Experiments.Results;

/// <summary>Tasks on the emulated machine, as <c>adapter load --json</c> writes them.</summary>
/// <param name="ModelType">The base's kind.</param>
/// <param name="LinearLayers">Layers on tiles.</param>
/// <param name="Tiles">Tiles that they take.</param>
/// <param name="Weights">Cells that hold weights.</param>
/// <param name="Preset">Converters and noise.</param>
/// <param name="Model">The devices.</param>
/// <param name="AgeSeconds">Their age.</param>
/// <param name="Harts">Harts.</param>
/// <param name="Timing">Timing profile.</param>
/// <param name="Seed">Of tiles and machine.</param>
/// <param name="Tasks">Each task's, in the order of the run.</param>
/// <param name="ReprogrammingCells">Cells to program for another task without adapters.</param>
/// <param name="ReprogrammingCyclesAssumed">What that would take.</param>
/// <param name="ReprogrammingEnergyFjAssumed">And its energy.</param>
/// <param name="Assumptions">What the assumed figures rest on.</param>
public sealed record AdapterNumbers(
    string ModelType, int LinearLayers, int Tiles, long Weights, string Preset, string Model, double AgeSeconds, int Harts, string Timing, ulong Seed,
    IEnumerable<TaskNumbers> Tasks, long ReprogrammingCells, ulong ReprogrammingCyclesAssumed, double ReprogrammingEnergyFjAssumed, IEnumerable<AssumedFigure> Assumptions)
{
    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

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

/// <summary>A figure that is assumed.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record AssumedFigure(string Name, double Value, string Unit, string Source);

/// <summary>What came of one task.</summary>
/// <param name="Adapter">The adapter's directory.</param>
/// <param name="Examples">Examples answered.</param>
/// <param name="Tokens">Of all examples.</param>
/// <param name="DigitalAccuracyPercent">Right answers in float32.</param>
/// <param name="HostAccuracyPercent">Right answers of the host's model of the tiles.</param>
/// <param name="EmulatedAccuracyPercent">Right answers of the emulated harts and tiles.</param>
/// <param name="SameBits">Whether the last two gave the same bits.</param>
/// <param name="LayerCycles">Cycles of the linear layers.</param>
/// <param name="TileBusyCycles">Cycles in which a tile had a job, summed over tiles.</param>
/// <param name="Instructions">Instructions of all harts.</param>
/// <param name="TileEnergyFj">Energy of the MVMs.</param>
/// <param name="SwapBytes">Bytes of A and B that were copied for the task.</param>
/// <param name="SwapCycles">What that took.</param>
/// <param name="SwapEnergyFjAssumed">And its energy.</param>
public sealed record TaskNumbers(
    string Adapter, int Examples, int Tokens, double DigitalAccuracyPercent, double HostAccuracyPercent, double EmulatedAccuracyPercent, bool SameBits, ulong LayerCycles, ulong TileBusyCycles,
    ulong Instructions, ulong TileEnergyFj, long SwapBytes, ulong SwapCycles, double SwapEnergyFjAssumed)
{
    internal static TaskNumbers Of(TaskResult result) => new(
        result.Task.Directory, result.Task.Examples.Count, result.Tokens, result.Percent(result.Digital), result.Percent(result.Host), result.Percent(result.Emulated), result.SameBits, result.LayerCycles,
        result.TileCycles, result.Instructions, result.MvmEnergyFemtojoules, result.Swap.Bytes, result.Swap.Cycles, result.Swap.EnergyFemtojoules);
}
