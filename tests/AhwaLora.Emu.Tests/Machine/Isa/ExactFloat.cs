using System.Numerics;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>
/// The oracle of <see cref="Float32Tests"/>: each operation on exact rationals, then the definition of rounding
/// (IEEE 754-2019 sections 4.3 and 7) in the words of the standard, with no guard, round or sticky bits.
/// </summary>
internal static class ExactFloat
{
    private const uint CanonicalNaN = 0x7fc00000;
    private const int SmallestQuantum = -149;
    private const int LargestQuantum = 104;

    /// <summary>A result and the flags it raises.</summary>
    internal readonly record struct Outcome(uint Bits, uint Flags);

    /// <summary>Numerator / Denominator * 2^Scale, the denominator positive.</summary>
    private readonly record struct Rational(BigInteger Numerator, BigInteger Denominator, int Scale);

    public static Outcome Add(uint a, uint b, uint rm) => Sum(Single(a), Single(b), AnySignalling(a, b), rm);

    public static Outcome Sub(uint a, uint b, uint rm) => Sum(Single(a), -Single(b), AnySignalling(a, b), rm);

    public static Outcome Mul(uint a, uint b, uint rm)
    {
        float x = Single(a), y = Single(b);
        bool negative = float.IsNegative(x) != float.IsNegative(y);
        if (float.IsNaN(x) || float.IsNaN(y)) return NaN(AnySignalling(a, b));
        if (float.IsInfinity(x) || float.IsInfinity(y)) return x == 0 || y == 0 ? NaN(true) : Infinity(negative);
        return Round(Product(x, y), negative, rm);
    }

    public static Outcome Div(uint a, uint b, uint rm)
    {
        float x = Single(a), y = Single(b);
        bool negative = float.IsNegative(x) != float.IsNegative(y);
        if (float.IsNaN(x) || float.IsNaN(y)) return NaN(AnySignalling(a, b));
        if (float.IsInfinity(x)) return float.IsInfinity(y) ? NaN(true) : Infinity(negative);
        if (float.IsInfinity(y)) return Zero(negative);
        if (y == 0) return x == 0 ? NaN(true) : Infinity(negative) with { Flags = FFlags.DivideByZero };
        Rational n = Exact(x), d = Exact(y);
        return Round(new(n.Numerator * d.Numerator.Sign, BigInteger.Abs(d.Numerator), n.Scale - d.Scale), negative, rm);
    }

    /// <summary>
    /// An irrational root lies strictly between two neighbouring multiples of a power of two far finer than any
    /// rounding boundary, so their midpoint rounds as the root does.
    /// </summary>
    public static Outcome Sqrt(uint a, uint rm)
    {
        float x = Single(a);
        if (float.IsNaN(x)) return NaN(AnySignalling(a));
        if (x == 0 || float.IsPositiveInfinity(x)) return new(a, 0);
        if (x < 0) return NaN(true);
        Rational exact = Exact(x);
        int padding = 60 + (exact.Scale & 1);
        BigInteger radicand = exact.Numerator << padding;
        BigInteger root = new(Math.Sqrt((double)radicand));
        while (root * root > radicand) root--;
        while ((root + 1) * (root + 1) <= radicand) root++;
        int scale = (exact.Scale - padding) / 2;
        return root * root == radicand
            ? Round(new(root, 1, scale), false, rm)
            : Round(new(2 * root + 1, 1, scale - 1), false, rm);
    }

    /// <summary>(-1)^negateProduct * (a * b) + (-1)^negateAddend * c.</summary>
    public static Outcome Fma(uint a, uint b, uint c, uint rm, bool negateProduct = false, bool negateAddend = false)
    {
        float x = Single(a), y = Single(b), z = negateAddend ? -Single(c) : Single(c);
        if (negateProduct) x = -x;
        bool infiniteTimesZero = (float.IsInfinity(x) && y == 0) || (x == 0 && float.IsInfinity(y));
        if (infiniteTimesZero) return NaN(true);
        if (float.IsNaN(x) || float.IsNaN(y) || float.IsNaN(z)) return NaN(AnySignalling(a, b, c));
        bool productNegative = float.IsNegative(x) != float.IsNegative(y);
        if (float.IsInfinity(x) || float.IsInfinity(y))
        {
            bool opposed = float.IsInfinity(z) && float.IsNegative(z) != productNegative;
            return opposed ? NaN(true) : Infinity(productNegative);
        }

        if (float.IsInfinity(z)) return Infinity(float.IsNegative(z));
        return Round(Sum(Product(x, y), Exact(z)), ZeroSumIsNegative(productNegative, float.IsNegative(z), rm), rm);
    }

