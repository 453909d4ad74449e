using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>The options of a tile, apart from its crossbar: interfaces, times and energies.</summary>
public sealed record AimcTileOptions
{
    /// <summary>Name in the platform file and in reports.</summary>
    public string Name { get; init; } = "tile0";

    /// <summary>The tile's number among all tiles of the machine.</summary>
    public int Number { get; init; }

    /// <summary>The number of its streamers on the bus.</summary>
    public int Initiator { get; init; } = Initiators.Device0;

    /// <summary>Cycles per second; nanoseconds are rounded up to whole cycles.</summary>
    public ulong ClockHz { get; init; } = 1_000_000_000;

    /// <summary>Job contexts, 2 to 4: one runs while the others wait.</summary>
    public int Contexts { get; init; } = 2;

    /// <summary>Words per cycle that each of the two streamers moves.</summary>
    public uint WordsPerCycle { get; init; } = 4;

    /// <summary>True if the streamers ask the memory's banks for each word (<c>--contention exact</c>). If false, they get their words in every cycle.</summary>
    public bool ExactContention { get; init; }

    /// <summary>Integration time of one pass at reset, 1 to 65535 ns.</summary>
    public uint TIntNs { get; init; } = 256;

    /// <summary>Energy of one pass.</summary>
    public MvmCost Cost { get; init; } = MvmCost.OnePhase;

    /// <summary>The cost of programming.</summary>
    public ProgrammingCost Programming { get; init; } = new();

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of range. The message names the property, its value and what was expected.</exception>
    internal void Validate()
    {
        Require(ClockHz is >= 1_000 and <= 1_000_000_000_000, nameof(ClockHz), ClockHz, "1e3 to 1e12");
        Require(Contexts is >= 2 and <= 4, nameof(Contexts), Contexts, "2 to 4");
        Require(WordsPerCycle is >= 1 and <= 64, nameof(WordsPerCycle), WordsPerCycle, "1 to 64");
        Require(TIntNs is >= 1 and <= AimcTileRegisters.MaxTIntNs, nameof(TIntNs), TIntNs, "1 to 65535");
        Require(Number >= 0, nameof(Number), Number, "0 or more");
        Require(Programming.PulseNs > 0, nameof(Programming.PulseNs), Programming.PulseNs, "1 or more");
        Require(Programming.IterationsPerCell > 0, nameof(Programming.IterationsPerCell), Programming.IterationsPerCell, "1 or more");
        Require(Programming.CellsInParallel > 0, nameof(Programming.CellsInParallel), Programming.CellsInParallel, "1 or more");
    }

    /// <summary>The whole cycles of a time in nanoseconds, rounded up; at least one.</summary>
    public ulong Cycles(ulong nanoseconds) => Math.Max(1, (ulong)(((UInt128)nanoseconds * ClockHz + 999_999_999) / 1_000_000_000));

    private static void Require(bool holds, string property, object value, string expected)
    {
        if (!holds) throw new ArgumentException($"tile option {property} is {value}; expected {expected}");
    }
}

/// <summary>
/// Cost of programming. No figure is public for any of these (docs/aimc.md, "Time and energy"): they are the user's
/// assumptions, and reports print them as such.
/// </summary>
public sealed record ProgrammingCost
{
    /// <summary>Time of one pulse and its verification.</summary>
    public uint PulseNs { get; init; } = 1_000;

    /// <summary>Pulses for each of a cell's two memristors.</summary>
    public uint IterationsPerCell { get; init; } = 20;

    /// <summary>Cells that are pulsed at the same time.</summary>
    public uint CellsInParallel { get; init; } = 512;

    /// <summary>Energy of one pulse on one memristor.</summary>
    public uint PulseFemtojoules { get; init; } = 10_000;

    /// <summary>The assumptions, to print with each result that depends on them.</summary>
    public IReadOnlyList<Figure> Figures =>
    [
        new("programming pulse time", PulseNs, "ns", "assumed"),
        new("programming pulses per device", IterationsPerCell, "pulses", "assumed"),
        new("cells programmed in parallel", CellsInParallel, "cells", "assumed"),
        new("programming pulse energy", PulseFemtojoules, "fJ", "assumed"),
    ];

    /// <summary>Pulses to program a number of cells, of two memristors each.</summary>
    public ulong Pulses(ulong cells) => 2 * cells * IterationsPerCell;

    /// <summary>Time in nanoseconds to program a number of cells; both memristors of a cell get their pulses together.</summary>
    public ulong Nanoseconds(ulong cells) => (cells + CellsInParallel - 1) / CellsInParallel * IterationsPerCell * PulseNs;
}
