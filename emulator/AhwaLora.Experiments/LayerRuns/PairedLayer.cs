using AhwaLora.Common.Files;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>
/// The same firmware run twice: on an ideal tile and on the noisy one. The tile's physics may affect the cycles only through
/// further passes of bound management. The outputs differ only by the tile's physics, because the adapter's part cancels.
/// </summary>
/// <param name="Shape">The layer.</param>
/// <param name="Mapping">Its tiles.</param>
/// <param name="Ideal">The run with preset ideal and device model none.</param>
/// <param name="Noisy">The run with the platform's tile.</param>
/// <param name="Error">How their outputs differ.</param>
public sealed record PairedLayer(LayerShape Shape, LayerMapping Mapping, LayerMeasurement Ideal, LayerMeasurement Noisy, MvmError Error)
{
    /// <summary>Passes of bound management after the first.</summary>
    public ulong Repasses => Noisy.Tile.BoundPasses;

    /// <summary>Cycles of the noisy run minus cycles of the ideal run.</summary>
    public long FurtherCycles => (long)Noisy.Result.Cycles - Ideal.Result.Cycles;

    /// <summary>False if the cycles differ although no vector was passed again; that is a fault of the emulator.</summary>
    public bool CyclesAgree => Repasses > 0 || FurtherCycles == 0;

    /// <summary>Share of the inputs that the DAC clipped, over all passes.</summary>
    public double ClippedFraction => Fraction(Noisy.Tile.DacClips, Shape.Inputs / (double)Mapping.Inputs.Count);

    /// <summary>Share of the outputs that saturated the ADC, over all passes.</summary>
    public double SaturatedFraction => Fraction(Noisy.Tile.AdcSaturations, Shape.Outputs / (double)Mapping.Outputs.Count);

    /// <summary>Runs both; <paramref name="attach"/> receives the machine with the noisy tile before it runs.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static PairedLayer Run(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options, Action<string>? progress = null, Action<EmulatedMachine>? attach = null)
    {
        var noisy = platform.Aimc ?? throw new UserErrorException("the platform has no tile: give it an 'aimc' section");
        if (noisy.TimingOnly) throw new UserErrorException("the platform's tiles compute no values (aimc.timing_only), so there is nothing to compare");
        var ideal = noisy with { Preset = Analog.Crossbar.Preset.Ideal.Name, Model = Analog.Memristors.DeviceModel.None.Name, DacBits = null, AdcBits = null };
        LayerFootprint.Check(data.Shape, strategy, platform);
        LayerMeasurement Measure(AimcDescription aimc)
        {
            progress?.Invoke($"{strategy.Name}, {aimc.Preset} tile");
            return LayerRun.Execute(data, strategy, platform with { Aimc = aimc }, options, aimc == noisy ? attach : null);
        }

        var (exact, measured) = (Measure(ideal), Measure(noisy));
        return new PairedLayer(data.Shape, LayerMapping.Of([data.Shape], strategy, platform)[0], exact, measured, MvmError.Of(data, exact.Y, measured.Y));
    }

    // The events as a fraction of a tile's lines, over the MVMs of all tiles.
    private double Fraction(ulong events, double lines) => events / Math.Max(1.0, (Noisy.Tile.Mvms + Noisy.Tile.BoundPasses) * lines);
}

/// <summary>The error of MVMs relative to W x, the signal. It excludes bias and adapter, which noisy and ideal outputs share.</summary>
/// <param name="SnrDecibels">Signal-to-error ratio over all MVMs, dB.</param>
/// <param name="WorstMvmSnrDecibels">Signal-to-error ratio of the worst MVM, dB.</param>
/// <param name="WorstMvm">Index of the worst MVM.</param>
/// <param name="WorstColumnSnrDecibels">Signal-to-error ratio of the worst column over all MVMs, dB.</param>
/// <param name="WorstColumn">Index of the worst column.</param>
public sealed record MvmError(double SnrDecibels, double WorstMvmSnrDecibels, int WorstMvm, double WorstColumnSnrDecibels, int WorstColumn)
{
    /// <summary>Compares outputs [S][n] of a layer.</summary>
    public static MvmError Of(LayerData data, ReadOnlySpan<float> ideal, ReadOnlySpan<float> noisy)
    {
        var outputs = data.Shape.Outputs;
        var signal = data.Reference(withAdapter: false);
        var error = new double[signal.Length];
        for (var i = 0; i < signal.Length; i++)
        {
            signal[i] -= data.Bias[i % outputs];
            error[i] = (double)noisy[i] - ideal[i];
        }

        return Of(outputs, signal, error);
    }

    /// <summary>Computes the error of any MVMs.</summary>
    /// <param name="outputs">Outputs per MVM.</param>
    /// <param name="signal">[MVM][output], exact values.</param>
    /// <param name="error">[MVM][output], measured minus exact values.</param>
    public static MvmError Of(int outputs, ReadOnlySpan<double> signal, ReadOnlySpan<double> error)
    {
        var (mvms, columns, all) = (new Power[signal.Length / outputs], new Power[outputs], default(Power));
        for (var i = 0; i < signal.Length; i++)
        {
            var power = new Power(signal[i] * signal[i], error[i] * error[i]);
            mvms[i / outputs] += power;
            columns[i % outputs] += power;
            all += power;
        }

        var (worstMvm, worstColumn) = (Worst(mvms), Worst(columns));
        return new MvmError(all.SnrDecibels, mvms[worstMvm].SnrDecibels, worstMvm, columns[worstColumn].SnrDecibels, worstColumn);
    }

    private static int Worst(Power[] powers)
    {
        var worst = 0;
        for (var i = 1; i < powers.Length; i++)
        {
            if (powers[i].SnrDecibels < powers[worst].SnrDecibels) worst = i;
        }

        return worst;
    }

    private readonly record struct Power(double Signal, double Error)
    {
        // 200 dB stands for no error at all. It is more than float32 can resolve, and JSON can hold it.
        public double SnrDecibels => Error == 0 ? MaxDecibels : Math.Min(MaxDecibels, 10 * Math.Log10(Math.Max(Signal, double.Epsilon) / Error));

        public static Power operator +(Power a, Power b) => new(a.Signal + b.Signal, a.Error + b.Error);
    }

    private const double MaxDecibels = 200;
}
