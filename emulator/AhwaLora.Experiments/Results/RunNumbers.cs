using System.Text.Json.Serialization;
using AhwaLora.Experiments.LayerRuns;

namespace AhwaLora.Experiments.Results;

/// <summary>The measurements of one run of a layer, as all commands write them. Names and units are those of <see cref="Sweeps.SweepRow"/>.</summary>
public sealed record RunNumbers
{
    /// <summary>The name of the run if there are several; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Cycles from the first token's transfer to the last result in RAM.</summary>
    public required ulong Cycles { get; init; }

    /// <summary>Cycles / cycles of the tile alone - 1, in percent; null if the run is not compared with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? OverheadPercent { get; init; }

    /// <summary>Bytes of TCDM that the buffers take.</summary>
    public required uint TcdmBytes { get; init; }

    /// <summary>Error of y relative to exact weights in double precision, in percent; null if the tiles only keep time.</summary>
    public required double? RelativeErrorPercent { get; init; }

    /// <summary>Instructions executed by all harts.</summary>
    public required ulong Instructions { get; init; }

    /// <summary>Cycles from the end of the tiles' last job until the last output was complete.</summary>
    public required long ExposedCycles { get; init; }

    /// <summary>Cycles that each hart spent in the products.</summary>
    public required IReadOnlyList<uint> HartBusyCycles { get; init; }

    /// <summary>Cycles in which a tile had a job, summed over the tiles.</summary>
    public required ulong TileBusyCycles { get; init; }

    /// <summary>Number of vectors that the tiles multiplied.</summary>
    public required ulong Mvms { get; init; }

    /// <summary>Passes of bound management after the first.</summary>
    public required ulong BoundPasses { get; init; }

    /// <summary>Number of inputs that the DAC clipped.</summary>
    public required ulong DacClips { get; init; }

    /// <summary>Number of outputs that saturated the ADC.</summary>
    public required ulong AdcSaturations { get; init; }

    /// <summary>The numbers of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The name of the run among several; null if there is only one.</param>
    /// <param name="tileAlone">The run that the overhead is measured against; null for none.</param>
    public static RunNumbers Of(LayerMeasurement run, string? name = null, LayerMeasurement? tileAlone = null) => new()
    {
        Name = name,
        Cycles = run.Result.Cycles,
        OverheadPercent = tileAlone is null ? null : 100.0 * ((double)run.Result.Cycles / tileAlone.Result.Cycles - 1),
        TcdmBytes = run.Result.TcdmBytes,
        RelativeErrorPercent = double.IsNaN(run.RelativeError) ? null : 100 * run.RelativeError,
        Instructions = run.Instructions,
        ExposedCycles = run.ExposedCycles,
        HartBusyCycles = run.Result.HartBusyCycles,
        TileBusyCycles = run.Tile.BusyCycles,
        Mvms = run.Tile.Mvms,
        BoundPasses = run.Tile.BoundPasses,
        DacClips = run.Tile.DacClips,
        AdcSaturations = run.Tile.AdcSaturations,
    };
}
