using System.Numerics;
using static AhwaLora.Machine.Isa.Float32;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// Binary32 arithmetic with integers only, for every input and rounding mode, with exact flags. This is the definition;
/// <see cref="HostFloat32"/> handles the common cases faster and calls this class for the rest.
/// </summary>
/// <remarks>
/// Each operation has three steps: the special operands of IEEE 754-2019 sections 6 and 7, one exact integer
/// operation, and <see cref="RoundPack"/>. An intermediate value is significand * 2^exponent; bits that do not fit the
/// significand are kept as one in its lowest bit (sticky), far below every bit that rounding uses.
/// Arguments and flags are those of <see cref="Float32"/>.
/// </remarks>
public static class SoftFloat32
{
    private const uint One = 0x3f80_0000;
    private const uint HiddenBit = 0x0080_0000;
    private const uint LargestFinite = Infinity - 1;

    /// <summary>a + b, which is a * 1 + b to the last bit and flag.</summary>
    public static uint Add(uint a, uint b, uint rm, ref uint fflags) => Fma(a, One, b, rm, ref fflags);

    /// <summary>a - b.</summary>
    public static uint Sub(uint a, uint b, uint rm, ref uint fflags) => Add(a, b ^ SignBit, rm, ref fflags);

    /// <summary>a * b, which is a * b plus a zero of the product's own sign.</summary>
    public static uint Mul(uint a, uint b, uint rm, ref uint fflags) => Fma(a, b, (a ^ b) & SignBit, rm, ref fflags);

    /// <summary>a * b + c, rounded once.</summary>
    public static uint Fma(uint a, uint b, uint c, uint rm, ref uint fflags)
    {
        uint productSign = (a ^ b) & SignBit;
        uint addendSign = c & SignBit;
        bool productIsInfinite = IsInfinite(a) || IsInfinite(b);

        // Infinity * 0 is invalid even if the addend is a quiet NaN (F.6).
        bool productIsInvalid = productIsInfinite && (IsZero(a) || IsZero(b));
        if (productIsInvalid || IsNaN(a) || IsNaN(b) || IsNaN(c))
            return NaN(productIsInvalid || IsSignalling(a) || IsSignalling(b) || IsSignalling(c), ref fflags);
        if (productIsInfinite && IsInfinite(c) && productSign != addendSign) return NaN(invalid: true, ref fflags);
        if (productIsInfinite) return productSign | Infinity;
        if (IsInfinite(c)) return c;

        (int exponentA, uint significandA) = Unpack(a);
        (int exponentB, uint significandB) = Unpack(b);
        (int exponentC, uint significandC) = Unpack(c);
        int productExponent = exponentA + exponentB;
        ulong productSignificand = (ulong)significandA * significandB;
        if (productSignificand == 0 && significandC != 0) return c;

        // The term with the larger exponent, of 24 to 48 bits, moves up by 78 bits: with a carry it fits in 128 bits. If
        // bits of the other term, of at most 48 bits, fall below bit 0, that term is too small to bring the sum near them.
        int exponent = Math.Max(productExponent, exponentC) - 78;
        UInt128 product = Shift(productSignificand, productExponent - exponent);
        UInt128 addend = Shift(significandC, exponentC - exponent);
        if (productSign == addendSign)
        {
            UInt128 sum = product + addend;
            return sum == 0 ? productSign : RoundPack(productSign, exponent, sum, rm, ref fflags);
        }

        // An exact zero difference is +0, except -0 when rounding down (IEEE 754-2019 section 6.3).
        if (product == addend) return rm == RoundingMode.Down ? SignBit : 0;
        return product > addend
            ? RoundPack(productSign, exponent, product - addend, rm, ref fflags)
            : RoundPack(addendSign, exponent, addend - product, rm, ref fflags);
    }

    /// <summary>a / b.</summary>
    public static uint Div(uint a, uint b, uint rm, ref uint fflags)
    {
        uint sign = (a ^ b) & SignBit;
        if (IsNaN(a) || IsNaN(b)) return NaN(IsSignalling(a) || IsSignalling(b), ref fflags);
        if ((IsInfinite(a) && IsInfinite(b)) || (IsZero(a) && IsZero(b))) return NaN(invalid: true, ref fflags);
        if (IsInfinite(a)) return sign | Infinity;
        if (IsZero(a) || IsInfinite(b)) return sign;
        if (IsZero(b))
        {
            fflags |= FFlags.DivideByZero;
            return sign | Infinity;
        }

        (int exponentA, uint significandA) = Unpack(a);
        (int exponentB, uint significandB) = Unpack(b);
        (ulong quotient, ulong remainder) = Math.DivRem((ulong)significandA << 40, significandB);
        return RoundPack(sign, exponentA - exponentB - 40, quotient | Sticky(remainder != 0), rm, ref fflags);
    }

    /// <summary>The square root of a; that of -0 is -0 (IEEE 754-2019 section 5.4.1).</summary>
    public static uint Sqrt(uint a, uint rm, ref uint fflags)
    {
        if (IsNaN(a)) return NaN(IsSignalling(a), ref fflags);
        if (IsZero(a) || a == Infinity) return a;
        if ((a & SignBit) != 0) return NaN(invalid: true, ref fflags);

        // An even exponent and 54 or 55 bits of radicand give 27 or 28 bits of root: 24 bits, a half, and sticky.
        (int exponent, uint significand) = Unpack(a);
        int odd = exponent & 1;
        ulong radicand = (ulong)significand << (30 + odd);
        ulong root = FloorSqrt(radicand);
        return RoundPack(0, (exponent - odd - 30) / 2, root | Sticky(root * root != radicand), rm, ref fflags);
    }

