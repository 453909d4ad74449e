namespace AhwaLora.Machine.Isa;

/// <summary>F extension: single-precision floating point (unprivileged specification, chapter "F"). The arithmetic is <see cref="Float32"/>.</summary>
public static class Rv32F
{
    private delegate uint Rounded1(uint a, uint rm, ref uint fflags);

    private delegate uint Rounded2(uint a, uint b, uint rm, ref uint fflags);

    private delegate uint Rounded3(uint a, uint b, uint c, uint rm, ref uint fflags);

    private delegate uint Compared(uint a, uint b, ref uint fflags);

    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        //      name         bits                                      assembly         unit or shape           handover           semantics           on the host
        Memory("flw",        "imm[11:0] rs1 010 fd 0000111",           "fd, imm(rs1)",  Shape.Load,                                Move),
        Memory("fsw",        "imm[11:5] fs2 rs1 010 imm[4:0] 0100111", "fs2, imm(rs1)", Shape.Store,                               null),
        Fused("fmadd.s",     "fs3 00 fs2 fs1 rm fd 1000011",                                                                       Float32.Fma,        HostForms.MulAdd),
        Fused("fmsub.s",     "fs3 00 fs2 fs1 rm fd 1000111",                                                                       Float32.FmSub,      HostForms.MulSub),
        Fused("fnmsub.s",    "fs3 00 fs2 fs1 rm fd 1001011",                                                                       Float32.FnmSub,     HostForms.NegMulAdd),
        Fused("fnmadd.s",    "fs3 00 fs2 fs1 rm fd 1001111",                                                                       Float32.FnmAdd,     HostForms.NegMulSub),
        Binary("fadd.s",     "0000000 fs2 fs1 rm fd 1010011",                           Unit.FloatAddMultiply,                     Float32.Add,        HostForms.Add),
        Binary("fsub.s",     "0000100 fs2 fs1 rm fd 1010011",                           Unit.FloatAddMultiply,                     Float32.Sub,        HostForms.Sub),
        Binary("fmul.s",     "0001000 fs2 fs1 rm fd 1010011",                           Unit.FloatAddMultiply,                     Float32.Mul,        HostForms.Mul),
        Binary("fdiv.s",     "0001100 fs2 fs1 rm fd 1010011",                           Unit.FloatDivide,                          Float32.Div,        HostForms.Div),
        Unary("fsqrt.s",     "0101100 00000 fs1 rm fd 1010011",        "fd, fs1, rm",   Unit.FloatSquareRoot,   Handover.Buffered, Float32.Sqrt,       HostForms.Sqrt),
        Sign("fsgnj.s",      "0010000 fs2 fs1 000 fd 1010011",                                                                     Float32.Sgnj,       movesOneSource: true),
        Sign("fsgnjn.s",     "0010000 fs2 fs1 001 fd 1010011",                                                                     Float32.Sgnjn),
        Sign("fsgnjx.s",     "0010000 fs2 fs1 010 fd 1010011",                                                                     Float32.Sgnjx),
        Compare("fmin.s",    "0010100 fs2 fs1 000 fd 1010011",         "fd, fs1, fs2",                          Handover.Buffered, Float32.Min,        HostForms.Min),
        Compare("fmax.s",    "0010100 fs2 fs1 001 fd 1010011",         "fd, fs1, fs2",                          Handover.Buffered, Float32.Max,        HostForms.Max),
        Unary("fcvt.w.s",    "1100000 00000 fs1 rm rd 1010011",        "rd, fs1, rm",   Unit.FloatConvert,      Handover.Direct,   Float32.ToInt32),
        Unary("fcvt.wu.s",   "1100000 00001 fs1 rm rd 1010011",        "rd, fs1, rm",   Unit.FloatConvert,      Handover.Direct,   Float32.ToUInt32),
        Quiet("fmv.x.w",     "1110000 00000 fs1 000 rd 1010011",       "rd, fs1",       Shape.FloatMove,        Handover.Buffered, Move),
        Compare("feq.s",     "1010000 fs2 fs1 010 rd 1010011",         "rd, fs1, fs2",                          Handover.Direct,   Float32.Eq,         HostForms.Eq),
        Compare("flt.s",     "1010000 fs2 fs1 001 rd 1010011",         "rd, fs1, fs2",                          Handover.Direct,   Float32.Lt,         HostForms.Lt),
        Compare("fle.s",     "1010000 fs2 fs1 000 rd 1010011",         "rd, fs1, fs2",                          Handover.Direct,   Float32.Le,         HostForms.Le),
        Quiet("fclass.s",    "1110000 00000 fs1 001 rd 1010011",       "rd, fs1",       Shape.FloatUnary,       Handover.Direct,   Float32.Classify),
        Unary("fcvt.s.w",    "1101000 00000 rs1 rm fd 1010011",        "fd, rs1, rm",   Unit.FloatConvert,      Handover.Direct,   Float32.FromInt32,  HostForms.FromInt32),
        Unary("fcvt.s.wu",   "1101000 00001 rs1 rm fd 1010011",        "fd, rs1, rm",   Unit.FloatConvert,      Handover.Direct,   Float32.FromUInt32),
        Quiet("fmv.w.x",     "1111000 00000 rs1 000 fd 1010011",       "fd, rs1",       Shape.FloatMove,        Handover.Buffered, Move),
    ];

    private static InstructionRow Memory(string name, string pattern, string assembly, Shape shape, Func<uint, uint>? extend) =>
        new(Extension.F, name, pattern, assembly, shape, shape == Shape.Load ? Unit.Load : Unit.Store, extend, width: 4)
        {
            Handover = Handover.Buffered,
            Streams = shape == Shape.Load ? StreamOperands.Sources : StreamOperands.All, // a load into a stream's register only writes the register
        };

    private static InstructionRow Fused(string name, string pattern, Rounded3 semantics, HostForm form) =>
        new(Extension.F, name, pattern, "fd, fs1, fs2, fs3, rm", Shape.Float3, Unit.FloatAddMultiply, semantics) { Handover = Handover.Buffered, HostForm = form };

    private static InstructionRow Binary(string name, string pattern, Unit unit, Rounded2 semantics, HostForm form) =>
        new(Extension.F, name, pattern, "fd, fs1, fs2, rm", Shape.Float2, unit, semantics) { Handover = Handover.Buffered, HostForm = form };

    private static InstructionRow Unary(string name, string pattern, string assembly, Unit unit, Handover handover, Rounded1 semantics, HostForm? form = null) =>
        new(Extension.F, name, pattern, assembly, Shape.Float1, unit, semantics) { Handover = handover, HostForm = form };

    private static InstructionRow Sign(string name, string pattern, Func<uint, uint, uint> semantics, bool movesOneSource = false) =>
        new(Extension.F, name, pattern, "fd, fs1, fs2", Shape.FloatBinary, Unit.FloatNonComputational, semantics) { Handover = Handover.Buffered, MovesOneSource = movesOneSource };

    private static InstructionRow Compare(string name, string pattern, string assembly, Handover handover, Compared semantics, HostForm form) =>
        new(Extension.F, name, pattern, assembly, Shape.FloatCompare, Unit.FloatNonComputational, semantics) { Handover = handover, HostForm = form };

    private static InstructionRow Quiet(string name, string pattern, string assembly, Shape shape, Handover handover, Func<uint, uint> semantics) =>
        new(Extension.F, name, pattern, assembly, shape, Unit.FloatNonComputational, semantics) { Handover = handover };

    private static uint Move(uint bits) => bits;
}
