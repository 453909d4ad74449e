namespace AhwaLora.Machine.Isa;

/// <summary>What an <see cref="ExactNumber"/> is.</summary>
internal enum NumberKind : byte
{
    /// <summary>A finite number, zero included.</summary>
    Finite,

    /// <summary>An infinity.</summary>
    Infinite,

    /// <summary>A quiet NaN.</summary>
    Quiet,

    /// <summary>A signalling NaN, or the result of an invalid operation: both raise NV and become the canonical NaN.</summary>
    Invalid,
}

/// <summary>
/// A value between the operands of an operation and its one rounding: significand * 2^exponent with a sign, an infinity or a
/// NaN. Every floating-point operation of every format is a sum of products of such values, or a quotient or root of them, and
/// then <see cref="SoftFloat{TFormat}.Round"/>.
/// </summary>
/// <remarks>
/// Bits that do not fit the significand are kept as one in its lowest bit (sticky), far below all bits that rounding uses.
/// </remarks>
internal readonly record struct ExactNumber(NumberKind Kind, bool IsNegative, int Exponent, UInt128 Significand)
{
    /// <summary>The bit to which terms of a sum are aligned: room for a carry above it.</summary>
    private const int Top = 125;

    /// <summary>Bits that the dot-product unit keeps below the leading one; 48 to 62 fit all that is measured, 2 * 24 + 3 is what such a unit needs.</summary>
    private const int DotProductBits = 51;

    /// <summary>The result of an operation that is not defined.</summary>
    public static ExactNumber Undefined => new(NumberKind.Invalid, false, 0, 0);

    private bool IsNaN => Kind >= NumberKind.Quiet;

    private bool IsZero => Kind == NumberKind.Finite && Significand == 0;

    /// <summary>log2 of the value, rounded down; very small for zero.</summary>
    private int Magnitude => Significand == 0 ? int.MinValue / 2 : Exponent + 127 - (int)UInt128.LeadingZeroCount(Significand);

    /// <summary>The value with the other sign.</summary>
    public static ExactNumber operator -(in ExactNumber x) => x with { IsNegative = !x.IsNegative };

    /// <summary>A product; infinity times zero is not defined.</summary>
    public static ExactNumber operator *(in ExactNumber x, in ExactNumber y)
    {
        if (x.IsNaN || y.IsNaN) return NaNOf(x, y);
        var isNegative = x.IsNegative != y.IsNegative;
        if (x.Kind != NumberKind.Infinite && y.Kind != NumberKind.Infinite) return new(NumberKind.Finite, isNegative, x.Exponent + y.Exponent, x.Significand * y.Significand);
        return x.IsZero || y.IsZero ? Undefined : new(NumberKind.Infinite, isNegative, 0, 0);
    }

    /// <summary>A sum. A zero sum of terms with different signs is +0, or -0 if <paramref name="rm"/> rounds down (IEEE 754-2019, section 6.3).</summary>
    public static ExactNumber Sum(in ExactNumber x, in ExactNumber y, uint rm)
    {
        if (x.IsNaN || y.IsNaN) return NaNOf(x, y);
        if (x.Kind == NumberKind.Infinite || y.Kind == NumberKind.Infinite)
        {
            if (x.Kind == y.Kind && x.IsNegative != y.IsNegative) return Undefined;
            return x.Kind == NumberKind.Infinite ? x : y;
        }

        if (x.Significand == 0 && y.Significand == 0) return x.IsNegative == y.IsNegative ? x : x with { IsNegative = rm == RoundingMode.Down };
        if (x.Significand == 0) return y;
        if (y.Significand == 0) return x;
        return x.Magnitude >= y.Magnitude ? Align(x, y, rm) : Align(y, x, rm);
    }

    /// <summary>
    /// A sum of three terms as Snitch's dot-product unit has it, from the largest to the smallest: exact, but that bits of a term further
    /// than <see cref="DotProductBits"/> below the leading one of the sum so far are cut off and only noted, as in a subtraction by
    /// complement. So terms that cancel there still make the result inexact, and directed modes may be off by one (measured).
    /// </summary>
    public static ExactNumber DotProductSum(in ExactNumber x, in ExactNumber y, in ExactNumber z, uint rm)
    {
        if (x.Kind != NumberKind.Finite || y.Kind != NumberKind.Finite || z.Kind != NumberKind.Finite) return SpecialSum(x, y, z, rm);
        var (first, second, third) = (x, y, z);
        if (first.Magnitude < second.Magnitude) (first, second) = (second, first);
        if (second.Magnitude < third.Magnitude) (second, third) = (third, second);
        if (first.Magnitude < second.Magnitude) (first, second) = (second, first);
        var isCut = false;
        var sum = AddCut(AddCut(first, second, rm, ref isCut), third, rm, ref isCut);
        if (isCut) return sum with { Significand = sum.Significand | 1 };
        if (sum.Significand != 0) return sum;
        return sum with { IsNegative = x.IsNegative == y.IsNegative && y.IsNegative == z.IsNegative ? x.IsNegative : rm == RoundingMode.Down };
    }

    /// <summary>Shifts left, or right if the count is negative; if any one is shifted out, the lowest bit becomes one.</summary>
    public static UInt128 Shift(UInt128 value, int left)
    {
        if (left >= 0) return value << left;
        if (left <= -128) return value == 0 ? 0u : 1u;
        var shifted = value >> -left;
        return shifted << -left == value ? shifted : shifted | 1;
    }

    /// <summary>A NaN operand decides, and of two infinities with different signs nothing is left: NV if a NaN signals or a product is not defined.</summary>
    private static ExactNumber SpecialSum(in ExactNumber x, in ExactNumber y, in ExactNumber z, uint rm)
    {
        if (x.Kind == NumberKind.Invalid || y.Kind == NumberKind.Invalid || z.Kind == NumberKind.Invalid) return Undefined;
        if (x.IsNaN || y.IsNaN || z.IsNaN) return new(NumberKind.Quiet, false, 0, 0);
        return Sum(Sum(x, y, rm), z, rm);
    }

    private static ExactNumber NaNOf(in ExactNumber x, in ExactNumber y) =>
        x.Kind == NumberKind.Invalid || y.Kind == NumberKind.Invalid ? Undefined : new(NumberKind.Quiet, false, 0, 0);

    /// <summary>
    /// The sum of two numbers, the larger first. Its leading one moves to <see cref="Top"/> and the other term follows. If bits of that
    /// fall off, it is too small to cancel more than one bit of the larger, which has at most 106.
    /// </summary>
    private static ExactNumber Align(in ExactNumber larger, in ExactNumber smaller, uint rm)
    {
        var exponent = larger.Magnitude - Top;
        var a = Shift(larger.Significand, larger.Exponent - exponent);
        var b = Shift(smaller.Significand, smaller.Exponent - exponent);
        if (larger.IsNegative == smaller.IsNegative) return new(NumberKind.Finite, larger.IsNegative, exponent, a + b);
        if (a == b) return new(NumberKind.Finite, rm == RoundingMode.Down, 0, 0);
        return new(NumberKind.Finite, a > b ? larger.IsNegative : smaller.IsNegative, exponent, a > b ? a - b : b - a);
    }

    private static ExactNumber AddCut(in ExactNumber sum, in ExactNumber term, uint rm, ref bool isCut)
    {
        if (sum.Significand == 0 || term.Significand == 0 || term.Magnitude >= sum.Magnitude) return Sum(sum, term, rm);
        const int cut = Top - DotProductBits;
        var below = (UInt128.One << cut) - 1;
        var exponent = sum.Magnitude - Top;
        var a = Shift(sum.Significand, sum.Exponent - exponent);
        var b = Shift(term.Significand, term.Exponent - exponent);
        var isInexact = (b & below) != 0;
        b &= ~below;
        isCut |= isInexact;
        if (sum.IsNegative == term.IsNegative) return new(NumberKind.Finite, sum.IsNegative, exponent, a + b);
        return new(NumberKind.Finite, sum.IsNegative, exponent, a - b - (isInexact && (a & below) == 0 ? below + 1 : 0));
    }
}