    /// <summary>a rounded to a signed 32-bit integer, saturating (F.7).</summary>
    public static uint ToInt32(uint a, uint rm, ref uint fflags) =>
        (uint)ToInteger(a, rm, int.MinValue, int.MaxValue, ref fflags);

    /// <summary>a rounded to an unsigned 32-bit integer, saturating (F.7).</summary>
    public static uint ToUInt32(uint a, uint rm, ref uint fflags) =>
        (uint)ToInteger(a, rm, uint.MinValue, uint.MaxValue, ref fflags);

    /// <summary>The signed integer rounded to binary32.</summary>
    public static uint FromInt32(uint value, uint rm, ref uint fflags) =>
        FromInteger(value & SignBit, (ulong)Math.Abs((long)(int)value), rm, ref fflags);

    /// <summary>The unsigned integer rounded to binary32.</summary>
    public static uint FromUInt32(uint value, uint rm, ref uint fflags) => FromInteger(0, value, rm, ref fflags);

    private static uint FromInteger(uint sign, ulong magnitude, uint rm, ref uint fflags) =>
        magnitude == 0 ? 0 : RoundPack(sign, 0, magnitude, rm, ref fflags);

    private static long ToInteger(uint a, uint rm, long min, long max, ref uint fflags)
    {
        uint sign = a & SignBit;
        (int exponent, uint significand) = Unpack(a);

        // Nothing from 2^32 on fits, infinities and NaNs included.
        if (exponent <= 32 - 24)
        {
            var fixedPoint = (ulong)Shift(significand, exponent + 32);
            var magnitude = (long)Round(sign, fixedPoint, 32, rm);
            long value = sign != 0 ? -magnitude : magnitude;
            if (min <= value && value <= max)
            {
                if ((uint)fixedPoint != 0) fflags |= FFlags.Inexact;
                return value;
            }
        }

        fflags |= FFlags.Invalid;
        return sign != 0 && !IsNaN(a) ? min : max;
    }

    /// <summary>
    /// Rounds significand * 2^exponent, not zero, to binary32 and raises the flags of rounding: inexact, overflow
    /// (IEEE 754-2019 section 7.4) and underflow, with tininess detected after rounding (F.4).
    /// </summary>
    private static uint RoundPack(uint sign, int exponent, UInt128 significand, uint rm, ref uint fflags)
    {
        const int Discarded = 64 - 24;

        // The leading one goes to bit 63, where its weight is 2^(biased - 127).
        int width = 128 - (int)UInt128.LeadingZeroCount(significand);
        var normalised = (ulong)Shift(significand, 64 - width);
        int biased = exponent + width - 1 + 127;

        bool isTiny = false;
        if (biased < 1)
        {
            isTiny = biased < 0 || Round(sign, normalised, Discarded, rm) < 1UL << 24;
            normalised = (ulong)Shift(normalised, biased - 1);
            biased = 1;
        }

        // The hidden bit, or a carry out of rounding, adds one to the exponent field.
        ulong magnitude = ((ulong)(biased - 1) << 23) + Round(sign, normalised, Discarded, rm);
        if (magnitude >= Infinity)
        {
            fflags |= FFlags.Overflow | FFlags.Inexact;
            uint inwards = sign != 0 ? RoundingMode.Up : RoundingMode.Down;
            bool towardsZero = rm == RoundingMode.TowardsZero || rm == inwards;
            return sign | (towardsZero ? LargestFinite : Infinity);
        }

        if ((normalised & ((1UL << Discarded) - 1)) != 0)
            fflags |= isTiny ? FFlags.Underflow | FFlags.Inexact : FFlags.Inexact;
        return sign | (uint)magnitude;
    }

    /// <summary>The value without its lowest bits, which decide the rounding (IEEE 754-2019 section 4.3).</summary>
    private static ulong Round(uint sign, ulong value, int discardedBits, uint rm)
    {
        ulong kept = value >> discardedBits;
        ulong discarded = value & ((1UL << discardedBits) - 1);
        ulong half = 1UL << (discardedBits - 1);
        bool up = rm switch
        {
            RoundingMode.NearestEven => discarded > half || (discarded == half && (kept & 1) != 0),
            RoundingMode.TowardsZero => false,
            RoundingMode.Down => sign != 0 && discarded != 0,
            RoundingMode.Up => sign == 0 && discarded != 0,
            _ => discarded >= half,
        };
        return up ? kept + 1 : kept;
    }

    /// <summary>A finite value as significand * 2^exponent, the significand in [2^23, 2^24) or zero.</summary>
    private static (int Exponent, uint Significand) Unpack(uint a)
    {
        int field = (int)(a >> 23) & 0xff;
        uint fraction = a & (HiddenBit - 1);
        if (field != 0) return (field - 150, fraction | HiddenBit);
        int shift = BitOperations.LeadingZeroCount(fraction) - 8;
        return (-149 - shift, fraction << shift);
    }

    /// <summary>Shifts left, or right if the count is negative; if any one is shifted out, the lowest bit becomes one.</summary>
    private static UInt128 Shift(UInt128 value, int left)
    {
        if (left >= 0) return value << left;
        if (left <= -128) return Sticky(value != 0);
        UInt128 shifted = value >> -left;
        return shifted | Sticky(shifted << -left != value);
    }

    private static uint Sticky(bool inexact) => inexact ? 1u : 0u;

    private static ulong FloorSqrt(ulong radicand)
    {
        ulong root = 0;
        for (ulong bit = 1UL << 27; bit != 0; bit >>= 1)
            if ((root + bit) * (root + bit) <= radicand) root += bit;
        return root;
    }

    private static uint NaN(bool invalid, ref uint fflags)
    {
        if (invalid) fflags |= FFlags.Invalid;
        return CanonicalNaN;
    }
}
