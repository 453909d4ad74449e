namespace AhwaLora.Machine.Isa;

/// <summary>
/// The arithmetic of the F extension (unprivileged spec 20240411, chapter F, whose section n is cited as F.n):
/// binary32 bits in, bits out; exception flags (<see cref="FFlags"/>) are or-ed into <c>fflags</c>. <c>rm</c> is
/// one of <see cref="RoundingMode"/>, already resolved from DYN. NaN results are canonical (F.3).
/// </summary>
/// <remarks>
/// This file has the format and what needs no rounding. Float32.Arithmetic.cs and Float32.Convert.cs round: the common cases
/// with the host's arithmetic, the rest in <see cref="SoftFloat32"/>.
/// </remarks>
public static partial class Float32
{
    /// <summary>The sign.</summary>
    public const uint SignBit = 0x8000_0000;

    /// <summary>Plus infinity; magnitudes above it are NaNs.</summary>
    public const uint Infinity = 0x7f80_0000;

    /// <summary>The canonical NaN, the smallest quiet one.</summary>
    public const uint CanonicalNaN = 0x7fc0_0000;

    /// <summary>The smallest normal magnitude.</summary>
    public const uint SmallestNormal = 0x0080_0000;

    /// <summary>Whether a is a NaN, quiet or signalling.</summary>
    public static bool IsNaN(uint a) => (a & ~SignBit) > Infinity;

    /// <summary>Whether a is a signalling NaN: one whose first fraction bit is clear.</summary>
    public static bool IsSignalling(uint a) => IsNaN(a) && (a & ~SignBit) < CanonicalNaN;

    /// <summary>Whether a is plus or minus infinity.</summary>
    public static bool IsInfinite(uint a) => (a & ~SignBit) == Infinity;

    /// <summary>Whether a is +0 or -0.</summary>
    public static bool IsZero(uint a) => (a & ~SignBit) == 0;

    /// <summary>FSGNJ: a with the sign of b (F.7).</summary>
    public static uint Sgnj(uint a, uint b) => (a & ~SignBit) | (b & SignBit);

    /// <summary>FSGNJN: a with the opposite of b's sign.</summary>
    public static uint Sgnjn(uint a, uint b) => (a & ~SignBit) | (~b & SignBit);

    /// <summary>FSGNJX: a with its sign xor b's.</summary>
    public static uint Sgnjx(uint a, uint b) => a ^ (b & SignBit);

    /// <summary>FEQ, quiet: 1 if a = b, else 0; invalid on a signalling NaN only (F.8).</summary>
    public static uint Eq(uint a, uint b, ref uint fflags)
    {
        if (AsFloat(a) == AsFloat(b)) return 1;
        if (IsSignalling(a) || IsSignalling(b)) fflags |= FFlags.Invalid;
        return 0;
    }

    /// <summary>FLT, signalling: 1 if a &lt; b, else 0; invalid on any NaN.</summary>
    public static uint Lt(uint a, uint b, ref uint fflags)
    {
        if (AsFloat(a) < AsFloat(b)) return 1;
        if (IsNaN(a) || IsNaN(b)) fflags |= FFlags.Invalid;
        return 0;
    }

    /// <summary>FLE, signalling: 1 if a &lt;= b, else 0; invalid on any NaN.</summary>
    public static uint Le(uint a, uint b, ref uint fflags)
    {
        if (AsFloat(a) <= AsFloat(b)) return 1;
        if (IsNaN(a) || IsNaN(b)) fflags |= FFlags.Invalid;
        return 0;
    }

    /// <summary>FMIN: minimumNumber of IEEE 754-2019 section 9.6, with -0 below +0.</summary>
    public static uint Min(uint a, uint b, ref uint fflags)
    {
        if (IsNaN(a) || IsNaN(b)) return Number(a, b, ref fflags);
        return Order(a) < Order(b) ? a : b;
    }

    /// <summary>FMAX: maximumNumber of IEEE 754-2019 section 9.6, with -0 below +0.</summary>
    public static uint Max(uint a, uint b, ref uint fflags)
    {
        if (IsNaN(a) || IsNaN(b)) return Number(a, b, ref fflags);
        return Order(a) < Order(b) ? b : a;
    }

    /// <summary>FCLASS: the one bit of ten (F.9) that describes a.</summary>
    public static uint Classify(uint a)
    {
        uint magnitude = a & ~SignBit;
        if (magnitude > Infinity) return magnitude < CanonicalNaN ? 1u << 8 : 1u << 9;
        int size = magnitude switch { 0 => 0, < SmallestNormal => 1, < Infinity => 2, _ => 3 };
        return 1u << ((a & SignBit) != 0 ? 3 - size : 4 + size);
    }

    /// <summary>The operand that is a number, if at least one of the two is not (F.6).</summary>
    private static uint Number(uint a, uint b, ref uint fflags)
    {
        if (IsSignalling(a) || IsSignalling(b)) fflags |= FFlags.Invalid;
        if (!IsNaN(a)) return a;
        return IsNaN(b) ? CanonicalNaN : b;
    }

    /// <summary>Sign and magnitude as an integer that orders numbers, -0 below +0.</summary>
    private static int Order(uint a) => (int)a ^ (((int)a >> 31) & int.MaxValue);

    /// <summary>The same 32 bits in a floating-point register.</summary>
    internal static float AsFloat(uint a) => BitConverter.UInt32BitsToSingle(a);

    /// <summary>The same 32 bits in an integer register.</summary>
    internal static uint AsBits(float a) => BitConverter.SingleToUInt32Bits(a);
}
