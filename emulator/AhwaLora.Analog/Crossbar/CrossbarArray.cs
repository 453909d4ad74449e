using System.Diagnostics.CodeAnalysis;
using AhwaLora.Analog.Memristors;
using AhwaLora.Analog.Numerics;

namespace AhwaLora.Analog.Crossbar;

/// <summary>What a tile is made of: its size and its models.</summary>
/// <param name="Rows">Input lines.</param>
/// <param name="Columns">Output lines.</param>
public sealed record CrossbarOptions(int Rows, int Columns)
{
    /// <summary>The converters and the noise of an MVM.</summary>
    public Preset Preset { get; init; } = Preset.AhwaLora;
    /// <summary>The device model.</summary>
    public DeviceModel Model { get; init; } = DeviceModel.Pcm;
    /// <summary>Where device noise acts.</summary>
    public DeviceMapping Mapping { get; init; }
    /// <summary>Key of all random numbers.</summary>
    public ulong Seed { get; init; }
    /// <summary>True for a tile that only keeps time: it holds no weights and returns zeros, with the passes of an MVM that saturates nothing.</summary>
    public bool TimingOnly { get; init; }
    /// <summary>The tile's number, the first word of every random counter, so that tiles with the same seed share no draw.</summary>
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

    /// <summary>The tile's whole state.</summary>
    public CrossbarState State { get; }

    /// <summary>What the tile was built from.</summary>
    public CrossbarOptions Options { get; }

    /// <summary>An empty tile: all conductances zero.</summary>
    /// <exception cref="ArgumentException">A size is outside 1 to 16384 lines, or a value of the preset is not allowed.</exception>
    public CrossbarArray(CrossbarOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Rows is < 1 or > MaxLines || options.Columns is < 1 or > MaxLines)
            throw new ArgumentException($"a tile of {options.Rows} rows and {options.Columns} columns; expected 1 to {MaxLines} of each");
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

    private void Check(in CrossbarPart part)
    {
        if (!part.LiesIn(State.Rows, State.Columns))
            ThrowOutside(part);
    }

    [DoesNotReturn]
    private void ThrowOutside(in CrossbarPart part) =>
        throw new ArgumentException($"{part} is not inside a tile of {State.Rows} rows and {State.Columns} columns");

    [DoesNotReturn]
    private static void ThrowLength(string what, int length, long expected) =>
        throw new ArgumentException($"{what}: {length} values; expected {expected}");
}
