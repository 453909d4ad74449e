namespace AhwaLora.Machine.Isa;

/// <summary>
/// Numbers and names of registers, for instructions, scoreboards and masks: x0-x31 are 0-31, f0-f31 are 32-63.
/// Their values are in the hart's x and f registers. An operand that an instruction does not have is x0.
/// </summary>
public static class Registers
{
    /// <summary>Number of f0.</summary>
    public const int F0 = 32;

    /// <summary>How many there are.</summary>
    public const int Count = 64;

    /// <summary>Return address (ra).</summary>
    public const int Ra = 1;

    /// <summary>Stack pointer (sp).</summary>
    public const int Sp = 2;

    /// <summary>The other register in which a call leaves its return address (t0).</summary>
    public const int AlternateLink = 5;

    /// <summary>First argument and result (a0).</summary>
    public const int A0 = 10;

    /// <summary>Second argument (a1).</summary>
    public const int A1 = 11;

    /// <summary>ABI names by index, x0 ("zero") to f31 ("ft11").</summary>
    public static IReadOnlyList<string> AbiNames { get; } =
    [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
        "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
        "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
    ];
}
