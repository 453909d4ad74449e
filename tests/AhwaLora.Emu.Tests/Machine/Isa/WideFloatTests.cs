using AhwaLora.Emu.Tests.Conformance;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>Binary16, binary32 and binary64 by <see cref="SoftFloat{TFormat}"/> against exact rationals: corners and random operands, five modes, results and flags.</summary>
public sealed class WideFloatTests
{
    private const int Cases = 4000;

    private static readonly uint[] Modes = [RoundingMode.NearestEven, RoundingMode.TowardsZero, RoundingMode.Down, RoundingMode.Up, RoundingMode.NearestMaxMagnitude];

    [Fact]
    public void Half_precision_is_exact() => Check<Binary16>(ExactFormat.Half);

    [Fact]
    public void Single_precision_is_exact() => Check<Binary32>(ExactFormat.Single);

    [Fact]
    public void Double_precision_is_exact() => Check<Binary64>(ExactFormat.Double);

    private static void Check<TFormat>(ExactFormat format)
        where TFormat : struct, IBinaryFormat
    {
        var random = new ProgramRandom((ulong)format.FractionBits);
        for (var n = 0; n < Cases; n++)
        {
            var rm = Modes[n % Modes.Length];
            var (a, b, c) = (Operand<TFormat>(random), Operand<TFormat>(random), Operand<TFormat>(random));
            var ignored = 0u;
            if (random.OneIn(4)) c = SoftFloat<TFormat>.Mul(a, b, rm, ref ignored) ^ (random.OneIn(2) ? SoftFloat<TFormat>.SignBit : 0);
            var (x, y, z) = (format.Of(a), format.Of(b), format.Of(c));
            Same("add", SoftFloat<TFormat>.Add, format.Add(x, y, rm));
            Same("sub", SoftFloat<TFormat>.Sub, format.Add(x, -y, rm));
            Same("mul", SoftFloat<TFormat>.Mul, format.Mul(x, y, rm));
            Same("div", SoftFloat<TFormat>.Div, format.Div(x, y, rm));
            Same("madd", (ulong p, ulong q, uint mode, ref uint flags) => SoftFloat<TFormat>.Fma(p, q, c, mode, ref flags), format.Fma(x, y, z, rm));
            Same("nmadd", (ulong p, ulong q, uint mode, ref uint flags) => SoftFloat<TFormat>.FnmAdd(p, q, c, mode, ref flags), format.Fma(-x, y, -z, rm));
            Same("sqrt", (ulong p, ulong _, uint mode, ref uint flags) => SoftFloat<TFormat>.Sqrt(p, mode, ref flags), format.Sqrt(x, rm));
            Same("to half", (ulong p, ulong _, uint mode, ref uint flags) => SoftFloat<Binary16>.Convert<TFormat>(p, mode, ref flags), ExactFormat.Half.Convert(x, rm));
            Same("to double", (ulong p, ulong _, uint mode, ref uint flags) => SoftFloat<Binary64>.Convert<TFormat>(p, mode, ref flags), ExactFormat.Double.Convert(x, rm));
            var (integer, raised) = ExactFormat.ToInteger(x, rm, int.MinValue, int.MaxValue);
            Same("to integer", (ulong p, ulong _, uint mode, ref uint flags) => (ulong)SoftFloat<TFormat>.ToInteger(p, mode, int.MinValue, int.MaxValue, ref flags), ((ulong)integer, raised));

            void Same(string operation, Operation computed, (ulong Bits, uint Flags) expected)
            {
                var flags = 0u;
                var bits = computed(a, b, rm, ref flags);
                Assert.True((bits, flags) == expected, $"{operation} {a:x} {b:x} {c:x} rm {rm}: {bits:x} {flags:x}, expected {expected.Bits:x} {expected.Flags:x}");
            }
        }
    }

    private delegate ulong Operation(ulong a, ulong b, uint rm, ref uint flags);

    /// <summary>A corner, or a number whose exponent is near the middle or an end of the range.</summary>
    private static ulong Operand<TFormat>(ProgramRandom random)
        where TFormat : struct, IBinaryFormat
    {
        var bits = (random.Next() | (ulong)random.Next() << 32) & ((SoftFloat<TFormat>.SignBit << 1) - 1);
        var fraction = bits & ~SoftFloat<TFormat>.Infinity;
        var one = SoftFloat<TFormat>.Infinity >> 1 & SoftFloat<TFormat>.Infinity;
        var sign = bits & SoftFloat<TFormat>.SignBit;
        ulong[] corners = [0, 1, SoftFloat<TFormat>.SmallestNormal - 1, SoftFloat<TFormat>.SmallestNormal, one, SoftFloat<TFormat>.Infinity - 1, SoftFloat<TFormat>.Infinity, SoftFloat<TFormat>.Infinity + 1, SoftFloat<TFormat>.CanonicalNaN];
        return random.Between(0, 5) switch
        {
            0 => sign | corners[random.Between(0, corners.Length - 1)],
            1 => bits,
            2 => fraction | (ulong)random.Between(0, 2) * SoftFloat<TFormat>.SmallestNormal,
            _ => fraction | (one + (ulong)random.Between(0, 12) * SoftFloat<TFormat>.SmallestNormal - 6 * SoftFloat<TFormat>.SmallestNormal),
        };
    }
}
