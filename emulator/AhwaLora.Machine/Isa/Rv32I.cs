namespace AhwaLora.Machine.Isa;

/// <summary>RV32I base integer instructions (unprivileged specification, chapter 2).</summary>
public static class Rv32I
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        //  name     bits                                                assembly          shape               unit         semantics
        Row("lui",    "imm[31:12] rd 0110111",                           "rd, upper",      Shape.Upper,        Unit.Alu,    Lui),
        Row("auipc",  "imm[31:12] rd 0010111",                           "rd, upper",      Shape.Upper,        Unit.Alu,    Auipc),
        Row("jal",    "imm[20|10:1|11|19:12] rd 1101111",                "rd, target",     Shape.Jump,         Unit.Jump),
        Row("jalr",   "imm[11:0] rs1 000 rd 1100111",                    "rd, imm(rs1)",   Shape.JumpRegister, Unit.Jump),
        Row("beq",    "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011",    "rs1, rs2, target", Shape.Branch,     Unit.Branch, Beq),
        Row("bne",    "imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011",    "rs1, rs2, target", Shape.Branch,     Unit.Branch, Bne),
        Row("blt",    "imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011",    "rs1, rs2, target", Shape.Branch,     Unit.Branch, Blt),
        Row("bge",    "imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011",    "rs1, rs2, target", Shape.Branch,     Unit.Branch, Bge),
        Row("bltu",   "imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011",    "rs1, rs2, target", Shape.Branch,     Unit.Branch, Bltu),
        Row("bgeu",   "imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011",    "rs1, rs2, target", Shape.Branch,     Unit.Branch, Bgeu),
        Row("lb",     "imm[11:0] rs1 000 rd 0000011",                    "rd, imm(rs1)",   Shape.Load,         Unit.Load,   SignExtendByte, 1),
        Row("lh",     "imm[11:0] rs1 001 rd 0000011",                    "rd, imm(rs1)",   Shape.Load,         Unit.Load,   SignExtendHalf, 2),
        Row("lw",     "imm[11:0] rs1 010 rd 0000011",                    "rd, imm(rs1)",   Shape.Load,         Unit.Load,   Word, 4),
        Row("lbu",    "imm[11:0] rs1 100 rd 0000011",                    "rd, imm(rs1)",   Shape.Load,         Unit.Load,   Word, 1),
        Row("lhu",    "imm[11:0] rs1 101 rd 0000011",                    "rd, imm(rs1)",   Shape.Load,         Unit.Load,   Word, 2),
        Row("sb",     "imm[11:5] rs2 rs1 000 imm[4:0] 0100011",          "rs2, imm(rs1)",  Shape.Store,        Unit.Store,  null, 1),
        Row("sh",     "imm[11:5] rs2 rs1 001 imm[4:0] 0100011",          "rs2, imm(rs1)",  Shape.Store,        Unit.Store,  null, 2),
        Row("sw",     "imm[11:5] rs2 rs1 010 imm[4:0] 0100011",          "rs2, imm(rs1)",  Shape.Store,        Unit.Store,  null, 4),
        Row("addi",   "imm[11:0] rs1 000 rd 0010011",                    "rd, rs1, imm",   Shape.Immediate,    Unit.Alu,    Add),
        Row("slti",   "imm[11:0] rs1 010 rd 0010011",                    "rd, rs1, imm",   Shape.Immediate,    Unit.Alu,    Slt),
        Row("sltiu",  "imm[11:0] rs1 011 rd 0010011",                    "rd, rs1, imm",   Shape.Immediate,    Unit.Alu,    Sltu),
        Row("xori",   "imm[11:0] rs1 100 rd 0010011",                    "rd, rs1, imm",   Shape.Immediate,    Unit.Alu,    Xor),
        Row("ori",    "imm[11:0] rs1 110 rd 0010011",                    "rd, rs1, imm",   Shape.Immediate,    Unit.Alu,    Or),
        Row("andi",   "imm[11:0] rs1 111 rd 0010011",                    "rd, rs1, imm",   Shape.Immediate,    Unit.Alu,    And),
        Row("slli",   "0000000 shamt rs1 001 rd 0010011",                "rd, rs1, shamt", Shape.Immediate,    Unit.Alu,    Sll),
        Row("srli",   "0000000 shamt rs1 101 rd 0010011",                "rd, rs1, shamt", Shape.Immediate,    Unit.Alu,    Srl),
        Row("srai",   "0100000 shamt rs1 101 rd 0010011",                "rd, rs1, shamt", Shape.Immediate,    Unit.Alu,    Sra),
        Row("add",    "0000000 rs2 rs1 000 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Add),
        Row("sub",    "0100000 rs2 rs1 000 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Sub),
        Row("sll",    "0000000 rs2 rs1 001 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Sll),
        Row("slt",    "0000000 rs2 rs1 010 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Slt),
        Row("sltu",   "0000000 rs2 rs1 011 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Sltu),
        Row("xor",    "0000000 rs2 rs1 100 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Xor),
        Row("srl",    "0000000 rs2 rs1 101 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Srl),
        Row("sra",    "0100000 rs2 rs1 101 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Sra),
        Row("or",     "0000000 rs2 rs1 110 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    Or),
        Row("and",    "0000000 rs2 rs1 111 rd 0110011",                  "rd, rs1, rs2",   Shape.Binary,       Unit.Alu,    And),
        Row("fence",  "---- fence ----- 000 ----- 0001111",              "sets",           Shape.Fence,        Unit.Fence),
        Row("ecall",  "00000000000000000000000001110011",                "",               Shape.Ecall,        Unit.System),
        Row("ebreak", "00000000000100000000000001110011",                "",               Shape.Ebreak,       Unit.System),
    ];

    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape, Unit unit, Func<uint, uint, uint>? semantics = null) =>
        new(Extension.I, name, pattern, assembly, shape, unit, semantics);

    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape, Unit unit, Func<uint, uint, bool> semantics) =>
        new(Extension.I, name, pattern, assembly, shape, unit, semantics);

    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape, Unit unit, Func<uint, uint>? semantics, int width = 0) =>
        new(Extension.I, name, pattern, assembly, shape, unit, semantics, width);

    private static uint Lui(uint pc, uint imm) => imm;

    private static uint Auipc(uint pc, uint imm) => pc + imm;

    private static bool Beq(uint a, uint b) => a == b;

    private static bool Bne(uint a, uint b) => a != b;

    private static bool Blt(uint a, uint b) => (int)a < (int)b;

    private static bool Bge(uint a, uint b) => (int)a >= (int)b;

    private static bool Bltu(uint a, uint b) => a < b;

    private static bool Bgeu(uint a, uint b) => a >= b;

    private static uint SignExtendByte(uint raw) => (uint)(sbyte)raw;

    private static uint SignExtendHalf(uint raw) => (uint)(short)raw;

    private static uint Word(uint raw) => raw;

    private static uint Add(uint a, uint b) => a + b;

    private static uint Sub(uint a, uint b) => a - b;

    private static uint Slt(uint a, uint b) => (int)a < (int)b ? 1u : 0u;

    private static uint Sltu(uint a, uint b) => a < b ? 1u : 0u;

    private static uint Xor(uint a, uint b) => a ^ b;

    private static uint Or(uint a, uint b) => a | b;

    private static uint And(uint a, uint b) => a & b;

    // Only the low five bits of a shift amount count (section 2.4.2); C# masks them the same way.
    private static uint Sll(uint a, uint b) => a << (int)b;

    private static uint Srl(uint a, uint b) => a >> (int)b;

    private static uint Sra(uint a, uint b) => (uint)((int)a >> (int)b);
}
