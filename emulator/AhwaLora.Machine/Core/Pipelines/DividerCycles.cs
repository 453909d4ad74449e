using System.Numerics;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// Cycles of the dividers that depend on their operands, as measured on the RTL. All of them find leading zeros or
/// stop when the remainder is zero, so only the operands' values matter, never earlier instructions.
/// </summary>
public static class DividerCycles
{
    private const uint Hidden = 1u << 23, MantissaMask = Hidden - 1, MagnitudeMask = 0x7fff_ffff;
    private const int ExponentMask = 255, Bias = 127, MantissaBits = 24;

    /// <summary>CV32E40P: cycles in EX of div, divu, rem and remu by <paramref name="b"/>, on a serial divider that skips the divisor's leading sign bits.</summary>
    /// <param name="isSigned">True for div and rem, false for divu and remu.</param>
    /// <param name="b">Divisor.</param>
    public static uint BlockingInteger(bool isSigned, uint b) =>
        isSigned && (int)b < 0 ? 2 + (uint)BitOperations.LeadingZeroCount(~b) : 3 + (uint)BitOperations.LeadingZeroCount(b);

    /// <summary>
    /// Snitch: the divider's step count s, which may be negative. A dependent instruction issues after 5 + s cycles
    /// if s >= 0, else after 4. Negative operands enter inverted, and the dividend is also shifted (the RTL's bias).
    /// </summary>
    public static int DecoupledInteger(bool isSigned, uint a, uint b)
    {
        var dividend = isSigned && (int)a < 0 ? ~a << 1 : a;
        var divisor = isSigned && (int)b < 0 ? ~b : b;
        return divisor == 0 ? 32 : BitOperations.LeadingZeroCount(divisor) - (dividend == 0 ? 32 : BitOperations.LeadingZeroCount(dividend));
    }

    /// <summary>CV32E40P: cycles from one fdiv.s to the next, from three (special operands) to twenty.</summary>
    public static uint BlockingDivide(uint a, uint b)
    {
        if (IsSpecial(a) || IsSpecial(b)) return 3;
        var (exponentA, mantissaA) = Normalise(a);
        var (exponentB, mantissaB) = Normalise(b);
        var isSubnormalDivisor = Exponent(b) == 0;
        var borrow = mantissaA < mantissaB ? 1 : 0;
        var exponent = exponentA - exponentB - borrow;
        if (exponent is > Bias or < -150) return isSubnormalDivisor ? 6u : 5u;
        if (isSubnormalDivisor) return 20;
        return QuotientBits(mantissaA, mantissaB) is { } bits ? 6 + (uint)(bits + borrow) / 2 : 19;
    }

    /// <summary>CV32E40P: cycles from one fsqrt.s to the next FP operation.</summary>
    public static uint BlockingSquareRoot(uint a)
    {
        if (IsSpecial(a) || (int)a < 0) return 3;
        return RootBits(a) is { } bits ? 6 + (uint)bits / 2 : 19;
    }

    /// <summary>Snitch: the latency of a division or root with an inexact result; taken for D and H, where nothing is measured.</summary>
    public const uint DecoupledInexact = 13;

    /// <summary>Snitch: the latency L of fdiv.s; a dependent instruction issues after L + 1 cycles, and the unit is busy for L - 1.</summary>
    public static uint DecoupledDivide(uint a, uint b)
    {
        if (IsSpecial(a) || IsSpecial(b)) return 7;
        var (exponentA, mantissaA) = Normalise(a);
        var (exponentB, mantissaB) = Normalise(b);
        var exponent = exponentA - exponentB + Bias - (mantissaA < mantissaB ? 1 : 0);
        if (exponent is >= 255 or < -23) return 7;
        if (QuotientBits(mantissaA, mantissaB) is null) return DecoupledInexact;
        return DecoupledExact(Math.Max(0, BitOperations.TrailingZeroCount(mantissaB) - BitOperations.TrailingZeroCount(mantissaA)));
    }

    /// <summary>Snitch: the latency L of fsqrt.s.</summary>
    public static uint DecoupledSquareRoot(uint a)
    {
        if (IsSpecial(a) || (int)a < 0) return 7;
        return RootBits(a) is { } bits ? DecoupledExact(bits - 1) : 13;
    }

    private static uint DecoupledExact(int fractionBits) => fractionBits <= 2 ? 8 : Math.Min(13, 8 + (uint)(fractionBits + 1) / 4);

    private static int Exponent(uint value) => (int)(value >> 23) & ExponentMask;

    private static bool IsSpecial(uint value) => Exponent(value) == ExponentMask || (value & MagnitudeMask) == 0;

    /// <summary>Unbiased exponent and a mantissa of 24 bits; subnormal numbers are shifted up.</summary>
    private static (int Exponent, uint Mantissa) Normalise(uint value)
    {
        var mantissa = value & MantissaMask;
        if (Exponent(value) != 0) return (Exponent(value) - Bias, mantissa | Hidden);
        var shift = BitOperations.LeadingZeroCount(mantissa) - (32 - MantissaBits);
        return (1 - Bias - shift, mantissa << shift);
    }

    /// <summary>Significant bits of a quotient of two mantissas; null if the quotient has infinitely many.</summary>
    private static int? QuotientBits(uint a, uint b)
    {
        var divisor = b >> BitOperations.TrailingZeroCount(b);
        return a % divisor == 0 ? SignificantBits(a / divisor) : null;
    }

    /// <summary>Significant bits of a square root; null if it is not exact.</summary>
    private static int? RootBits(uint a)
    {
        var (exponent, mantissa) = Normalise(a);
        var zeros = BitOperations.TrailingZeroCount(mantissa);
        var odd = mantissa >> zeros;
        if ((exponent - (MantissaBits - 1) + zeros) % 2 != 0) return null;
        var root = (uint)Math.Sqrt(odd);
        return root * root == odd ? SignificantBits(root) : null;
    }

    private static int SignificantBits(uint value) => 32 - BitOperations.LeadingZeroCount(value) - BitOperations.TrailingZeroCount(value);
}
