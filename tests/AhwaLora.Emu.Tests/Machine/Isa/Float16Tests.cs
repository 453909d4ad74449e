using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>
/// Binary16 against the definition of rounding: the results are looked up in the list of all numbers. And the host's vectors against
/// the integers.
/// </summary>
public sealed class Float16Tests
{
    private static readonly uint[] _corners =
    [
        0, 1, 2, 0x1FF, 0x200, 0x3FE, 0x3FF, 0x400, 0x401, 0x7FF, 0x13FF, 0x1400, 0x1401, 0x3555, 0x37FF, 0x3800, 0x3BFF, 0x3C00, 0x3C01, 0x3FFF, 0x4000, 0x4001,
        0x5BFF, 0x6400, 0x6401, 0x7800, 0x7BFE, 0x7BFF, 0x7C00, 0x7C01, 0x7DFF, 0x7E00, 0x7FFF,
    ];

    // All magnitudes in units of 2^-48, and the first that overflows.
    private static readonly Int128[] _magnitudes = [.. Enumerable.Range(0, 0x7C01).Select(bits => Units((uint)bits))];

    private static readonly Int128 _smallestNormal = _magnitudes[0x400];

    private static IEnumerable<uint> Corners => _corners.SelectMany(c => new[] { c, c | Float16.SignBit });

    private static Int128 Units(uint bits)
    {
        var (exponent, fraction) = ((int)(bits >> 10 & 31), (Int128)(bits & 0x3FF));
        var magnitude = exponent == 0 ? fraction << 24 : (fraction + 0x400) << (exponent + 23);
        return (bits & Float16.SignBit) != 0 ? -magnitude : magnitude;
    }

    private static bool IsFinite(uint bits) => (bits & 0x7C00) != 0x7C00;

    private static (uint Bits, uint Flags) Fma(uint a, uint b, uint c, uint rm)
    {
        if (new[] { a, b, c }.All(IsFinite))
        {
            var productIsNegative = ((a ^ b) & Float16.SignBit) != 0;
            var exact = (Units(a) >> 24) * (Units(b) >> 24) + Units(c); // a number is a multiple of 2^-24
            if (exact != 0) return Round(exact, rm);
            var bothNegative = productIsNegative && (c & Float16.SignBit) != 0;
            var bothPositive = !productIsNegative && (c & Float16.SignBit) == 0;
            return (bothNegative || (!bothPositive && rm == RoundingMode.Down) ? Float16.SignBit : 0, 0);
        }

        // No rounding: what is not finite is the same in every format.
        var isSignalling = new[] { a, b, c }.Any(v => (v & 0x7C00) == 0x7C00 && (v & 0x3FF) is > 0 and < 0x200);
        double x = Value(a), y = Value(b), z = Value(c);
        var isInvalid = isSignalling || (double.IsInfinity(x) && y == 0) || (x == 0 && double.IsInfinity(y));
        var result = x * y + z;
        if (double.IsNaN(result)) return (Float16.CanonicalNaN, isInvalid || !(double.IsNaN(x) || double.IsNaN(y) || double.IsNaN(z)) ? FFlags.Invalid : 0);
        return (result > 0 ? Float16.Infinity : Float16.Infinity | Float16.SignBit, 0);
    }

    private static double Value(uint bits) => (double)BitConverter.UInt16BitsToHalf((ushort)bits);

    /// <summary>IEEE 754-2019 section 4.3: the neighbours in the list of all numbers, and the nearer or the one on the mode's side.</summary>
    private static (uint Bits, uint Flags) Round(Int128 exact, uint rm)
    {
        var sign = exact < 0 ? Float16.SignBit : 0;
        var magnitude = Int128.Abs(exact);
        var isAway = rm == (exact < 0 ? RoundingMode.Down : RoundingMode.Up);
        var index = Array.BinarySearch(_magnitudes, magnitude);
        if (index >= 0 && index < 0x7C00) return (sign | (uint)index, 0);
        var below = index >= 0 ? index : ~index - 1;
        if (below >= 0x7C00) return (sign | (isAway || IsNearest(rm) ? 0x7C00u : 0x7BFF), FFlags.Overflow | FFlags.Inexact);
        var toHalf = (2 * magnitude).CompareTo(_magnitudes[below] + _magnitudes[below + 1]);
        var goesUp = isAway || (IsNearest(rm) && (toHalf > 0 || (toHalf == 0 && (rm == RoundingMode.NearestMaxMagnitude || below % 2 == 1))));
        var bits = (uint)(goesUp ? below + 1 : below);
        return (sign | bits, FFlags.Inexact | (bits == 0x7C00 ? FFlags.Overflow : IsTiny(magnitude, isAway, rm) ? FFlags.Underflow : 0));
    }

    private static bool IsNearest(uint rm) => rm is RoundingMode.NearestEven or RoundingMode.NearestMaxMagnitude;

    /// <summary>Tiny after rounding (F.4): just below the smallest normal number, numbers without a least exponent would be 2^-25 apart.</summary>
    private static bool IsTiny(Int128 magnitude, bool isAway, uint rm)
    {
        var step = (Int128)1 << 23;
        if (isAway) return magnitude <= _smallestNormal - step;
        return magnitude < (IsNearest(rm) ? _smallestNormal - step / 2 : _smallestNormal);
    }

