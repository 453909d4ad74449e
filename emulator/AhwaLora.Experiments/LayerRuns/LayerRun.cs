using System.Diagnostics;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;
using AhwaLora.Experiments.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>The measurements of a layer run.</summary>
/// <param name="Strategy">The strategy of the run.</param>
/// <param name="Plan">The chosen chunk and split; null if the strategy chooses none.</param>
/// <param name="Result">The firmware's own measurements.</param>
/// <param name="Y">[S][n] of the last layer, as the firmware left it in RAM.</param>
/// <param name="RelativeError">||y - reference|| / ||reference||, the reference in double precision with exact weights; NaN if the tiles only keep time.</param>
/// <param name="ExposedCycles">Cycles from the end of the tiles' last job to the cycle in which the last output was complete: the part of the adapter that no tile hides.</param>
/// <param name="Instructions">Instructions executed by all harts.</param>
/// <param name="MachineCycles">Cycles of the whole run, including start-up.</param>
/// <param name="Tile">The tiles' counters, summed.</param>
/// <param name="HostTime">Host time of the run.</param>
public sealed record LayerMeasurement(
    LayerStrategy Strategy,
    LayerPlan? Plan,
    LayerResult Result,
    float[] Y,
    double RelativeError,
    long ExposedCycles,
    ulong Instructions,
    ulong MachineCycles,
    AimcTileCounters Tile,
    TimeSpan HostTime)
{
    /// <summary>What the translator did: host figures, which differ from run to run.</summary>
    public TranslationCounts Translated { get; init; } = new();
}

/// <summary>Runs layers: builds the machine, programs the tiles, fills in the records, runs the app and reads y.</summary>
public static class LayerRun
{
    private const ulong MaxCycles = 20_000_000_000;

    /// <summary>Runs one layer under one strategy. <see cref="LayerMapping.WithTiles"/> gives a platform enough tiles.</summary>
    /// <param name="data">The layer's numbers.</param>
    /// <param name="strategy">The strategy.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="options">The options of the machine.</param>
    /// <param name="attach">Called with the machine before it runs, to attach observers; null for none.</param>
    /// <exception cref="UserErrorException">The layer does not fit the machine, or the firmware reported an error.</exception>
    public static LayerMeasurement Execute(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<EmulatedMachine>? attach = null) =>
        Execute([data], strategy, platform, options, attach);

    /// <summary>Runs layers that feed each other, on consecutive tiles. Only the first layer's X is used.</summary>
    /// <exception cref="UserErrorException">The layers do not fit the machine or each other, or the firmware reported an error.</exception>
    public static LayerMeasurement Execute(IReadOnlyList<LayerData> chain, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<EmulatedMachine>? attach = null)
    {
        var plan = LayerPlan.For(chain, strategy, platform, options.Contention);
        if (plan is not null) chain = [.. chain.Select(c => c.With(plan.Chunk))];
        var prepared = new LayerMachine(chain, strategy, platform, options, plan?.Split);
        var machine = prepared.Machine;
        attach?.Invoke(machine);
        var clock = Stopwatch.StartNew();
        var run = machine.Run(new RunLimits(MaxCycles, ulong.MaxValue));
        clock.Stop();
        var result = prepared.Result;
        if (run is not { Reason: ExitReason.Exit, Code: 0 } || !result.IsComplete) throw Failed(strategy, chain[0].Shape.ToString(), run, result);

        var y = prepared.Outputs(chain[^1].Shape);
        var tiles = machine.Tiles.Select(t => t.CountersAt(machine.Cycles)).Aggregate((a, b) => a + b);
        var exposed = result.OutputCycle - (long)machine.Tiles.Max(t => t.IdleSince);
        var error = platform.Aimc!.TimingOnly ? double.NaN : RelativeError(y, LayerData.Reference(chain, strategy.HasAdapter));
        return new LayerMeasurement(strategy, plan, result, y, error, exposed, machine.RetiredInstructions, machine.Cycles, tiles, clock.Elapsed) { Translated = machine.Translated };
    }

    /// <summary>The machine that <see cref="Execute(LayerData, LayerStrategy, PlatformDescription, MachineOptions, Action{EmulatedMachine})"/> runs, ready to run.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static EmulatedMachine Build(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        var plan = LayerPlan.For([data], strategy, platform, options.Contention);
        return new LayerMachine([plan is null ? data : data.With(plan.Chunk)], strategy, platform, options, plan?.Split).Machine;
    }

    internal static double RelativeError(float[] y, double[] reference)
    {
        double difference = 0, norm = 0;
        for (var i = 0; i < y.Length; i++)
        {
            difference += (y[i] - reference[i]) * (y[i] - reference[i]);
            norm += reference[i] * reference[i];
        }

        return Math.Sqrt(difference / norm);
    }

    internal static SettingException Failed(LayerStrategy strategy, string layer, RunResult run, LayerResult result)
    {
        SettingText reason = (run.Reason, run.Code) switch
        {
            (ExitReason.Exit, (int)FirmwareExit.LayerTcdm) => new($"its buffers take {result.ErrorArgument} bytes of TCDM, more than the platform has; use a smaller {ExperimentSettings.Chunk}, or a larger tcdm in the platform"),
            (ExitReason.Exit, (int)FirmwareExit.LayerMapping) => new($"the layer does not fit the tiles"),
            (ExitReason.Exit, _) => new($"the firmware ended with exit code {run.Code} ({FirmwareExits.Describe(run.Code) ?? "not one of its own"}); cause {result.ErrorCause}, argument 0x{result.ErrorArgument:x}"),
            (ExitReason.AllWaiting, _) => new($"no hart can go on: all wait, and nothing is due that would wake one"),
            _ => new($"the run ended by {run.Reason}"),
        };
        return new SettingException($"layer {layer}, {strategy.Name}: {reason}");
    }
}
