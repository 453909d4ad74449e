using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Results;

/// <summary>A layer on an ideal tile and on a noisy one, as <c>layer</c> writes it if both are requested.</summary>
public sealed record PairedNumbers : LayerConditions
{
    private PairedNumbers(LayerConditions conditions)
        : base(conditions)
    {
    }

    /// <summary>Version of the product.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>The device model of the noisy tile.</summary>
    public required string Model { get; init; }

    /// <summary>The age of its devices in seconds.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>False if the cycles differ although no vector was passed again.</summary>
    public required bool CyclesAgree { get; init; }

    /// <summary>Cycles of the noisy run minus cycles of the ideal run.</summary>
    public required long FurtherCycles { get; init; }

    /// <summary>Signal-to-error ratio in dB.</summary>
    public required double SnrDb { get; init; }

    /// <summary>Index of the worst MVM.</summary>
    public required int WorstMvm { get; init; }

    /// <summary>Signal-to-error ratio of the worst MVM in dB.</summary>
    public required double WorstMvmSnrDb { get; init; }

    /// <summary>Index of the worst column.</summary>
    public required int WorstColumn { get; init; }

    /// <summary>Signal-to-error ratio of the worst column in dB.</summary>
    public required double WorstColumnSnrDb { get; init; }

    /// <summary>Share of the inputs that the DAC clipped.</summary>
    public required double ClippedFraction { get; init; }

    /// <summary>Share of the outputs that saturated the ADC.</summary>
    public required double SaturatedFraction { get; init; }

    /// <summary>The run on the ideal tile.</summary>
    public required RunNumbers Ideal { get; init; }

    /// <summary>The run on the noisy tile.</summary>
    public required RunNumbers Noisy { get; init; }

    /// <summary>The numbers of a pair.</summary>
    public static PairedNumbers Of(PairedLayer paired, PlatformDescription platform, MachineOptions options) => new(LayerConditions.Of(paired.Shape, paired.Noisy.Strategy, platform, options))
    {
        Model = platform.Aimc!.Model,
        AgeSeconds = platform.Aimc.AgeSeconds,
        CyclesAgree = paired.CyclesAgree,
        FurtherCycles = paired.FurtherCycles,
        SnrDb = paired.Error.SnrDecibels,
        WorstMvm = paired.Error.WorstMvm,
        WorstMvmSnrDb = paired.Error.WorstMvmSnrDecibels,
        WorstColumn = paired.Error.WorstColumn,
        WorstColumnSnrDb = paired.Error.WorstColumnSnrDecibels,
        ClippedFraction = paired.ClippedFraction,
        SaturatedFraction = paired.SaturatedFraction,
        Ideal = RunNumbers.Of(paired.Ideal),
        Noisy = RunNumbers.Of(paired.Noisy),
    };
}
