using System.Numerics;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>
/// The oracle of <see cref="WideFloatTests"/>: a binary format by the sizes of its fields, and its rounding on exact rationals (IEEE
/// 754-2019, sections 4.3 and 7) in the words of the standard.
/// </summary>
internal sealed record ExactFormat(int ExponentBits, int FractionBits)
{
    public static readonly ExactFormat Half = new(5, 10), Single = new(8, 23), Double = new(11, 52);

    /// <summary>A number as numerator / denominator * 2^scale, or what it is instead.</summary>
    internal readonly record struct Value(BigInteger Numerator, BigInteger Denominator, int Scale, bool IsNegative, bool IsInfinite, bool IsNaN, bool IsSignalling)
    {
        public bool IsZero => !IsInfinite && !IsNaN && Numerator.IsZero;

        public static Value operator -(Value x) => x with { Numerator = -x.Numerator, IsNegative = !x.IsNegative };
    }

    private int Bias => (1 << (ExponentBits - 1)) - 1;

    private ulong Infinity => ((1UL << ExponentBits) - 1) << FractionBits;

    private ulong CanonicalNaN => Infinity | 1UL << (FractionBits - 1);

    private ulong Sign => 1UL << (ExponentBits + FractionBits);

    public Value Of(ulong bits)
    {
        var isNegative = (bits & Sign) != 0;
        var field = (int)((bits & (Sign - 1)) >> FractionBits);
        var fraction = bits & ((1UL << FractionBits) - 1);
        if (field == (1 << ExponentBits) - 1) return new(0, 1, 0, isNegative, fraction == 0, fraction != 0, fraction != 0 && fraction >> (FractionBits - 1) == 0);
        BigInteger digits = field == 0 ? fraction : fraction | 1UL << FractionBits;
        return new(isNegative ? -digits : digits, 1, Math.Max(field, 1) - Bias - FractionBits, isNegative, false, false, false);
    }

    public (ulong Bits, uint Flags) Fma(Value a, Value b, Value c, uint rm)
    {
        var isInvalid = (a.IsInfinite && b.IsZero) || (a.IsZero && b.IsInfinite);
        if (isInvalid || a.IsNaN || b.IsNaN || c.IsNaN) return NaN(isInvalid || a.IsSignalling || b.IsSignalling || c.IsSignalling);
        var product = new Value(a.Numerator * b.Numerator, 1, a.Scale + b.Scale, a.IsNegative != b.IsNegative, a.IsInfinite || b.IsInfinite, false, false);
        return Add(product, c, rm);
    }

    public (ulong Bits, uint Flags) Mul(Value a, Value b, uint rm)
    {
        if (a.IsNaN || b.IsNaN) return NaN(a.IsSignalling || b.IsSignalling);
        if ((a.IsInfinite && b.IsZero) || (a.IsZero && b.IsInfinite)) return NaN(true);
        var isNegative = a.IsNegative != b.IsNegative;
        return a.IsInfinite || b.IsInfinite ? (Signed(isNegative, Infinity), 0) : Round(a.Numerator * b.Numerator, 1, a.Scale + b.Scale, isNegative, rm);
    }

    public (ulong Bits, uint Flags) Add(Value a, Value b, uint rm)
    {
        if (a.IsNaN || b.IsNaN) return NaN(a.IsSignalling || b.IsSignalling);
        if (a.IsInfinite && b.IsInfinite && a.IsNegative != b.IsNegative) return NaN(true);
        if (a.IsInfinite || b.IsInfinite) return (Signed(a.IsInfinite ? a.IsNegative : b.IsNegative, Infinity), 0);
        var scale = Math.Min(a.Scale, b.Scale);
        var sum = (a.Numerator << (a.Scale - scale)) + (b.Numerator << (b.Scale - scale));
        return Round(sum, 1, scale, a.IsNegative == b.IsNegative ? a.IsNegative : rm == RoundingMode.Down, rm);
    }

    public (ulong Bits, uint Flags) Div(Value a, Value b, uint rm)
    {
        var isNegative = a.IsNegative != b.IsNegative;
        if (a.IsNaN || b.IsNaN) return NaN(a.IsSignalling || b.IsSignalling);
        if ((a.IsInfinite && b.IsInfinite) || (a.IsZero && b.IsZero)) return NaN(true);
        if (a.IsInfinite) return (Signed(isNegative, Infinity), 0);
        if (a.IsZero || b.IsInfinite) return (Signed(isNegative, 0), 0);
        if (b.IsZero) return (Signed(isNegative, Infinity), FFlags.DivideByZero);
        return Round(a.Numerator * b.Numerator.Sign, BigInteger.Abs(b.Numerator), a.Scale - b.Scale, isNegative, rm);
    }

