namespace AhwaLora.Machine.Isa;

/// <summary>The rounding modes of <c>rm</c> and <c>frm</c> (unprivileged spec 20240411, section F.2).</summary>
public static class RoundingMode
{
    /// <summary>RNE: to nearest, ties to even.</summary>
    public const uint NearestEven = 0;

    /// <summary>RTZ: towards zero.</summary>
    public const uint TowardsZero = 1;

    /// <summary>RDN: down, towards minus infinity.</summary>
    public const uint Down = 2;

    /// <summary>RUP: up, towards plus infinity.</summary>
    public const uint Up = 3;

    /// <summary>RMM: to nearest, ties to the larger magnitude.</summary>
    public const uint NearestMaxMagnitude = 4;

    /// <summary>rm = 7: take the mode from frm.</summary>
    public const uint Dynamic = 7;

    /// <summary>True for the five modes that exist; 5 and 6 are reserved.</summary>
    public static bool IsValid(uint mode) => mode <= 4;
}
