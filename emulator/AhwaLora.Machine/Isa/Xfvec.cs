namespace AhwaLora.Machine.Isa;

/// <summary>Xfvec: packed S and H in registers of 64 bits, and conversions between them, as Snitch's FPU has them (measured on its RTL; docs/conformance.md).</summary>
internal static class Xfvec
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        .. Packed<Binary32>("s", FloatFormat.Single, "000", "100"),
        .. Packed<Binary16>("h", FloatFormat.Half, "010", "110"),
        Convert("vfcpka.s.s", "1011000 fs2 fs1 000 fd 0110011", "fd, fs1, fs2", FloatFormat.Single, PackSingles),
        Convert("vfcpka.h.s", "1011000 fs2 fs1 010 fd3 0110011", "fd, fs1, fs2", FloatFormat.Half, PackLowHalves),
        Convert("vfcpkb.h.s", "1011000 fs2 fs1 110 fd3 0110011", "fd, fs1, fs2", FloatFormat.Half, PackHighHalves),
        Convert("vfcvt.s.h", "1001100 00110 fs1 000 fd 0110011", "fd, fs1", FloatFormat.Single, WidenLow),
        Convert("vfcvtu.s.h", "1001100 00110 fs1 100 fd 0110011", "fd, fs1", FloatFormat.Single, WidenHigh),
        Convert("vfcvt.h.s", "1001100 00100 fs1 010 fd 0110011", "fd, fs1", FloatFormat.Half, Narrow),
        Convert("vfcvtu.h.s", "1001100 00100 fs1 110 fd 0110011", "fd, fs1", FloatFormat.Half, Narrow),
    ];

    /// <summary>fcvt.s.h on this FPU.</summary>
    public static ulong SingleFromHalf(ulong a, ulong b, ulong c, uint rm, ref uint fflags) =>
        NanBoxing.Box<Binary32>(SnitchFloat.Convert<Binary16, Binary32>(NanBoxing.Unbox<Binary16>(a), rm, ref fflags));

    /// <summary>fcvt.h.s on this FPU.</summary>
    public static ulong HalfFromSingle(ulong a, ulong b, ulong c, uint rm, ref uint fflags) =>
        NanBoxing.Box<Binary16>(SnitchFloat.Convert<Binary32, Binary16>(NanBoxing.Unbox<Binary32>(a), rm, ref fflags));

    private static IEnumerable<InstructionRow> Packed<TFormat>(string letter, FloatFormat format, string each, string replicating)
        where TFormat : struct, IBinaryFormat
    {
        return
        [
            .. Pair<TFormat, Lanes.Add>("vfadd", "1000001", "fd", Unit.FloatAddMultiply),
            .. Pair<TFormat, Lanes.Sub>("vfsub", "1000010", "fd", Unit.FloatAddMultiply),
            .. Pair<TFormat, Lanes.Mul>("vfmul", "1000011", "fd", Unit.FloatAddMultiply),
            .. Pair<TFormat, Lanes.Min>("vfmin", "1000101", "fd", Unit.FloatNonComputational),
            .. Pair<TFormat, Lanes.Max>("vfmax", "1000110", "fd", Unit.FloatNonComputational),
            .. Pair<TFormat, Lanes.Mac>("vfmac", "1001000", "fd3", Unit.FloatAddMultiply),
            .. Pair<TFormat, Lanes.Mre>("vfmre", "1001001", "fd3", Unit.FloatAddMultiply),
            .. Pair<TFormat, Lanes.Sgnj>("vfsgnj", "1001101", "fd", Unit.FloatNonComputational),
            .. Pair<TFormat, Lanes.Sgnjn>("vfsgnjn", "1001110", "fd", Unit.FloatNonComputational),
            .. Pair<TFormat, Lanes.Sgnjx>("vfsgnjx", "1001111", "fd", Unit.FloatNonComputational),
        ];

        // Each operation has two forms; the second takes element 0 of rs2 for all.
        IEnumerable<InstructionRow> Pair<TLane, TOperation>(string name, string operation, string destination, Unit unit)
            where TLane : struct, IBinaryFormat
            where TOperation : struct, ILaneOperation =>
        [
            Row($"{name}.{letter}", $"{operation} fs2 fs1 {each} {destination} 0110011", unit, PackedFloat<TLane, TOperation>.Each),
            Row($"{name}.r.{letter}", $"{operation} fs2 fs1 {replicating} {destination} 0110011", unit, PackedFloat<TLane, TOperation>.Replicated),
        ];

        InstructionRow Row(string name, string pattern, Unit unit, WideOperation semantics) => new(Extension.Xfvec, name, pattern, "fd, fs1, fs2", Shape.Wide, unit, semantics)
        {
            Format = format,
            Handover = Handover.Buffered,
            RoundsByFrm = unit == Unit.FloatAddMultiply,
        };
    }

    /// <summary>The unit converts, S to S: a NaN becomes the canonical one (measured).</summary>
    private static ulong PackSingles(ulong a, ulong b, ulong c, uint rm, ref uint fflags) =>
        SnitchFloat.Convert<Binary32, Binary32>((uint)a, rm, ref fflags) | SnitchFloat.Convert<Binary32, Binary32>((uint)b, rm, ref fflags) << 32;

    private static ulong PackLowHalves(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => (c & ~0xffff_ffffUL) | Halves(a, b, rm, ref fflags);

    private static ulong PackHighHalves(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => (c & 0xffff_ffffUL) | Halves(a, b, rm, ref fflags) << 32;

    private static ulong WidenLow(ulong a, ulong b, ulong c, uint rm, ref uint fflags) =>
        SnitchFloat.Convert<Binary16, Binary32>(a & 0xffff, rm, ref fflags) | SnitchFloat.Convert<Binary16, Binary32>(a >> 16 & 0xffff, rm, ref fflags) << 32;

    private static ulong WidenHigh(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => WidenLow(a >> 32, b, c, rm, ref fflags);

    /// <summary>To H elements 0 and 1; the upper half is a box.</summary>
    private static ulong Narrow(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => NanBoxing.Box<Binary32>(Halves(a, a >> 32, rm, ref fflags));

    private static ulong Halves(ulong low, ulong high, uint rm, ref uint fflags) =>
        SnitchFloat.Convert<Binary32, Binary16>((uint)low, rm, ref fflags) | SnitchFloat.Convert<Binary32, Binary16>((uint)high, rm, ref fflags) << 16;

    private static InstructionRow Convert(string name, string pattern, string assembly, FloatFormat format, WideOperation semantics) =>
        new(Extension.Xfvec, name, pattern, assembly, Shape.Wide, Unit.FloatConvert, semantics) { Format = format, Handover = Handover.Buffered, RoundsByFrm = true };
}
