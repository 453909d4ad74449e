namespace AhwaLora.Machine.Isa;

/// <summary>A extension: load-reserved, store-conditional and atomic memory operations (unprivileged specification, chapter "A").</summary>
public static class Rv32A
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        //  name          bits                                 assembly           shape                   semantics
        Row("lr.w",       "00010 aqrl 00000 rs1 010 rd 0101111", "rd, (rs1)",      Shape.LoadReserved),
        Row("sc.w",       "00011 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.StoreConditional),
        Row("amoswap.w",  "00001 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Swap),
        Row("amoadd.w",   "00000 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Add),
        Row("amoxor.w",   "00100 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Xor),
        Row("amoand.w",   "01100 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           And),
        Row("amoor.w",    "01000 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Or),
        Row("amomin.w",   "10000 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Min),
        Row("amomax.w",   "10100 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Max),
        Row("amominu.w",  "11000 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Minu),
        Row("amomaxu.w",  "11100 aqrl rs2 rs1 010 rd 0101111",   "rd, rs2, (rs1)", Shape.Atomic,           Maxu),
    ];

    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape, Func<uint, uint, uint>? semantics = null) =>
        new(Extension.A, name, pattern, assembly, shape, Unit.Atomic, semantics, width: 4);

    private static uint Swap(uint memory, uint b) => b;

    private static uint Add(uint memory, uint b) => memory + b;

    private static uint Xor(uint memory, uint b) => memory ^ b;

    private static uint And(uint memory, uint b) => memory & b;

    private static uint Or(uint memory, uint b) => memory | b;

    private static uint Min(uint memory, uint b) => (uint)Math.Min((int)memory, (int)b);

    private static uint Max(uint memory, uint b) => (uint)Math.Max((int)memory, (int)b);

    private static uint Minu(uint memory, uint b) => Math.Min(memory, b);

    private static uint Maxu(uint memory, uint b) => Math.Max(memory, b);
}
