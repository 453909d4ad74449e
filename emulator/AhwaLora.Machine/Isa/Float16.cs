using static AhwaLora.Machine.Isa.FFlags;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// Binary16 arithmetic with integers only, for every input and rounding mode, with exact flags. This is the definition;
/// <see cref="HostFloat16"/> does many elements at once. Arguments and flags are those of <see cref="Float32"/>, with the
/// 16 bits in the low half of a word. NaN results are canonical (unprivileged spec 20240411, section F.3).
/// </summary>
/// <remarks>
/// A finite value is a multiple of 2^-24, a product of two is one of 2^-48, and both are below 2^32. So a fixed-point number of
/// 128 bits in units of 2^-48 holds a * b + c exactly, and each operation is one exact integer operation and one rounding.
/// </remarks>
public static class Float16
{
    /// <summary>The sign.</summary>
    public const uint SignBit = 0x8000;

    /// <summary>Plus infinity; magnitudes above it are NaNs.</summary>
    public const uint Infinity = 0x7C00;

    /// <summary>The canonical NaN, the smallest quiet one.</summary>
    public const uint CanonicalNaN = 0x7E00;

    /// <summary>The number 1.</summary>
    public const uint One = 0x3C00;

    private const uint LargestFinite = Infinity - 1, HiddenBit = 0x400, SmallestNormal = HiddenBit;
    private const int FractionBits = 10, UnitsPerTwoToMinus24 = 24;

    /// <summary>Whether a is a NaN, quiet or signalling.</summary>
    public static bool IsNaN(uint a) => (a & ~SignBit) > Infinity;

    /// <summary>Whether a is a signalling NaN: one whose first fraction bit is clear.</summary>
    public static bool IsSignalling(uint a) => IsNaN(a) && (a & ~SignBit) < CanonicalNaN;

    /// <summary>Whether a is plus or minus infinity.</summary>
    public static bool IsInfinite(uint a) => (a & ~SignBit) == Infinity;

    /// <summary>Whether a is +0 or -0.</summary>
    public static bool IsZero(uint a) => (a & ~SignBit) == 0;

    /// <summary>a + b, which is a * 1 + b to the last bit and flag.</summary>
    public static uint Add(uint a, uint b, uint rm, ref uint fflags) => Fma(a, One, b, rm, ref fflags);

    /// <summary>a * b, which is a * b plus a zero of the product's own sign.</summary>
    public static uint Mul(uint a, uint b, uint rm, ref uint fflags) => Fma(a, b, (a ^ b) & SignBit, rm, ref fflags);

    /// <summary>a * b + c, rounded once.</summary>
    public static uint Fma(uint a, uint b, uint c, uint rm, ref uint fflags)
    {
        var productSign = (a ^ b) & SignBit;
        var productIsInfinite = IsInfinite(a) || IsInfinite(b);

        // Infinity * 0 is invalid even if the addend is a quiet NaN (F.6).
        var productIsInvalid = productIsInfinite && (IsZero(a) || IsZero(b));
        if (productIsInvalid || IsNaN(a) || IsNaN(b) || IsNaN(c))
            return NaN(productIsInvalid || IsSignalling(a) || IsSignalling(b) || IsSignalling(c), ref fflags);
        if (productIsInfinite && IsInfinite(c) && productSign != (c & SignBit)) return NaN(invalid: true, ref fflags);
        if (productIsInfinite) return productSign | Infinity;
        if (IsInfinite(c)) return c;

        var sum = (Int128)FixedPoint(a) * FixedPoint(b) + ((Int128)FixedPoint(c) << UnitsPerTwoToMinus24);
        if (sum != 0) return Round(sum < 0 ? SignBit : 0, (UInt128)Int128.Abs(sum), rm, ref fflags);

        // An exact zero of unlike signs is +0, except -0 when rounding down (IEEE 754-2019 section 6.3).
        if (productSign == (c & SignBit)) return productSign;
        return rm == RoundingMode.Down ? SignBit : 0;
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

    /// <summary>A finite value in units of 2^-24.</summary>
    private static long FixedPoint(uint a)
    {
        var exponent = (int)(a >> FractionBits & 31);
        var fraction = (long)(a & (HiddenBit - 1));
        var magnitude = exponent == 0 ? fraction : (fraction | HiddenBit) << (exponent - 1);
        return (a & SignBit) != 0 ? -magnitude : magnitude;
    }

    /// <summary>
    /// Rounds a magnitude in units of 2^-48, not zero, and raises the flags of rounding: inexact, overflow (IEEE 754-2019 section
    /// 7.4) and underflow, with tininess detected after rounding (F.4).
    /// </summary>
    private static uint Round(uint sign, UInt128 magnitude, uint rm, ref uint fflags)
    {
        // A normal number keeps 11 bits, a subnormal one those from 2^-24 on.
        var width = 128 - (int)UInt128.LeadingZeroCount(magnitude);
        var discarded = Math.Max(width - FractionBits - 1, UnitsPerTwoToMinus24);
        var kept = RoundedAt(sign, magnitude, discarded, rm);

        // The hidden bit, or a carry out of rounding, adds one to the exponent field.
        var bits = ((uint)(discarded - UnitsPerTwoToMinus24) << FractionBits) + kept;
        if (bits >= Infinity)
        {
            fflags |= Overflow | Inexact;
            var inwards = sign != 0 ? RoundingMode.Up : RoundingMode.Down;
            return sign | (rm == RoundingMode.TowardsZero || rm == inwards ? LargestFinite : Infinity);
        }

        if (magnitude >> discarded << discarded == magnitude) return sign | bits;
        fflags |= Inexact;

        // Tiny: below the smallest normal number also if the exponent had no limit.
        var free = width - FractionBits - 1;
        var isTiny = bits < SmallestNormal || (bits == SmallestNormal && free < UnitsPerTwoToMinus24 && RoundedAt(sign, magnitude, free, rm) < 2 * HiddenBit);
        if (isTiny) fflags |= Underflow;
        return sign | bits;
    }

    /// <summary>The magnitude without its lowest bits, which decide the rounding (IEEE 754-2019 section 4.3).</summary>
    private static uint RoundedAt(uint sign, UInt128 magnitude, int discardedBits, uint rm)
    {
        var kept = (uint)(magnitude >> discardedBits);
        var discarded = magnitude & ((UInt128.One << discardedBits) - 1);
        var half = UInt128.One << (discardedBits - 1);
        var isUp = rm switch
        {
            RoundingMode.NearestEven => discarded > half || (discarded == half && (kept & 1) != 0),
            RoundingMode.TowardsZero => false,
            RoundingMode.Down => sign != 0 && discarded != 0,
            RoundingMode.Up => sign == 0 && discarded != 0,
            _ => discarded >= half,
        };
        return isUp ? kept + 1 : kept;
    }

    /// <summary>The operand that is a number, if at least one of the two is not (F.6).</summary>
    private static uint Number(uint a, uint b, ref uint fflags)
    {
        if (IsSignalling(a) || IsSignalling(b)) fflags |= Invalid;
        if (!IsNaN(a)) return a;
        return IsNaN(b) ? CanonicalNaN : b;
    }

    /// <summary>Sign and magnitude as an integer that orders numbers, -0 below +0.</summary>
    private static int Order(uint a) => (a & SignBit) != 0 ? ~(int)(a & ~SignBit) : (int)a;

    private static uint NaN(bool invalid, ref uint fflags)
    {
        if (invalid) fflags |= Invalid;
        return CanonicalNaN;
    }
}
