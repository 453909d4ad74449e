using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Lab.Layers;

/// <summary>One layer three ways: the tile alone, everything in sequence, and pipelined.</summary>
/// <param name="Shape">The layer.</param>
/// <param name="Analog">The tile alone.</param>
/// <param name="Sequential">Everything in sequence.</param>
/// <param name="Pipelined">The strategy in question.</param>
public sealed record LayerComparison(LayerShape Shape, LayerMeasurement Analog, LayerMeasurement Sequential, LayerMeasurement Pipelined)
{
    /// <summary>Pipelined / analog - 1, in percent: what the adapter costs beside the tile.</summary>
    public double OverheadPercent => 100.0 * ((double)Pipelined.Result.Cycles / Analog.Result.Cycles - 1);

    /// <summary>Sequential / analog - 1, in percent.</summary>
    public double SequentialOverheadPercent => 100.0 * ((double)Sequential.Result.Cycles / Analog.Result.Cycles - 1);

    /// <summary>Multiply-adds of the adapter a cycle and hart, while the harts computed.</summary>
    public double MultiplyAddsPerCycle
    {
        get
        {
            var busy = Pipelined.Result.HartBusyCycles.Sum(c => (long)c);
            return busy == 0 ? 0 : (double)Shape.AdapterMultiplyAdds / busy;
        }
    }

    /// <summary>Runs the three; <paramref name="attach"/> is given the machine of the strategy in question before it runs.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static LayerComparison Run(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<string>? progress = null, Action<Machine>? attach = null)
    {
        LayerMeasurement Measure(LayerStrategy s)
        {
            progress?.Invoke(s.Name);
            return LayerRun.Execute(data, s, platform, options, s == strategy ? attach : null);
        }

        var analog = Measure(LayerStrategy.Analog);
        var sequential = Measure(LayerStrategy.Sequential);
        var pipelined = strategy == LayerStrategy.Sequential ? sequential : Measure(strategy);
        return new LayerComparison(data.Shape, analog, sequential, pipelined);
    }
}
