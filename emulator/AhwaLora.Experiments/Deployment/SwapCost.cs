using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine;

namespace AhwaLora.Experiments.Deployment;

/// <summary>The cost of giving a machine another task's adapter.</summary>
/// <param name="Bytes">Bytes of A and B.</param>
/// <param name="Cycles">Cycles from the launch of the first copy to the end of the last.</param>
public readonly record struct SwapCost(long Bytes, ulong Cycles)
{
    private const double DramFemtojoulesPerWord = 2.6e6;
    private const int DramWordBytes = 8;

    /// <summary>The assumption behind the energy.</summary>
    public static Figure Assumption { get; } = new("DRAM access of 64 bits", DramFemtojoulesPerWord / 1e6, "nJ", "Horowitz, ISSCC 2014: 1.3 to 2.6 nJ at 45 nm; the larger is taken");

    /// <summary>Energy in femtojoules: every byte is read once and written once.</summary>
    public double EnergyFemtojoules => 2.0 * Bytes / DramWordBytes * DramFemtojoulesPerWord;
}

/// <summary>The cost of programming the same weights again. All of it is assumed, because no figure of it is public.</summary>
/// <param name="Cells">Number of cells of all tiles.</param>
/// <param name="Cycles">Cycles if all tiles are programmed at the same time, so those of the largest tile.</param>
/// <param name="EnergyFemtojoules">Energy of the pulses of all tiles in femtojoules.</param>
public readonly record struct ReprogrammingCost(long Cells, ulong Cycles, double EnergyFemtojoules)
{
    /// <summary>The cost for a machine's tiles.</summary>
    public static ReprogrammingCost Of(ModelMachine model)
    {
        var cost = model.Machine.Tiles[0].Programming;
        var nanoseconds = model.Linears.Max(l => l.Mapping.Inputs.Max(i => l.Mapping.Outputs.Max(o => cost.Nanoseconds((ulong)i.Length * (ulong)o.Length))));
        var cycles = (ulong)Math.Ceiling(nanoseconds * model.Machine.Platform.ClockMhz / 1e3);
        return new ReprogrammingCost(model.ProgrammedCells, cycles, (double)cost.Pulses((ulong)model.ProgrammedCells) * cost.PulseFemtojoules);
    }

    /// <summary>The assumptions behind the cost.</summary>
    public static IReadOnlyList<Figure> Assumptions(ModelMachine model) => model.Machine.Tiles[0].Programming.Figures;
}
