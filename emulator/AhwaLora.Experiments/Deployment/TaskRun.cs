using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;

namespace AhwaLora.Experiments.Deployment;

/// <summary>The results of a task's examples.</summary>
/// <param name="Task">The task.</param>
/// <param name="Tokens">Number of tokens of all examples.</param>
/// <param name="Digital">Number of correct answers in float32.</param>
/// <param name="Host">Number of correct answers of the host's model of the tiles.</param>
/// <param name="Emulated">Number of correct answers of the emulated harts and tiles.</param>
/// <param name="SameBits">True if every output of host model and emulated machine is the same to the bit.</param>
/// <param name="LayerCycles">Cycles of the linear layers.</param>
/// <param name="TileCycles">Busy cycles of the tiles in these layers, summed over the tiles.</param>
/// <param name="Instructions">Instructions executed by all harts.</param>
/// <param name="MvmEnergyFemtojoules">Energy of the tiles' MVMs in femtojoules.</param>
/// <param name="Swap">Cost of bringing the adapter; zero for the first task.</param>
public sealed record TaskResult(
    TaskFiles Task, int Tokens, int Digital, int Host, int Emulated, bool SameBits, ulong LayerCycles, ulong TileCycles, ulong Instructions, ulong MvmEnergyFemtojoules, SwapCost Swap)
{
    /// <summary>Share of examples.</summary>
    public double Percent(int right) => 100.0 * right / Task.Examples.Count;
}

/// <summary>
/// Runs tasks on one base, one after the other: in float32, on the host's model of the tiles and on the emulated machine.
/// The last two must agree in every bit. The base is programmed once.
/// </summary>
public sealed class TaskRun
{
    // Number of examples between two reports of progress; the results do not depend on it.
    private const int Batch = 16;

    private readonly BertEncoder _digital, _host, _emulated;

    /// <summary>Puts the base on the tiles.</summary>
    /// <exception cref="UserErrorException">The model does not fit the platform, or the checkpoint is malformed.</exception>
    public TaskRun(Checkpoint checkpoint, PlatformDescription platform, MachineOptions machine, ModelMachineOptions options)
    {
        Model = new ModelMachine(checkpoint.Inventory, platform, machine, options);
        var tiles = new AnalogPlacement(platform.Aimc!.BuildCrossbar(0, machine.Seed), platform.Aimc.AgeSeconds, options.Compensate);
        _digital = new BertEncoder(checkpoint, (layer, weights, bias) => new DigitalLinear(layer, weights, bias));
        _host = new BertEncoder(checkpoint, tiles.Place);
        _emulated = new BertEncoder(checkpoint, Model.Place);
    }

    /// <summary>The machine.</summary>
    public ModelMachine Model { get; }

    /// <summary>Loads a task's adapter and answers its examples.</summary>
    /// <exception cref="UserErrorException">An example does not fit the model, or the firmware reported an error.</exception>
    public TaskResult Answer(TaskFiles task, Action<string>? progress = null)
    {
        foreach (var encoder in new[] { _digital, _host, _emulated }) encoder.Adapt(task.Adapter);
        var swap = Model.Swap();
        var (cycles, tiles, instructions) = (LayerCycles, Model.TileCounters, Model.Machine.RetiredInstructions);
        var (digital, host, emulated, same) = (0, 0, 0, true);
        for (var first = 0; first < task.Examples.Count; first += Batch)
        {
            progress?.Invoke($"{task.Name}, example {first + 1} of {task.Examples.Count}");
            var examples = task.Examples.Skip(first).Take(Batch).ToList();
            var tokens = examples.Select(e => e.Tokens).ToList();
            var (exact, modelled, measured) = (_digital.Forward(tokens), _host.Forward(tokens), _emulated.Forward(tokens));
            for (var i = 0; i < examples.Count; i++)
            {
                digital += examples[i].IsRight(exact[i]) ? 1 : 0;
                host += examples[i].IsRight(modelled[i]) ? 1 : 0;
                emulated += examples[i].IsRight(measured[i]) ? 1 : 0;
                same &= modelled[i].AsSpan().SequenceEqual(measured[i]);
            }
        }

        var after = Model.TileCounters;
        return new TaskResult(
            task,
            task.Examples.Sum(e => e.InputIds.Count),
            digital,
            host,
            emulated,
            same,
            LayerCycles - cycles,
            after.BusyCycles - tiles.BusyCycles,
            Model.Machine.RetiredInstructions - instructions,
            after.EnergyFemtojoules - tiles.EnergyFemtojoules,
            swap);
    }

    private ulong LayerCycles => Model.Linears.Aggregate(0UL, (sum, linear) => sum + linear.Cycles);
}