    public static Outcome Min(uint a, uint b) => Extreme(a, b, wantSmaller: true);

    public static Outcome Max(uint a, uint b) => Extreme(a, b, wantSmaller: false);

    public static Outcome Compare(uint a, uint b, bool signalling, Func<int, bool> holds)
    {
        float x = Single(a), y = Single(b);
        if (float.IsNaN(x) || float.IsNaN(y)) return new(0, signalling || AnySignalling(a, b) ? FFlags.Invalid : 0);
        return new(holds(Order(x, y)) ? 1u : 0u, 0);
    }

    public static Outcome Classify(uint a)
    {
        float x = Single(a);
        int bit = float.IsNaN(x) ? (AnySignalling(a) ? 8 : 9)
            : float.IsNegativeInfinity(x) ? 0
            : float.IsPositiveInfinity(x) ? 7
            : x == 0 ? (float.IsNegative(x) ? 3 : 4)
            : float.IsSubnormal(x) ? (x < 0 ? 2 : 5)
            : x < 0 ? 1 : 6;
        return new(1u << bit, 0);
    }

    public static Outcome ToInteger(uint a, uint rm, long min, long max)
    {
        float x = Single(a);
        if (float.IsNaN(x) || float.IsPositiveInfinity(x)) return new((uint)max, FFlags.Invalid);
        if (float.IsNegativeInfinity(x)) return new((uint)min, FFlags.Invalid);
        Rational exact = Exact(x);
        (BigInteger magnitude, bool inexact) = RoundToMultiple(exact, 0, rm);
        BigInteger rounded = magnitude * exact.Numerator.Sign;
        if (rounded > max) return new((uint)max, FFlags.Invalid);
        if (rounded < min) return new((uint)min, FFlags.Invalid);
        return new((uint)(long)rounded, inexact ? FFlags.Inexact : 0);
    }

    public static Outcome FromInteger(long value, uint rm) => Round(new(value, 1, 0), false, rm);

    private static Outcome Sum(float x, float y, bool signalling, uint rm)
    {
        if (float.IsNaN(x) || float.IsNaN(y)) return NaN(signalling);
        if (float.IsInfinity(x) && float.IsInfinity(y) && x != y) return NaN(true);
        if (float.IsInfinity(x) || float.IsInfinity(y)) return Infinity(float.IsNegative(float.IsInfinity(x) ? x : y));
        return Round(Sum(Exact(x), Exact(y)), ZeroSumIsNegative(float.IsNegative(x), float.IsNegative(y), rm), rm);
    }

    /// <summary>IEEE 754-2019 section 6.3.</summary>
    private static bool ZeroSumIsNegative(bool first, bool second, uint rm) =>
        first == second ? first : rm == RoundingMode.Down;

    private static Outcome Extreme(uint a, uint b, bool wantSmaller)
    {
        float x = Single(a), y = Single(b);
        uint flags = AnySignalling(a, b) ? FFlags.Invalid : 0;
        if (float.IsNaN(x)) return new(float.IsNaN(y) ? CanonicalNaN : b, flags);
        if (float.IsNaN(y)) return new(a, flags);
        int order = Order(x, y);
        if (order == 0) order = float.IsNegative(y).CompareTo(float.IsNegative(x));
        return new(order < 0 == wantSmaller ? a : b, flags);
    }

    /// <summary>The order of two numbers, infinities included: exact, for binary64 holds every binary32.</summary>
    private static int Order(float x, float y) => ((double)x).CompareTo(y);

