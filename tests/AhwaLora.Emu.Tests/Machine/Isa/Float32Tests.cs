using System.Globalization;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>
/// Every form of every operation against exact arithmetic, results and flags, in the five rounding modes.
/// AHWALORA_FP_CASES is the number of random cases an operation.
/// </summary>
public sealed class Float32Tests
{
    private const int DefaultCases = 1_000_000;
    private const int Chunks = 20;

    private static readonly uint[] s_modes =
    [
        RoundingMode.NearestEven, RoundingMode.TowardsZero, RoundingMode.Down, RoundingMode.Up,
        RoundingMode.NearestMaxMagnitude,
    ];

    public static TheoryData<string> Operations => [.. FloatOperation.All.Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Corner_values_agree_with_exact_arithmetic(string name)
    {
        FloatOperation operation = Find(name);
        IReadOnlyList<uint> corners = FloatCases.Corners, single = [0];
        Parallel.ForEach(corners, a =>
        {
            foreach (uint b in operation.Arity > 1 ? corners : single)
                foreach (uint c in operation.Arity > 2 ? corners : single)
                    foreach (uint rm in s_modes)
                        Check(operation, new(a, b, c), rm);
        });
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Random_values_agree_with_exact_arithmetic(string name)
    {
        FloatOperation operation = Find(name);
        string? asked = Environment.GetEnvironmentVariable("AHWALORA_FP_CASES");
        int count = asked is null ? DefaultCases : int.Parse(asked, CultureInfo.InvariantCulture);
        Parallel.For(0, Chunks, chunk =>
        {
            var cases = new FloatCases(seed: chunk);
            for (int i = chunk; i < count; i += Chunks)
                Check(operation, operation.Draw(cases), s_modes[i / Chunks % s_modes.Length]);
        });
    }

    /// <summary>Literals worked out by hand, so that the oracle is not believed on its own word.</summary>
    [Theory]
    [InlineData("Add", 0x3f800000, 0x33800000, 0, RoundingMode.NearestEven, 0x3f800000, FFlags.Inexact)]         // 1 + 2^-24: a tie
    [InlineData("Add", 0x3f800000, 0x33800000, 0, RoundingMode.NearestMaxMagnitude, 0x3f800001, FFlags.Inexact)]
    [InlineData("Add", 0x3f800000, 0xbf800000, 0, RoundingMode.Down, 0x80000000, 0)]                             // 1 - 1
    [InlineData("Add", 0x7f7fffff, 0x7f7fffff, 0, RoundingMode.TowardsZero, 0x7f7fffff, FFlags.Overflow | FFlags.Inexact)]
    [InlineData("Sub", 0x7f800000, 0x7f800000, 0, RoundingMode.NearestEven, 0x7fc00000, FFlags.Invalid)]         // inf - inf
    [InlineData("Mul", 0x00800001, 0x3f7ffffe, 0, RoundingMode.NearestEven, 0x00800000, FFlags.Inexact)]         // not tiny once rounded
    [InlineData("Mul", 0x00800000, 0x3f7fffff, 0, RoundingMode.NearestEven, 0x00800000, FFlags.Underflow | FFlags.Inexact)] // tiny, packs as normal
    [InlineData("Mul", 0x00000001, 0x3f000000, 0, RoundingMode.Up, 0x00000001, FFlags.Underflow | FFlags.Inexact)]
    [InlineData("Mul", 0x00800000, 0x3f000000, 0, RoundingMode.NearestEven, 0x00400000, 0)]                      // subnormal and exact
    [InlineData("Div", 0xbf800000, 0x00000000, 0, RoundingMode.NearestEven, 0xff800000, FFlags.DivideByZero)]
    [InlineData("Div", 0x3f800000, 0x40400000, 0, RoundingMode.Up, 0x3eaaaaab, FFlags.Inexact)]                  // 1 / 3
    [InlineData("Sqrt", 0x40000000, 0, 0, RoundingMode.NearestEven, 0x3fb504f3, FFlags.Inexact)]
    [InlineData("Sqrt", 0x80000000, 0, 0, RoundingMode.NearestEven, 0x80000000, 0)]
    [InlineData("Fma", 0x7f800000, 0x00000000, 0x7fc00000, RoundingMode.NearestEven, 0x7fc00000, FFlags.Invalid)] // inf * 0 + qNaN
    [InlineData("FnmAdd", 0x3f800000, 0x3f800000, 0xbf800000, RoundingMode.NearestEven, 0x00000000, 0)]          // -(1 * 1) + 1
    [InlineData("Min", 0x00000000, 0x80000000, 0, RoundingMode.NearestEven, 0x80000000, 0)]
    [InlineData("Max", 0x7f800001, 0x3f800000, 0, RoundingMode.NearestEven, 0x3f800000, FFlags.Invalid)]
    [InlineData("Eq", 0x7fc00000, 0x3f800000, 0, RoundingMode.NearestEven, 0, 0)]
    [InlineData("Lt", 0x7fc00000, 0x3f800000, 0, RoundingMode.NearestEven, 0, FFlags.Invalid)]
    [InlineData("Classify", 0x80000001, 0, 0, RoundingMode.NearestEven, 1 << 2, 0)]
    [InlineData("ToInt32", 0xff800000, 0, 0, RoundingMode.NearestEven, 0x80000000, FFlags.Invalid)]
    [InlineData("ToInt32", 0xffc00000, 0, 0, RoundingMode.NearestEven, 0x7fffffff, FFlags.Invalid)]              // a NaN has no sign
    [InlineData("ToUInt32", 0xbf000000, 0, 0, RoundingMode.NearestEven, 0, FFlags.Inexact)]                      // -0.5
    [InlineData("ToUInt32", 0xbf000000, 0, 0, RoundingMode.Down, 0, FFlags.Invalid)]
    [InlineData("FromInt32", 0xfeffffff, 0, 0, RoundingMode.NearestEven, 0xcb800000, FFlags.Inexact)]            // -(2^24 + 1)
    [InlineData("FromUInt32", 0xffffffff, 0, 0, RoundingMode.NearestEven, 0x4f800000, FFlags.Inexact)]
    public void Known_cases_hold(string name, uint a, uint b, uint c, uint rm, uint bits, uint flags)
    {
        FloatOperation operation = Find(name);
        Assert.Equal(new ExactFloat.Outcome(bits, flags), operation.Exact(a, b, c, rm));
        Check(operation, new(a, b, c), rm);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Flags_accrue(string name)
    {
        FloatOperation operation = Find(name);
        const uint All = FFlags.Inexact | FFlags.Underflow | FFlags.Overflow | FFlags.DivideByZero | FFlags.Invalid;
        foreach (uint a in FloatCases.Corners)
        {
            uint fflags = All;
            operation.Fast(a, 0x3f800001, a, RoundingMode.NearestEven, ref fflags);
            Assert.Equal(All, fflags);
        }
    }

    [Fact]
    public void Sign_injection_touches_the_sign_only()
    {
        Assert.Equal(0xff800001u, Float32.Sgnj(0x7f800001, 0x80000000));
        Assert.Equal(0x7f800001u, Float32.Sgnjn(0xff800001, 0x80000000));
        Assert.Equal(0x7f800001u, Float32.Sgnjx(0xff800001, 0xbf800000));
        Assert.Equal(0x80000000u, Float32.Sgnjx(0x80000000, 0x3f800000));
    }

    private static FloatOperation Find(string name) => FloatOperation.All.Single(operation => operation.Name == name);

    private static void Check(FloatOperation operation, FloatCases.Operands operands, uint rm)
    {
        (uint a, uint b, uint c) = operands;
        ExactFloat.Outcome exact = operation.Exact(a, b, c, rm);
        Expect(exact, Run(operation.Fast), "fast");
        if (operation.Soft is { } soft) Expect(exact, Run(soft), "soft");
        if (rm != RoundingMode.NearestEven) return;

        if (operation.Host is { } host)
        {
            float result = host(Single(a), Single(b), Single(c));
            uint bits = float.IsNaN(result) ? Float32.CanonicalNaN : BitConverter.SingleToUInt32Bits(result);
            Expect(exact, exact with { Bits = bits }, "host");
        }

        ExactFloat.Outcome Run(FloatOperation.Rounded form)
        {
            uint fflags = 0;
            uint bits = form(a, b, c, rm, ref fflags);
            return new(bits, fflags);
        }

        void Expect(ExactFloat.Outcome expected, ExactFloat.Outcome actual, string form)
        {
            if (expected != actual)
                Assert.Fail($"{form} {operation} {a:x8} {b:x8} {c:x8} rm {rm}: expected {expected.Bits:x8} flags " +
                    $"{expected.Flags:x2}, got {actual.Bits:x8} flags {actual.Flags:x2}");
        }
    }

    private static float Single(uint bits) => BitConverter.UInt32BitsToSingle(bits);
}
