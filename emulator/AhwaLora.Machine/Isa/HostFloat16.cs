using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// Binary16 arithmetic of many elements at once, rounded to nearest even and without flags: the operations of
/// <see cref="Float16"/>, done with the host's doubles. Each double here is a binary16 number, or any NaN.
/// </summary>
/// <remarks>
/// Rounding the double of x * w + y to binary16 rounds only once in effect:
/// <list type="bullet">
/// <item>x * w has 22 bits, so it is exact.</item>
/// <item>The sum is a multiple of 2^-48. If it needs more than 53 bits, then y is at least 2^4 and, since x * w has 22 bits, more than
/// 2^30 times x * w. Then the exact sum and its double both lie within 2^-30 of y, relative to y, while the nearest number at which the
/// rounding to binary16 changes lies 2^-12 away.</item>
/// </list>
/// .NET evaluates each operation in the precision of its type and never contracts two into one.
/// </remarks>
public static class HostFloat16
{
    private const long SignMask = long.MinValue, MagnitudeMask = long.MaxValue, ExponentMask = 0x7FFL << 52;

    // Added to the bits of 2^e, this makes 1.5 * 2^(e + 42), whose last place is 2^(e - 10).
    private const long LastPlace = 42L << 52 | 1L << 51;

    private const double SmallestNormal = 1.0 / (1 << 14), Overflow = 65536;

    // The fraction of a double is 42 bits longer. Its exponent field is larger by 1008, and has 11 bits where binary16 has 5.
    private const int LongerFraction = 42;
    private const long ExponentField = 0x7FFL << 10;
    private static readonly double _rebias = Math.ScaleB(1, 1008), _unbias = Math.ScaleB(1, -1008);

    /// <summary>x * w + y, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> MultiplyAdd(Vector<double> x, Vector<double> w, Vector<double> y) => Round(x * w + y);

    /// <summary>x + w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Add(Vector<double> x, Vector<double> w) => Round(x + w);

    /// <summary>x * w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Multiply(Vector<double> x, Vector<double> w) => Round(x * w);

    /// <summary>The lesser number; a NaN only if both are, and -0 below +0 (IEEE 754-2019 section 9.6).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Min(Vector<double> a, Vector<double> b) => Vector.MinNumber(a, b);

    /// <summary>The greater number; a NaN only if both are, and -0 below +0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Max(Vector<double> a, Vector<double> b) => Vector.MaxNumber(a, b);

    /// <summary>
    /// Doubles rounded to binary16. Adding and subtracting a number whose last place is that of the result lets the host round; a
    /// subnormal result has the last place of the smallest normal number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Round(Vector<double> value)
    {
        var bits = value.As<double, long>();
        var power = Vector.Max((bits & new Vector<long>(ExponentMask)).As<long, double>(), new Vector<double>(SmallestNormal));
        var magic = (power.As<double, long>() + new Vector<long>(LastPlace)).As<long, double>();
        var rounded = value + magic - magic;
        var isOverflow = Vector.GreaterThanOrEqual(Vector.Abs(rounded), new Vector<double>(Overflow));
        rounded = Vector.ConditionalSelect(isOverflow, new Vector<double>(double.PositiveInfinity), rounded);
        return (rounded.As<double, long>() & new Vector<long>(MagnitudeMask) | bits & new Vector<long>(SignMask)).As<long, double>();
    }

    /// <summary>The doubles of binary16 numbers.</summary>
    /// <param name="bits">Little-endian, 2 bytes each.</param>
    /// <param name="values">As many doubles.</param>
    public static void Widen(ReadOnlySpan<byte> bits, Span<double> values)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bits);
        for (var n = 0; n < values.Length; n++) values[n] = ToDouble(halves[n]);
    }

    /// <summary>The bits of doubles that are binary16 numbers; of a NaN, those of the canonical one.</summary>
    /// <param name="values">The doubles.</param>
    /// <param name="bits">2 bytes each, little-endian.</param>
    public static void Narrow(ReadOnlySpan<double> values, Span<byte> bits)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(bits);
        for (var n = 0; n < values.Length; n++) halves[n] = ToBits(values[n]);
    }

    /// <summary>The double of a binary16 number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(ushort bits)
    {
        long magnitude = bits & 0x7FFF;
        if (magnitude >= Float16.Infinity) magnitude |= ExponentField;
        var value = BitConverter.Int64BitsToDouble(magnitude << LongerFraction) * _rebias;
        return (bits & Float16.SignBit) != 0 ? -value : value;
    }

    /// <summary>The bits of a double that is a binary16 number; of a NaN, those of the canonical one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToBits(double value)
    {
        if (double.IsNaN(value)) return (ushort)Float16.CanonicalNaN;
        var sign = double.IsNegative(value) ? Float16.SignBit : 0;
        return (ushort)(sign | (uint)(BitConverter.DoubleToInt64Bits(Math.Abs(value) * _unbias) >> LongerFraction) & 0x7FFF);
    }
}
