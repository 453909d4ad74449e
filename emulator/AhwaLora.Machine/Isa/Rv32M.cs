namespace AhwaLora.Machine.Isa;

/// <summary>M extension: integer multiplication and division (unprivileged specification, chapter "M").</summary>
public static class Rv32M
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        //  name     bits                              unit               semantics
        Row("mul",    "0000001 rs2 rs1 000 rd 0110011", Unit.Multiply,     Mul),
        Row("mulh",   "0000001 rs2 rs1 001 rd 0110011", Unit.MultiplyHigh, Mulh),
        Row("mulhsu", "0000001 rs2 rs1 010 rd 0110011", Unit.MultiplyHigh, Mulhsu),
        Row("mulhu",  "0000001 rs2 rs1 011 rd 0110011", Unit.MultiplyHigh, Mulhu),
        Row("div",    "0000001 rs2 rs1 100 rd 0110011", Unit.Divide,       Div, isSigned: true),
        Row("divu",   "0000001 rs2 rs1 101 rd 0110011", Unit.Divide,       Divu),
        Row("rem",    "0000001 rs2 rs1 110 rd 0110011", Unit.Divide,       Rem, isSigned: true),
        Row("remu",   "0000001 rs2 rs1 111 rd 0110011", Unit.Divide,       Remu),
    ];

    private static InstructionRow Row(string name, string pattern, Unit unit, Func<uint, uint, uint> semantics, bool isSigned = false) =>
        new(Extension.M, name, pattern, "rd, rs1, rs2", Shape.Binary, unit, semantics) { IsSigned = isSigned };

    private static uint Mul(uint a, uint b) => a * b;

    private static uint Mulh(uint a, uint b) => (uint)(((long)(int)a * (int)b) >> 32);

    private static uint Mulhsu(uint a, uint b) => (uint)(((int)a * (long)b) >> 32);

    private static uint Mulhu(uint a, uint b) => (uint)(((ulong)a * b) >> 32);

    // Division by zero and overflow have results, not traps (section "Division Operations", its table).
    private static uint Div(uint a, uint b) => b switch
    {
        0 => uint.MaxValue,
        uint.MaxValue => 0 - a,
        _ => (uint)((int)a / (int)b),
    };

    private static uint Divu(uint a, uint b) => b == 0 ? uint.MaxValue : a / b;

    private static uint Rem(uint a, uint b) => b switch
    {
        0 => a,
        uint.MaxValue => 0,
        _ => (uint)((int)a % (int)b),
    };

    private static uint Remu(uint a, uint b) => b == 0 ? a : a % b;
}
