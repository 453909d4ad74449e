namespace AhwaLora.Machine.Isa;

/// <summary>
/// Xfdotp: dot products and sums of neighbouring elements into wider ones, and the scalar multiplications that widen, as Snitch's FPU
/// has them (measured on its RTL). Each is <see cref="ExactNumber.DotProductSum"/> or an exact value, rounded once.
/// </summary>
internal static class Xfdotp
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        Dot("vfdotpex.s.h",    "1001011 fs2 fs1 000 fd3 0110011",   "fd, fs1, fs2", DotProduct),
        Dot("vfdotpex.s.r.h",  "1001011 fs2 fs1 100 fd 0110011",    "fd, fs1, fs2", DotProductOntoReplica),
        Dot("vfndotpex.s.h",   "1011101 fs2 fs1 000 fd3 0110011",   "fd, fs1, fs2", NegativeDotProduct),
        Dot("vfndotpex.s.r.h", "1011101 fs2 fs1 100 fd 0110011",    "fd, fs1, fs2", NegativeDotProductOntoReplica),
        Dot("vfsum.s",         "1000111 11100 fs1 000 fd3 0110011", "fd, fs1",      SumSingles),
        Dot("vfnsum.s",        "1010111 11100 fs1 000 fd3 0110011", "fd, fs1",      NegativeSumSingles),
        Dot("vfsum.h",         "1000111 11110 fs1 010 fd3 0110011", "fd, fs1",      SumHalves),
        Dot("vfnsum.h",        "1010111 11110 fs1 010 fd3 0110011", "fd, fs1",      NegativeSumHalves),
        Dot("vfsumex.s.h",     "1000111 10110 fs1 000 fd3 0110011", "fd, fs1",      SumWiden),
        Dot("vfnsumex.s.h",    "1010111 10110 fs1 000 fd3 0110011", "fd, fs1",      NegativeSumWiden),
        Scalar("fmulex.s.h",   "0100110 fs2 fs1 rm fd 1010011",          "fd, fs1, fs2, rm", MultiplyWiden),

        // Bits 31:27 name the accumulator, whatever rd: f10 (measured).
        Scalar("fmacex.s.h",   "fs3=01010 10 fs2 fs1 rm fd 1010011",     "fd, fs1, fs2, rm", MultiplyAccumulateWiden),
    ];

    private static InstructionRow Dot(string name, string pattern, string assembly, WideOperation semantics) =>
        new(Extension.Xfdotp, name, pattern, assembly, Shape.Wide, Unit.FloatDotProduct, semantics) { Format = FloatFormat.Half, Handover = Handover.Buffered, RoundsByFrm = true };

    private static InstructionRow Scalar(string name, string pattern, string assembly, WideOperation semantics) =>
        new(Extension.Xfdotp, name, pattern, assembly, Shape.Wide, Unit.FloatAddMultiply, semantics) { Format = FloatFormat.Half, Handover = Handover.Buffered };

    private static ulong DotProduct(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Dot(a, b, c, isNegative: false, rm, ref fflags);

    private static ulong NegativeDotProduct(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Dot(a, b, c, isNegative: true, rm, ref fflags);

    /// <summary>The replicating form replaces the accumulator, not a factor: by element 0 of rs2 as an H pattern, read as two S.</summary>
    private static ulong DotProductOntoReplica(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Dot(a, b, (b & 0xffff) * 0x0001_0001_0001_0001, isNegative: false, rm, ref fflags);

    private static ulong NegativeDotProductOntoReplica(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Dot(a, b, (b & 0xffff) * 0x0001_0001_0001_0001, isNegative: true, rm, ref fflags);

    /// <summary>Element 0 = rs1[0] + rs1[1] + rd[0]; the upper half is a box.</summary>
    private static ulong SumSingles(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Half<Binary32>(SumOf<Binary32, Binary32>(a, c, 0, isNegative: false, rm, ref fflags), c, ref fflags);

    private static ulong NegativeSumSingles(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Half<Binary32>(SumOf<Binary32, Binary32>(a, c, 0, isNegative: true, rm, ref fflags), c, ref fflags);

    private static ulong SumHalves(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Half<Binary16>(Sums<Binary16, Binary16>(a, c, isNegative: false, rm, ref fflags), c, ref fflags);

    private static ulong NegativeSumHalves(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Half<Binary16>(Sums<Binary16, Binary16>(a, c, isNegative: true, rm, ref fflags), c, ref fflags);

    private static ulong SumWiden(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Sums<Binary16, Binary32>(a, c, isNegative: false, rm, ref fflags);

    private static ulong NegativeSumWiden(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Sums<Binary16, Binary32>(a, c, isNegative: true, rm, ref fflags);

    private static ulong MultiplyWiden(ulong a, ulong b, ulong c, uint rm, ref uint fflags) =>
        NanBoxing.Box<Binary32>(SnitchFloat.Round<Binary32>(Half(a) * Half(b), rm, ref fflags));

    private static ulong MultiplyAccumulateWiden(ulong a, ulong b, ulong c, uint rm, ref uint fflags) =>
        NanBoxing.Box<Binary32>(SnitchFloat.Round<Binary32>(ExactNumber.Sum(Half(a) * Half(b), SoftFloat<Binary32>.Unpack(NanBoxing.Unbox<Binary32>(c)), rm), rm, ref fflags));

    /// <summary>A result of 32 bits under a box. The unit adds nothing to the upper elements of rd, but a signalling NaN there raises NV (measured).</summary>
    private static ulong Half<TFormat>(ulong result, ulong c, ref uint fflags)
        where TFormat : struct, IBinaryFormat
    {
        for (var at = 32; at < 64; at += SoftFloat<TFormat>.Width)
        {
            if (Element<TFormat>(c, at).Kind == NumberKind.Invalid) fflags |= FFlags.Invalid;
        }

        return NanBoxing.Box<Binary32>(result);
    }

    private static ExactNumber Half(ulong register) => SoftFloat<Binary16>.Unpack(NanBoxing.Unbox<Binary16>(register));

    /// <summary>S element j = rs1[2j] rs2[2j] + rs1[2j + 1] rs2[2j + 1] + rd[j]; the negative form negates the products.</summary>
    private static ulong Dot(ulong a, ulong b, ulong c, bool isNegative, uint rm, ref uint fflags)
    {
        var result = 0UL;
        for (var at = 0; at < 64; at += 32)
        {
            var first = Element<Binary16>(a, at) * Element<Binary16>(b, at);
            var second = Element<Binary16>(a, at + 16) * Element<Binary16>(b, at + 16);
            if (isNegative) (first, second) = (-first, -second);
            result |= SnitchFloat.Round<Binary32>(ExactNumber.DotProductSum(first, second, Element<Binary32>(c, at), rm), rm, ref fflags) << at;
        }

        return result;
    }

    /// <summary>The sums of two neighbours and an element of rd, in the format of rd.</summary>
    private static ulong Sums<TFrom, TTo>(ulong a, ulong c, bool isNegative, uint rm, ref uint fflags)
        where TFrom : struct, IBinaryFormat
        where TTo : struct, IBinaryFormat =>
        SumOf<TFrom, TTo>(a, c, 0, isNegative, rm, ref fflags) | SumOf<TFrom, TTo>(a, c, 1, isNegative, rm, ref fflags);

    private static ulong SumOf<TFrom, TTo>(ulong a, ulong c, int j, bool isNegative, uint rm, ref uint fflags)
        where TFrom : struct, IBinaryFormat
        where TTo : struct, IBinaryFormat
    {
        var (from, to) = (SoftFloat<TFrom>.Width * 2 * j, SoftFloat<TTo>.Width * j);
        var (first, second) = (Element<TFrom>(a, from), Element<TFrom>(a, from + SoftFloat<TFrom>.Width));
        if (isNegative) (first, second) = (-first, -second);
        return SnitchFloat.Round<TTo>(ExactNumber.DotProductSum(first, second, Element<TTo>(c, to), rm), rm, ref fflags) << to;
    }

    private static ExactNumber Element<TFormat>(ulong register, int at)
        where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Unpack(register >> at & ulong.MaxValue >> (64 - SoftFloat<TFormat>.Width));
}
