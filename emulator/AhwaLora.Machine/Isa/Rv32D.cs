namespace AhwaLora.Machine.Isa;

/// <summary>D extension: double-precision floating point (unprivileged specification, chapter "D").</summary>
internal static class Rv32D
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        WideRows.Memory(Extension.D, "fld", "imm[11:0] rs1 011 fd 0000111", "fd, imm(rs1)", FloatFormat.Double, ScalarFloat<Binary64>.Boxed, 8),
        WideRows.Memory(Extension.D, "fsd", "imm[11:5] fs2 rs1 011 imm[4:0] 0100111", "fs2, imm(rs1)", FloatFormat.Double, null, 8),
        .. WideRows.Scalar<Binary64>(Extension.D, "d", "01", FloatFormat.Double),
        WideRows.Wide(Extension.D, "fcvt.s.d", "0100000 00001 fs1 rm fd 1010011", "fd, fs1, rm", FloatFormat.Single, Unit.FloatConvert, ScalarFloat<Binary32>.Convert<Binary64>),
        WideRows.Wide(Extension.D, "fcvt.d.s", "0100001 00000 fs1 rm fd 1010011", "fd, fs1", FloatFormat.Double, Unit.FloatConvert, ScalarFloat<Binary64>.Convert<Binary32>),
    ];
}
