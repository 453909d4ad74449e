namespace AhwaLora.Emu.Isa;

/// <summary>Encodings of the rm field beyond the five modes themselves (unprivileged specification, F extension, table of rounding modes).</summary>
public static class RoundingModes
{
    /// <summary>rm = 7: take the mode from frm.</summary>
    public const int Dynamic = 7;

    /// <summary>True for the five modes that exist; 5 and 6 are reserved.</summary>
    public static bool IsValid(uint mode) => mode <= 4;
}
