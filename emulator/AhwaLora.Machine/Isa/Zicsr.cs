namespace AhwaLora.Machine.Isa;

/// <summary>Zicsr: CSR instructions (unprivileged specification, chapter "Zicsr"). <c>Core.CsrFile</c> holds the CSRs.</summary>
public static class Zicsr
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        //  name      bits                       assembly         shape               semantics
        Row("csrrw",  "csr rs1 001 rd 1110011",  "rd, csr, rs1",  Shape.Csr,          Write, overwrites: true),
        Row("csrrs",  "csr rs1 010 rd 1110011",  "rd, csr, rs1",  Shape.Csr,          Set),
        Row("csrrc",  "csr rs1 011 rd 1110011",  "rd, csr, rs1",  Shape.Csr,          Clear),
        Row("csrrwi", "csr zimm 101 rd 1110011", "rd, csr, zimm", Shape.CsrImmediate, Write, overwrites: true),
        Row("csrrsi", "csr zimm 110 rd 1110011", "rd, csr, zimm", Shape.CsrImmediate, Set),
        Row("csrrci", "csr zimm 111 rd 1110011", "rd, csr, zimm", Shape.CsrImmediate, Clear),
    ];

    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape, Func<uint, uint, uint> semantics, bool overwrites = false) =>
        new(Extension.Zicsr, name, pattern, assembly, shape, Unit.Csr, semantics) { Overwrites = overwrites };

    private static uint Write(uint old, uint operand) => operand;

    private static uint Set(uint old, uint operand) => old | operand;

    private static uint Clear(uint old, uint operand) => old & ~operand;

    /// <summary>
    /// True if the instruction writes its CSR: the set and clear forms do not if the source field is 0,
    /// so that they can read a read-only CSR (table "Conditions determining whether a CSR instruction reads or writes").
    /// </summary>
    public static bool Writes(in Instruction instruction) => instruction.Row.Overwrites || (instruction.Rs1 | instruction.Zimm) != 0;

    /// <summary>True if the instruction reads its CSR: the write forms do not if rd is x0.</summary>
    public static bool Reads(in Instruction instruction) => !instruction.Row.Overwrites || instruction.Rd != 0;
}