    /// <summary>An irrational root lies strictly between two neighbouring multiples of a power of two far finer than any rounding boundary.</summary>
    public (ulong Bits, uint Flags) Sqrt(Value a, uint rm)
    {
        if (a.IsNaN) return NaN(a.IsSignalling);
        if (a.IsZero) return (Signed(a.IsNegative, 0), 0);
        if (a.IsNegative) return NaN(true);
        if (a.IsInfinite) return (Infinity, 0);
        var padding = 160 + (a.Scale & 1);
        var radicand = a.Numerator << padding;
        var root = radicand;
        for (var better = (BigInteger)1 << (int)(radicand.GetBitLength() / 2 + 1); better < root; better = (root + radicand / root) / 2) root = better;
        var scale = (a.Scale - padding) / 2;
        return root * root == radicand ? Round(root, 1, scale, false, rm) : Round(2 * root + 1, 1, scale - 1, false, rm);
    }

    /// <summary>A value of another format in this one.</summary>
    public (ulong Bits, uint Flags) Convert(Value a, uint rm) =>
        a.IsNaN ? NaN(a.IsSignalling) : a.IsInfinite ? (Signed(a.IsNegative, Infinity), 0) : Round(a.Numerator, 1, a.Scale, a.IsNegative, rm);

    public static (long Result, uint Flags) ToInteger(Value a, uint rm, long min, long max)
    {
        if (a.IsNaN || a.IsInfinite) return (a.IsNaN || !a.IsNegative ? max : min, FFlags.Invalid);
        var (digits, isInexact) = Multiple(a.Numerator, 1, a.Scale, 0, rm);
        var value = a.Numerator.Sign < 0 ? -digits : digits;
        if (value > max || value < min) return (value > max ? max : min, FFlags.Invalid);
        return ((long)value, isInexact ? FFlags.Inexact : 0);
    }

    private (ulong Bits, uint Flags) Round(BigInteger numerator, BigInteger denominator, int scale, bool isNegative, uint rm)
    {
        if (numerator.IsZero) return (Signed(isNegative, 0), 0);
        isNegative = numerator.Sign < 0;

        // As though the exponents were unbounded: decides overflow and tininess.
        var quantum = FloorLog2(BigInteger.Abs(numerator), denominator) + scale - FractionBits;
        var (digits, isInexact) = Multiple(numerator, denominator, scale, quantum, rm);
        if (digits == BigInteger.One << (FractionBits + 1)) (digits, quantum) = (digits >> 1, quantum + 1);
        if (quantum > Bias - FractionBits)
        {
            var isOut = rm is RoundingMode.NearestEven or RoundingMode.NearestMaxMagnitude || rm == (isNegative ? RoundingMode.Down : RoundingMode.Up);
            return (Signed(isNegative, isOut ? Infinity : Infinity - 1), FFlags.Overflow | FFlags.Inexact);
        }

        var smallest = 1 - Bias - FractionBits;
        if (quantum >= smallest) return (Signed(isNegative, (ulong)(quantum - smallest) << FractionBits) + (ulong)digits, isInexact ? FFlags.Inexact : 0);
        (digits, isInexact) = Multiple(numerator, denominator, scale, smallest, rm);
        return (Signed(isNegative, (ulong)digits), isInexact ? FFlags.Underflow | FFlags.Inexact : 0);
    }

    /// <summary>The magnitude rounded to a whole number of 2^quantum.</summary>
    private static (BigInteger Digits, bool IsInexact) Multiple(BigInteger numerator, BigInteger denominator, int scale, int quantum, uint rm)
    {
        var shift = scale - quantum;
        var (below, rest) = BigInteger.DivRem(BigInteger.Abs(numerator) << Math.Max(shift, 0), denominator <<= Math.Max(-shift, 0));
        if (rest.IsZero) return (below, false);
        var toHalf = (rest << 1).CompareTo(denominator);
        var isAway = rm switch
        {
            RoundingMode.NearestEven => toHalf > 0 || (toHalf == 0 && !below.IsEven),
            RoundingMode.NearestMaxMagnitude => toHalf >= 0,
            RoundingMode.Down => numerator.Sign < 0,
            RoundingMode.Up => numerator.Sign > 0,
            _ => false,
        };
        return (isAway ? below + 1 : below, true);
    }

    private static int FloorLog2(BigInteger numerator, BigInteger denominator)
    {
        var log = (int)(numerator.GetBitLength() - denominator.GetBitLength());
        return numerator << Math.Max(-log, 0) < denominator << Math.Max(log, 0) ? log - 1 : log;
    }

    private ulong Signed(bool isNegative, ulong magnitude) => isNegative ? Sign | magnitude : magnitude;

    private (ulong Bits, uint Flags) NaN(bool isInvalid) => (CanonicalNaN, isInvalid ? FFlags.Invalid : 0);
}
