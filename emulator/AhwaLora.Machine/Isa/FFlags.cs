namespace AhwaLora.Machine.Isa;

/// <summary>The accrued exception flags of <c>fcsr</c> (unprivileged spec 20240411, section F.2).</summary>
public static class FFlags
{
    /// <summary>NX: inexact.</summary>
    public const uint Inexact = 1;

    /// <summary>UF: underflow.</summary>
    public const uint Underflow = 2;

    /// <summary>OF: overflow.</summary>
    public const uint Overflow = 4;

    /// <summary>DZ: divide by zero.</summary>
    public const uint DivideByZero = 8;

    /// <summary>NV: invalid operation.</summary>
    public const uint Invalid = 16;
}
