using System.Diagnostics.CodeAnalysis;
using AhwaLora.Analog.Memristors;
using AhwaLora.Analog.Numerics;

namespace AhwaLora.Analog.Crossbar;

/// <summary>What a tile is built from.</summary>
/// <param name="Rows">Input lines.</param>
/// <param name="Columns">Output lines.</param>
public sealed record CrossbarOptions(int Rows, int Columns)
{
    /// <summary>The periphery.</summary>
    public Preset Preset { get; init; } = Preset.AhwaLora;
    /// <summary>The devices.</summary>
    public DeviceModel Model { get; init; } = DeviceModel.Pcm;
    /// <summary>Where device noise acts.</summary>
    public DeviceMapping Mapping { get; init; }
    /// <summary>Key of all random numbers.</summary>
    public ulong Seed { get; init; }
    /// <summary>True for a tile that holds no weights and computes no values, zeros alone, in as many passes as if nothing saturated.</summary>
    public bool TimingOnly { get; init; }
    /// <summary>The tile's number, first word of every counter: tiles of one seed share no draw.</summary>
    public uint Tile { get; init; }
}

/// <summary>
/// The mathematics of one analog tile: a matrix in pairs of noisy, drifting devices, multiplied with vectors through
/// noisy converters. Equal options and equal calls give equal bits on any machine. docs/aimc.md explains the model.
/// Not for concurrent use: one tile, one caller at a time.
/// </summary>
public sealed partial class CrossbarArray
{
    private const int MaxLines = 1 << 14;

    private readonly Preset _preset;
    private readonly DeviceModel _model;
    private readonly bool _noiseless;

    /// <summary>Everything the tile remembers.</summary>
    public CrossbarState State { get; }

    /// <summary>What the tile was built from.</summary>
    public CrossbarOptions Options { get; }

    /// <summary>An empty tile: all conductances zero.</summary>
    /// <exception cref="ArgumentException">A size outside 1..16384 lines, or a preset that makes no sense.</exception>
    public CrossbarArray(CrossbarOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Rows is < 1 or > MaxLines || options.Columns is < 1 or > MaxLines)
            throw new ArgumentException($"tile of {options.Rows} rows, {options.Columns} columns; expected 1 to {MaxLines} of each");
        options.Preset.Validate();
        Options = options;
        _preset = options.Preset;
        _model = options.Model;
        _noiseless = options.Model.IsNoiseless;
        State = new(options.Rows, options.Columns, holdsWeights: !options.TimingOnly);
        _work = new(options.Rows, options.Columns);
    }

    /// <summary>The whole tile.</summary>
    public CrossbarPart Whole => new(0, State.Rows, 0, State.Columns);

    private Draws TakeEvent() => new(Options.Seed, Options.Tile, State.NextEvent++);

    private void Check(in CrossbarPart region)
    {
        if (!region.LiesIn(State.Rows, State.Columns))
            ThrowOutside(region);
    }

    [DoesNotReturn]
    private void ThrowOutside(in CrossbarPart region) =>
        throw new ArgumentException($"{region} does not lie in a tile of {State.Rows} rows, {State.Columns} columns");

    [DoesNotReturn]
    private static void ThrowLength(string what, int length, long expected) =>
        throw new ArgumentException($"{what}: {length} values; expected {expected}");
}