    private static Outcome Round(Rational exact, bool zeroIsNegative, uint rm)
    {
        if (exact.Numerator.IsZero) return Zero(zeroIsNegative);
        bool negative = exact.Numerator.Sign < 0;
        uint sign = negative ? 0x80000000u : 0;

        // Rounded to 24 digits as though the exponent range were unbounded: decides overflow and tininess.
        int quantum = FloorLog2(exact) - 23;
        (BigInteger digits, bool inexact) = RoundToMultiple(exact, quantum, rm);
        if (digits == 1 << 24) (digits, quantum) = (1 << 23, quantum + 1);
        if (quantum > LargestQuantum)
        {
            bool toInfinity = rm is RoundingMode.NearestEven or RoundingMode.NearestMaxMagnitude
                || rm == (negative ? RoundingMode.Down : RoundingMode.Up);
            return new(sign | (toInfinity ? 0x7f800000u : 0x7f7fffffu), FFlags.Overflow | FFlags.Inexact);
        }

        if (quantum >= SmallestQuantum)
            return new(sign | ((uint)(quantum + 150) << 23 | ((uint)digits & 0x7fffff)), inexact ? FFlags.Inexact : 0);

        (digits, inexact) = RoundToMultiple(exact, SmallestQuantum, rm);
        return new(sign | (uint)digits, inexact ? FFlags.Underflow | FFlags.Inexact : 0);
    }

    /// <summary>|exact| rounded to a whole number of 2^quantum.</summary>
    private static (BigInteger Multiple, bool Inexact) RoundToMultiple(Rational exact, int quantum, uint rm)
    {
        int shift = exact.Scale - quantum;
        BigInteger numerator = BigInteger.Abs(exact.Numerator) << Math.Max(shift, 0);
        BigInteger denominator = exact.Denominator << Math.Max(-shift, 0);
        (BigInteger below, BigInteger remainder) = BigInteger.DivRem(numerator, denominator);
        if (remainder.IsZero) return (below, false);
        int toHalf = (remainder << 1).CompareTo(denominator);
        bool away = rm switch
        {
            RoundingMode.NearestEven => toHalf > 0 || (toHalf == 0 && !below.IsEven),
            RoundingMode.NearestMaxMagnitude => toHalf >= 0,
            RoundingMode.Down => exact.Numerator.Sign < 0,
            RoundingMode.Up => exact.Numerator.Sign > 0,
            _ => false,
        };
        return (away ? below + 1 : below, true);
    }

    private static int FloorLog2(Rational exact)
    {
        BigInteger numerator = BigInteger.Abs(exact.Numerator);
        int log = (int)(numerator.GetBitLength() - exact.Denominator.GetBitLength());
        bool isBelow = numerator << Math.Max(-log, 0) < exact.Denominator << Math.Max(log, 0);
        return log + exact.Scale - (isBelow ? 1 : 0);
    }

    private static Rational Sum(Rational x, Rational y)
    {
        int scale = Math.Min(x.Scale, y.Scale);
        return new((x.Numerator << (x.Scale - scale)) + (y.Numerator << (y.Scale - scale)), 1, scale);
    }

    private static Rational Product(float x, float y)
    {
        Rational first = Exact(x), second = Exact(y);
        return new(first.Numerator * second.Numerator, 1, first.Scale + second.Scale);
    }

    private static Rational Exact(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        int exponent = (int)(bits >> 23 & 0xff);
        int digits = (int)(bits & 0x7fffff) + (exponent == 0 ? 0 : 1 << 23);
        return new(float.IsNegative(x) ? -digits : digits, 1, Math.Max(exponent, 1) - 150);
    }

    private static float Single(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static bool AnySignalling(params ReadOnlySpan<uint> operands)
    {
        foreach (uint bits in operands)
            if ((bits & 0x7fc00000) == 0x7f800000 && (bits & 0x3fffff) != 0) return true;
        return false;
    }

    private static Outcome NaN(bool invalid) => new(CanonicalNaN, invalid ? FFlags.Invalid : 0);

    private static Outcome Infinity(bool negative) => new(negative ? 0xff800000 : 0x7f800000, 0);

    private static Outcome Zero(bool negative) => new(negative ? 0x80000000 : 0, 0);
}
