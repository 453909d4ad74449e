namespace AhwaLora.Machine.Isa;

/// <summary>Zfhmin and Zfh: half-precision floating point, its moves and conversions and the rest (unprivileged specification, chapter "Zfh").</summary>
internal static class Zfh
{
    /// <summary>The rows of these extensions.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        WideRows.Memory(Extension.Zfhmin, "flh", "imm[11:0] rs1 001 fd 0000111", "fd, imm(rs1)", FloatFormat.Half, ScalarFloat<Binary16>.Boxed, 2),
        WideRows.Memory(Extension.Zfhmin, "fsh", "imm[11:5] fs2 rs1 001 imm[4:0] 0100111", "fs2, imm(rs1)", FloatFormat.Half, null, 2),
        Row(Extension.Zfhmin, "fmv.x.h", "1110010 00000 fs1 000 rd 1010011", "rd, fs1", FloatFormat.Half, Unit.FloatNonComputational, MoveToX, Handover.Direct),
        Row(Extension.Zfhmin, "fmv.h.x", "1111010 00000 rs1 000 fd 1010011", "fd, rs1", FloatFormat.Half, Unit.FloatNonComputational, MoveFromX, Handover.Direct),
        Row(Extension.Zfhmin, "fcvt.s.h", "0100000 00010 fs1 rm fd 1010011", "fd, fs1", FloatFormat.Single, Unit.FloatConvert, ScalarFloat<Binary32>.Convert<Binary16>, Variant(Xfvec.SingleFromHalf)),
        Row(Extension.Zfhmin, "fcvt.h.s", "0100010 00000 fs1 rm fd 1010011", "fd, fs1, rm", FloatFormat.Half, Unit.FloatConvert, ScalarFloat<Binary16>.Convert<Binary32>, Variant(Xfvec.HalfFromSingle)),
        Row(Extension.Zfhmin | Extension.D, "fcvt.d.h", "0100001 00010 fs1 rm fd 1010011", "fd, fs1", FloatFormat.Double, Unit.FloatConvert, ScalarFloat<Binary64>.Convert<Binary16>),
        Row(Extension.Zfhmin | Extension.D, "fcvt.h.d", "0100010 00001 fs1 rm fd 1010011", "fd, fs1, rm", FloatFormat.Half, Unit.FloatConvert, ScalarFloat<Binary16>.Convert<Binary64>),
        .. WideRows.Scalar<Binary16>(Extension.Zfh, "h", "10", FloatFormat.Half),
    ];

    private static InstructionRow Row(Extension extension, string name, string pattern, string assembly, FloatFormat format, Unit unit, WideOperation semantics, Handover handover = Handover.Buffered) =>
        WideRows.Wide(extension, name, pattern, assembly, format, unit, semantics, handover);

    private static InstructionRow Row(Extension extension, string name, string pattern, string assembly, FloatFormat format, Unit unit, WideOperation semantics, InstructionVariant variant) =>
        new(extension, name, pattern, assembly, Shape.Wide, unit, semantics) { Format = format, Handover = Handover.Buffered, Variant = variant };

    private static InstructionVariant Variant(WideOperation semantics) => new(Extension.Xfvec, semantics);

    private static ulong MoveToX(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => (uint)(short)a;

    private static ulong MoveFromX(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => NanBoxing.Box<Binary16>((ushort)a);
}
