namespace AhwaLora.Analog.Crossbar;

/// <summary>A figure with its source, printed beside every result that uses it.</summary>
public sealed record Figure(string Name, double Value, string Unit, string Source);

/// <summary>Time and energy of one integration of a 256 x 256 array, and what follows for other sizes.</summary>
/// <param name="Name">How the array is read: inputs in one phase, or by sign and half in four phases.</param>
/// <param name="TimeNs">Nanoseconds, independent of the size: all rows and columns work at once.</param>
/// <param name="EnergyFemtojoules">Femtojoules at 256 x 256.</param>
/// <param name="Source">Publication that both figures come from.</param>
public sealed record MvmCost(string Name, int TimeNs, long EnergyFemtojoules, string Source)
{
    private const long ReferenceCells = 256 * 256;
    private const string Chip = "64-core PCM chip, Le Gallo et al., Nature Electronics 2023, derived from ";

    /// <summary>All bits of an input in one phase.</summary>
    public static MvmCost OnePhase { get; } = new("one phase", 133, 13_400_000, Chip + "63.1 TOPS at 9.76 TOPS/W");

    /// <summary>Four phases, more precise.</summary>
    public static MvmCost FourPhases { get; } = new("four phases", 521, 52_900_000, Chip + "16.1 TOPS at 2.48 TOPS/W");

    /// <summary>Time per code of a current-controlled-oscillator ADC.</summary>
    public static Figure AdcTimePerCode { get; } = new("ADC time per LSB", 300, "ps", "HERMES core, Khaddam-Aljameh et al., JSSC 2022");

    /// <summary>Femtojoules of one pass over a part, in proportion to its cells [derived].</summary>
    public long EnergyFemtojoulesOf(in CrossbarPart part) => EnergyFemtojoules * part.Rows * part.Columns / ReferenceCells;
}
