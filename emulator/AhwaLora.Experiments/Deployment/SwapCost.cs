using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine;

namespace AhwaLora.Experiments.Deployment;

/// <summary>What it took to give a machine another task's adapter.</summary>
/// <param name="Bytes">Of A and B.</param>
/// <param name="Cycles">From the first copy's launch to the end of the last.</param>
public readonly record struct SwapCost(long Bytes, ulong Cycles)
{
    private const double DramFemtojoulesPerWord = 2.6e6;
    private const int DramWordBytes = 8;

    /// <summary>What the energy rests on.</summary>
    public static Figure Assumption { get; } = new("DRAM access of 64 bits", DramFemtojoulesPerWord / 1e6, "nJ", "Horowitz, ISSCC 2014: 1.3 to 2.6 nJ at 45 nm; the larger is taken");

    /// <summary>Every byte is read once and written once.</summary>
    public double EnergyFemtojoules => 2.0 * Bytes / DramWordBytes * DramFemtojoulesPerWord;
}

/// <summary>What it would take to program the same weights again; no figure of it is public, so all of it is assumed.</summary>
/// <param name="Cells">Cells of all tiles.</param>
/// <param name="Cycles">With all tiles programmed at the same time, so as long as the largest takes.</param>
/// <param name="EnergyFemtojoules">Of all tiles' pulses.</param>
public readonly record struct ReprogrammingCost(long Cells, ulong Cycles, double EnergyFemtojoules)
{
    /// <summary>That of a machine's tiles.</summary>
    public static ReprogrammingCost Of(ModelMachine model)
    {
        var cost = model.Machine.Tiles[0].Programming;
        var nanoseconds = model.Linears.Max(l => l.Mapping.Inputs.Max(i => l.Mapping.Outputs.Max(o => cost.Nanoseconds((ulong)i.Length * (ulong)o.Length))));
        var cycles = (ulong)Math.Ceiling(nanoseconds * model.Machine.Platform.ClockMhz / 1e3);
        return new ReprogrammingCost(model.ProgrammedCells, cycles, (double)cost.Pulses((ulong)model.ProgrammedCells) * cost.PulseFemtojoules);
    }

    /// <summary>What it rests on.</summary>
    public static IReadOnlyList<Figure> Assumptions(ModelMachine model) => model.Machine.Tiles[0].Programming.Figures;
}
