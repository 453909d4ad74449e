using System.Numerics;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// The arithmetic of one format with integers only, for every input and rounding mode, with exact flags (unprivileged
/// specification, chapter "F", whose section n is cited as F.n). Bits in the low end of a word, bits out; flags are or-ed into
/// <c>fflags</c>; <c>rm</c> is resolved. NaN results are canonical (F.3).
/// </summary>
internal static class SoftFloat<TFormat>
    where TFormat : struct, IBinaryFormat
{
    private static int Fraction => TFormat.FractionBits;

    private static int Bias => (1 << (TFormat.ExponentBits - 1)) - 1;

    /// <summary>Bits of the format.</summary>
    public static int Width => 1 + TFormat.ExponentBits + TFormat.FractionBits;

    /// <summary>The sign.</summary>
    public static ulong SignBit => 1UL << (Width - 1);

    /// <summary>Plus infinity; magnitudes above it are NaNs.</summary>
    public static ulong Infinity => ((1UL << TFormat.ExponentBits) - 1) << Fraction;

    /// <summary>The canonical NaN, the smallest quiet one.</summary>
    public static ulong CanonicalNaN => Infinity | 1UL << (Fraction - 1);

    /// <summary>The smallest normal magnitude.</summary>
    public static ulong SmallestNormal => 1UL << Fraction;

    /// <summary>Bits of all but the sign.</summary>
    public static ulong Magnitude(ulong a) => a & (SignBit - 1);

    /// <summary>Whether a is a NaN, quiet or signalling.</summary>
    public static bool IsNaN(ulong a) => Magnitude(a) > Infinity;

    /// <summary>Whether a is a signalling NaN: one whose first fraction bit is clear.</summary>
    public static bool IsSignalling(ulong a) => IsNaN(a) && Magnitude(a) < CanonicalNaN;

    /// <summary>a + b.</summary>
    public static ulong Add(ulong a, ulong b, uint rm, ref uint fflags) => Round(ExactNumber.Sum(Unpack(a), Unpack(b), rm), rm, ref fflags);

    /// <summary>a - b.</summary>
    public static ulong Sub(ulong a, ulong b, uint rm, ref uint fflags) => Round(ExactNumber.Sum(Unpack(a), -Unpack(b), rm), rm, ref fflags);

    /// <summary>a * b.</summary>
    public static ulong Mul(ulong a, ulong b, uint rm, ref uint fflags) => Round(Unpack(a) * Unpack(b), rm, ref fflags);

    /// <summary>a * b + c, rounded once.</summary>
    public static ulong Fma(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Round(ExactNumber.Sum(Unpack(a) * Unpack(b), Unpack(c), rm), rm, ref fflags);

    /// <summary>a * b - c.</summary>
    public static ulong FmSub(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Round(ExactNumber.Sum(Unpack(a) * Unpack(b), -Unpack(c), rm), rm, ref fflags);

    /// <summary>-(a * b) + c.</summary>
    public static ulong FnmSub(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Round(ExactNumber.Sum(-(Unpack(a) * Unpack(b)), Unpack(c), rm), rm, ref fflags);

    /// <summary>-(a * b) - c.</summary>
    public static ulong FnmAdd(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Round(ExactNumber.Sum(-(Unpack(a) * Unpack(b)), -Unpack(c), rm), rm, ref fflags);

    /// <summary>a / b.</summary>
    public static ulong Div(ulong a, ulong b, uint rm, ref uint fflags)
    {
        var (x, y) = (Unpack(a), Unpack(b));
        var isNegative = x.IsNegative != y.IsNegative;
        if (x.Kind != NumberKind.Finite || y.Kind != NumberKind.Finite) return Round(SpecialQuotient(x, y, isNegative), rm, ref fflags);
        if (y.Significand == 0)
        {
            if (x.Significand == 0) return Round(ExactNumber.Undefined, rm, ref fflags);
            fflags |= FFlags.DivideByZero;
            return (isNegative ? SignBit : 0) | Infinity;
        }

        // A quotient of at least 56 bits, and the remainder as a sticky bit.
        var up = (int)UInt128.LeadingZeroCount(x.Significand);
        var (quotient, remainder) = UInt128.DivRem(x.Significand << (x.Significand == 0 ? 0 : up), y.Significand);
        return Round(new(NumberKind.Finite, isNegative, x.Exponent - up - y.Exponent, remainder == 0 ? quotient : quotient | 1), rm, ref fflags);
    }

    /// <summary>The square root of a; that of -0 is -0 (IEEE 754-2019, section 5.4.1).</summary>
    public static ulong Sqrt(ulong a, uint rm, ref uint fflags)
    {
        var x = Unpack(a);
        if (x.Kind >= NumberKind.Quiet || Magnitude(a) == 0 || a == Infinity) return Round(x, rm, ref fflags);
        if (x.IsNegative) return Round(ExactNumber.Undefined, rm, ref fflags);

        // An even exponent and at least 112 bits of radicand give at least 56 bits of root.
        var up = (int)UInt128.LeadingZeroCount(x.Significand) - 10;
        if (((x.Exponent - up) & 1) != 0) up++;
        var radicand = x.Significand << up;
        var root = FloorRoot(radicand);
        var exponent = (x.Exponent - up) / 2;

        // An inexact root lies above its lowest bit: one more bit, set, stands for the rest.
        return root * root == radicand
            ? Round(new(NumberKind.Finite, false, exponent, root), rm, ref fflags)
            : Round(new(NumberKind.Finite, false, exponent - 1, root << 1 | 1), rm, ref fflags);
    }

    /// <summary>FSGNJ: a with the sign of b (F.7).</summary>
    public static ulong Sgnj(ulong a, ulong b) => Magnitude(a) | (b & SignBit);

    /// <summary>FSGNJN: a with the opposite of b's sign.</summary>
    public static ulong Sgnjn(ulong a, ulong b) => Magnitude(a) | (~b & SignBit);

    /// <summary>FSGNJX: a with its sign xor b's.</summary>
    public static ulong Sgnjx(ulong a, ulong b) => a ^ (b & SignBit);

    /// <summary>FEQ, quiet: invalid on a signalling NaN only (F.8).</summary>
    public static ulong Eq(ulong a, ulong b, ref uint fflags)
    {
        if (IsSignalling(a) || IsSignalling(b)) fflags |= FFlags.Invalid;
        return !IsNaN(a) && !IsNaN(b) && (a == b || (Magnitude(a) | Magnitude(b)) == 0) ? 1u : 0u;
    }

    /// <summary>FLT, signalling: invalid on any NaN.</summary>
    public static ulong Lt(ulong a, ulong b, ref uint fflags) =>
        IsOrdered(a, b, ref fflags) && (Magnitude(a) | Magnitude(b)) != 0 && Order(a) < Order(b) ? 1u : 0u;

    /// <summary>FLE, signalling: invalid on any NaN.</summary>
    public static ulong Le(ulong a, ulong b, ref uint fflags) =>
        IsOrdered(a, b, ref fflags) && ((Magnitude(a) | Magnitude(b)) == 0 || Order(a) <= Order(b)) ? 1u : 0u;

    /// <summary>FMIN: minimumNumber of IEEE 754-2019 section 9.6, with -0 below +0.</summary>
    public static ulong Min(ulong a, ulong b, ref uint fflags) => IsNaN(a) || IsNaN(b) ? Number(a, b, ref fflags) : Order(a) < Order(b) ? a : b;

    /// <summary>FMAX: maximumNumber of IEEE 754-2019 section 9.6, with -0 below +0.</summary>
    public static ulong Max(ulong a, ulong b, ref uint fflags) => IsNaN(a) || IsNaN(b) ? Number(a, b, ref fflags) : Order(a) < Order(b) ? b : a;

    /// <summary>FCLASS: the one bit of ten (F.9) that describes a.</summary>
    public static ulong Classify(ulong a)
    {
        var magnitude = Magnitude(a);
        if (magnitude > Infinity) return magnitude < CanonicalNaN ? 1u << 8 : 1u << 9;
        var size = magnitude == 0 ? 0 : magnitude < SmallestNormal ? 1 : magnitude < Infinity ? 2 : 3;
        return 1u << ((a & SignBit) != 0 ? 3 - size : 4 + size);
    }

    /// <summary>a rounded to an integer from <paramref name="min"/> to <paramref name="max"/>, saturating (F.7).</summary>
    public static long ToInteger(ulong a, uint rm, long min, long max, ref uint fflags)
    {
        var x = Unpack(a);
        if (x.Kind == NumberKind.Finite && (x.Significand == 0 || x.Exponent + (int)(128 - UInt128.LeadingZeroCount(x.Significand)) <= 33))
        {
            // 64 bits before the point and 63 after it, the last one sticky.
            var fixedPoint = ExactNumber.Shift(x.Significand, x.Exponent + 63);
            var magnitude = (long)(ulong)Rounded(x.IsNegative, fixedPoint, 63, rm, out var isInexact);
            var value = x.IsNegative ? -magnitude : magnitude;
            if (min <= value && value <= max)
            {
                if (isInexact) fflags |= FFlags.Inexact;
                return value;
            }
        }

        fflags |= FFlags.Invalid;
        return x.IsNegative && x.Kind < NumberKind.Quiet ? min : max;
    }

    /// <summary>An integer rounded to the format.</summary>
    public static ulong FromInteger(long value, uint rm, ref uint fflags) =>
        Round(new(NumberKind.Finite, value < 0, 0, (UInt128)(ulong)Math.Abs(value)), rm, ref fflags);

    /// <summary>A value of another format rounded to this one.</summary>
    public static ulong Convert<TFrom>(ulong a, uint rm, ref uint fflags)
        where TFrom : struct, IBinaryFormat => Round(SoftFloat<TFrom>.Unpack(a), rm, ref fflags);

    /// <summary>The value of an operand.</summary>
    public static ExactNumber Unpack(ulong a)
    {
        var isNegative = (a & SignBit) != 0;
        var field = (int)(Magnitude(a) >> Fraction);
        var fraction = a & (SmallestNormal - 1);
        if (field == (1 << TFormat.ExponentBits) - 1)
            return new(fraction == 0 ? NumberKind.Infinite : IsSignalling(a) ? NumberKind.Invalid : NumberKind.Quiet, isNegative, 0, 0);
        return new(NumberKind.Finite, isNegative, Math.Max(field, 1) - Bias - Fraction, field == 0 ? fraction : fraction | SmallestNormal);
    }

    /// <summary>
    /// Rounds to the format and raises the flags: invalid, inexact, overflow (IEEE 754-2019, section 7.4) and underflow, with
    /// tininess detected after rounding (F.4).
    /// </summary>
    public static ulong Round(in ExactNumber x, uint rm, ref uint fflags)
    {
        var sign = x.IsNegative ? SignBit : 0;
        switch (x.Kind)
        {
            case NumberKind.Infinite: return sign | Infinity;
            case NumberKind.Invalid: fflags |= FFlags.Invalid; return CanonicalNaN;
            case NumberKind.Quiet: return CanonicalNaN;
            default:
                if (x.Significand == 0) return sign;
                break;
        }

        var width = 128 - (int)UInt128.LeadingZeroCount(x.Significand);
        var biased = x.Exponent + width - 1 + Bias;
        var excess = width - (Fraction + 1);
        var isTiny = biased < 0 || (biased == 0 && Rounded(x.IsNegative, x.Significand, excess, rm, out _) < SmallestNormal << 1);

        // The hidden bit, or a carry out of rounding, adds one to the exponent field.
        var kept = Rounded(x.IsNegative, x.Significand, biased < 1 ? excess + 1 - biased : excess, rm, out var isInexact);
        var magnitude = ((UInt128)(ulong)Math.Max(biased - 1, 0) << Fraction) + kept;
        if (magnitude >= Infinity)
        {
            fflags |= FFlags.Overflow | FFlags.Inexact;
            var isInwards = rm == RoundingMode.TowardsZero || rm == (x.IsNegative ? RoundingMode.Up : RoundingMode.Down);
            return sign | (isInwards ? Infinity - 1 : Infinity);
        }

        if (isInexact) fflags |= isTiny ? FFlags.Underflow | FFlags.Inexact : FFlags.Inexact;
        return sign | (ulong)magnitude;
    }

    /// <summary>A value without its lowest <paramref name="excess"/> bits, which decide the rounding (IEEE 754-2019, section 4.3).</summary>
    private static UInt128 Rounded(bool isNegative, UInt128 value, int excess, uint rm, out bool isInexact)
    {
        isInexact = false;
        if (excess <= 0) return value << -excess;

        // The last two bits are the half and, sticky, all below it.
        var halves = ExactNumber.Shift(value, 2 - excess);
        var (kept, rest) = (halves >> 2, (uint)halves & 3);
        isInexact = rest != 0;
        var isUp = rm switch
        {
            RoundingMode.NearestEven => rest == 3 || (rest == 2 && (kept & 1) != 0),
            RoundingMode.TowardsZero => false,
            RoundingMode.Down => isNegative && isInexact,
            RoundingMode.Up => !isNegative && isInexact,
            _ => rest >= 2,
        };
        return isUp ? kept + 1 : kept;
    }

    private static ExactNumber SpecialQuotient(in ExactNumber x, in ExactNumber y, bool isNegative)
    {
        if (x.Kind >= NumberKind.Quiet || y.Kind >= NumberKind.Quiet) return x * y;
        if (x.Kind == y.Kind) return ExactNumber.Undefined;
        return x.Kind == NumberKind.Infinite ? new(NumberKind.Infinite, isNegative, 0, 0) : new(NumberKind.Finite, isNegative, 0, 0);
    }

    private static UInt128 FloorRoot(UInt128 radicand)
    {
        UInt128 root = 0;
        for (var bit = UInt128.One << 60; bit != 0; bit >>= 1)
            if ((root + bit) * (root + bit) <= radicand) root += bit;
        return root;
    }

    private static bool IsOrdered(ulong a, ulong b, ref uint fflags)
    {
        if (!IsNaN(a) && !IsNaN(b)) return true;
        fflags |= FFlags.Invalid;
        return false;
    }

    /// <summary>The operand that is a number, if at least one of the two is not (F.6).</summary>
    private static ulong Number(ulong a, ulong b, ref uint fflags)
    {
        if (IsSignalling(a) || IsSignalling(b)) fflags |= FFlags.Invalid;
        return !IsNaN(a) ? a : IsNaN(b) ? CanonicalNaN : b;
    }

    /// <summary>Sign and magnitude as an integer that orders numbers, -0 below +0.</summary>
    private static long Order(ulong a) => (a & SignBit) != 0 ? ~(long)Magnitude(a) : (long)Magnitude(a);
}
