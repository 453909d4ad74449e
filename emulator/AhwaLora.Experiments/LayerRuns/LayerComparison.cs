using AhwaLora.Common.Files;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>A layer, or layers that feed each other, run in three ways: the tiles alone, everything in sequence, and pipelined.</summary>
/// <param name="Shapes">The layers.</param>
/// <param name="TileAlone">The tiles alone, with the data movement of the compared strategy.</param>
/// <param name="Sequential">Everything in sequence, layer after layer.</param>
/// <param name="Pipelined">The compared strategy.</param>
public sealed record LayerComparison(IReadOnlyList<LayerShape> Shapes, LayerMeasurement TileAlone, LayerMeasurement Sequential, LayerMeasurement Pipelined)
{
    /// <summary>The first layer.</summary>
    public LayerShape Shape => Shapes[0];

    /// <summary>Pipelined / tile alone - 1, in percent: what the adapter costs beside the tile.</summary>
    public double OverheadPercent => 100.0 * ((double)Pipelined.Result.Cycles / TileAlone.Result.Cycles - 1);

    /// <summary>Multiply-adds of the adapters.</summary>
    public long AdapterMultiplyAdds => Shapes.Sum(s => s.AdapterMultiplyAdds);

    /// <summary>Multiply-adds of the adapter per cycle and hart, while the harts computed.</summary>
    public double MultiplyAddsPerCycle
    {
        get
        {
            var busy = Pipelined.Result.HartBusyCycles.Sum(c => (long)c);
            return busy == 0 ? 0 : (double)AdapterMultiplyAdds / busy;
        }
    }

    /// <summary>Runs all three; <paramref name="attach"/> receives the machine of the compared strategy before it runs.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static LayerComparison Run(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<string>? progress = null, Action<EmulatedMachine>? attach = null) =>
        Run([data], strategy, platform, options, progress, attach);

    /// <summary>Runs all three for layers that feed each other; <paramref name="attach"/> receives the machine of the compared strategy before it runs.</summary>
    /// <exception cref="UserErrorException">The layers do not fit the machine, each other, or the strategy.</exception>
    public static LayerComparison Run(IReadOnlyList<LayerData> chain, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<string>? progress = null, Action<EmulatedMachine>? attach = null)
    {
        LayerMeasurement Measure(LayerStrategy s)
        {
            progress?.Invoke(s.Name);
            return LayerRun.Execute(chain, s, platform, options, s == strategy ? attach : null);
        }

        if (LayerPlan.For(chain, strategy, platform, options.Contention) is { } plan) chain = [.. chain.Select(c => c.With(plan.Chunk))];
        LayerMachine.Check(chain, strategy);
        LayerFootprint.Check(Runs([.. chain.Select(c => c.Shape)], strategy), platform);
        var alone = Measure(strategy.TileAlone);
        progress?.Invoke(LayerStrategy.Sequential.Name);
        var sequential = InSequence(chain, platform, options, strategy == LayerStrategy.Sequential ? attach : null);
        var pipelined = strategy == LayerStrategy.Sequential ? sequential : Measure(strategy);
        return new LayerComparison([.. chain.Select(c => c.Shape)], alone, sequential, pipelined);
    }

    // The first fault that is told is that of the compared strategy.
    private static IEnumerable<(IReadOnlyList<LayerShape> Chain, LayerStrategy Strategy)> Runs(IReadOnlyList<LayerShape> chain, LayerStrategy strategy) =>
        [(chain, strategy), (chain, strategy.TileAlone), .. chain.Select(shape => ((IReadOnlyList<LayerShape>)[shape], LayerStrategy.Sequential))];

    // The layers run one after the other, each on the first tiles. The output of one, in RAM, is the input of the next.
    private static LayerMeasurement InSequence(IReadOnlyList<LayerData> chain, PlatformDescription platform, MachineOptions options, Action<EmulatedMachine>? attach)
    {
        var all = LayerRun.Execute(chain[0], LayerStrategy.Sequential, platform, options, attach);
        for (var i = 1; i < chain.Count; i++)
        {
            var one = LayerRun.Execute(chain[i] with { X = all.Y }, LayerStrategy.Sequential, platform, options);
            all = one with
            {
                RelativeError = double.IsNaN(one.RelativeError) ? double.NaN : LayerRun.RelativeError(one.Y, LayerData.Reference([.. chain.Take(i + 1)], withAdapter: true)),
                Result = one.Result with { Cycles = all.Result.Cycles + one.Result.Cycles, TcdmBytes = Math.Max(all.Result.TcdmBytes, one.Result.TcdmBytes) },
                Instructions = all.Instructions + one.Instructions,
                HostTime = all.HostTime + one.HostTime,
            };
        }

        return all;
    }
}
