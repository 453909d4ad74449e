namespace AhwaLora.Machine.Isa;

/// <summary>
/// Numbers and names of the register file that instructions index: x0-x31 are 0-31, f0-f31 are 32-63,
/// and <see cref="Sink"/> takes what is written to x0, so that no engine needs to test for it.
/// </summary>
public static class Registers
{
    /// <summary>Index of f0.</summary>
    public const int F0 = 32;

    /// <summary>Where writes to x0 go; never read.</summary>
    public const int Sink = 64;

    /// <summary>Entries of the file: 32 integer, 32 floating-point, and the sink.</summary>
    public const int Count = 65;

    /// <summary>Return address (ra).</summary>
    public const int Ra = 1;

    /// <summary>First argument and result (a0).</summary>
    public const int A0 = 10;

    /// <summary>Second argument (a1).</summary>
    public const int A1 = 11;

    /// <summary>ABI names by index, x0 ("zero") to f31 ("ft11"); the sink reads as "zero".</summary>
    public static IReadOnlyList<string> AbiNames { get; } =
    [
        "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
        "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
        "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
        "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
        "zero",
    ];
}