    private static void AssertFma(uint a, uint b, uint c, uint rm)
    {
        var flags = 0u;
        var got = Float16.Fma(a, b, c, rm, ref flags);
        if ((got, flags) != Fma(a, b, c, rm)) Assert.Fail($"fma({a:x4}, {b:x4}, {c:x4}) in mode {rm} is {got:x4} with flags {flags}; expected {Fma(a, b, c, rm)}");
    }

    [Fact]
    public void Fma_of_corners_is_exact_in_every_mode()
    {
        foreach (var a in Corners)
        {
            foreach (var b in Corners)
            {
                foreach (var c in Corners) AssertFma(a, b, c, (a + b + c) % 5);
            }
        }
    }

    [Fact]
    public void Fma_of_random_numbers_is_exact_in_every_mode()
    {
        var random = new Random(1);
        for (var n = 0; n < 300_000; n++)
        {
            var (a, b, c) = Draw(random, n);
            AssertFma(a, b, c, (uint)n / 4 % 5);
        }
    }

    [Fact]
    public void Sums_products_minima_and_maxima_are_those_of_the_definition()
    {
        var random = new Random(2);
        foreach (var (a, b) in Corners.SelectMany(a => Corners.Select(b => (a, b))).Concat(Enumerable.Range(0, 100_000).Select(n => (Draw(random, n).A, Draw(random, n).B))))
        {
            var flags = 0u;
            Assert.Equal(Fma(a, Float16.One, b, 0).Bits, Float16.Add(a, b, 0, ref flags));
            Assert.Equal(Fma(a, b, (a ^ b) & Float16.SignBit, 0).Bits, Float16.Mul(a, b, 0, ref flags));
            var (x, y) = (Value(a), Value(b));
            var (least, most) = (double.MinNumber(x, y), double.MaxNumber(x, y));
            Assert.Equal(Bits(least), Float16.Min(a, b, ref flags));
            Assert.Equal(Bits(most), Float16.Max(a, b, ref flags));
        }

        static uint Bits(double value) => double.IsNaN(value) ? Float16.CanonicalNaN : BitConverter.HalfToUInt16Bits((Half)value);
    }

    [Fact]
    public void Minimum_and_maximum_are_invalid_only_for_signalling_NaNs()
    {
        foreach (var (a, b, expected) in new[] { (0x7E00u, 0x3C00u, 0u), (0x7C01u, 0x3C00u, FFlags.Invalid), (0x3C00u, 0xFDFFu, FFlags.Invalid) })
        {
            var (low, high) = (0u, 0u);
            Float16.Min(a, b, ref low);
            Float16.Max(a, b, ref high);
            Assert.Equal((expected, expected), (low, high));
        }
    }

    [Fact]
    public void Every_number_survives_as_a_double()
    {
        for (var bits = 0u; bits < 0x1_0000; bits++)
        {
            Assert.Equal(Value(bits), HostFloat16.ToDouble((ushort)bits));
            Assert.Equal(Float16.IsNaN(bits) ? Float16.CanonicalNaN : bits, HostFloat16.ToBits(HostFloat16.ToDouble((ushort)bits)));
        }
    }

    [Fact]
    public void The_hosts_vectors_agree_with_the_integers()
    {
        var random = new Random(3);
        foreach (var (a, b, c) in Corners.SelectMany(a => Corners.SelectMany(b => Corners.Select(c => (a, b, c)))).Concat(Enumerable.Range(0, 1_000_000).Select(n => Draw(random, n))))
        {
            var flags = 0u;
            var (x, w, y) = (Vector(a), Vector(b), Vector(c));
            Same(Float16.Fma(a, b, c, 0, ref flags), HostFloat16.MultiplyAdd(x, w, y));
            Same(Float16.Add(a, b, 0, ref flags), HostFloat16.Add(x, w));
            Same(Float16.Mul(a, b, 0, ref flags), HostFloat16.Multiply(x, w));
            Same(Float16.Min(a, b, ref flags), HostFloat16.Min(x, w));
            Same(Float16.Max(a, b, ref flags), HostFloat16.Max(x, w));

            void Same(uint expected, System.Numerics.Vector<double> got)
            {
                if (HostFloat16.ToBits(got[0]) != expected) Assert.Fail($"{a:x4}, {b:x4}, {c:x4}: {HostFloat16.ToBits(got[0]):x4}; expected {expected:x4}");
            }
        }

        static System.Numerics.Vector<double> Vector(uint bits) => new(HostFloat16.ToDouble((ushort)bits));
    }

    /// <summary>Any patterns; sums that nearly cancel; products near the middle of two numbers with a small addend; subnormals.</summary>
    private static (uint A, uint B, uint C) Draw(Random random, int n)
    {
        uint Any() => (uint)random.Next(0x1_0000);
        var flags = 0u;
        switch (n % 4)
        {
            case 0:
                return (Any(), Any(), Any());
            case 1:
                var (a, b) = (Any(), Any());
                return (a, b, Float16.Mul(a, b, 0, ref flags) ^ Float16.SignBit ^ (uint)random.Next(4));
            case 2:
                return (0x3C00 + (uint)random.Next(0x400), 0x3C00 + (uint)random.Next(0x400), (uint)random.Next(0x1800) | (uint)random.Next(2) << 15);
            default:
                return (Any() & 0x83FF, Any(), Any() & 0x87FF);
        }
    }
}
