using System.Globalization;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// A compressed instruction: 16 bits that stand for one 32-bit instruction of the base table
/// (unprivileged specification, chapter "C"). Implied registers are written as <c>"rd=x1 rs1=x2"</c>,
/// and reserved encodings are excluded as in <c>"rd!=x0 imm!=0"</c>.
/// </summary>
public sealed class CompressedRow
{
    private readonly List<(Field Field, int Value)> _implied = [];
    private readonly List<(Field Field, int Value)> _excluded = [];

    /// <summary>Makes a row.</summary>
    public CompressedRow(string name, string pattern, string baseName, string operands = "")
    {
        Name = name;
        Pattern = new Pattern(pattern);
        Base = InstructionSet.Row(baseName);
        foreach (var operand in operands.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var excluded = operand.Contains("!=", StringComparison.Ordinal);
            var parts = operand.Split(excluded ? "!=" : "=");
            var entry = (Enum.Parse<Field>(parts[0], ignoreCase: true), int.Parse(parts[1].TrimStart('x'), CultureInfo.InvariantCulture));
            (excluded ? _excluded : _implied).Add(entry);
        }
    }

    /// <summary>Mnemonic.</summary>
    public string Name { get; }

    /// <summary>Its bits.</summary>
    public Pattern Pattern { get; }

    /// <summary>The instruction it stands for.</summary>
    public InstructionRow Base { get; }

    /// <summary>True if <paramref name="word"/> is this instruction.</summary>
    public bool Matches(uint word)
    {
        if (!Pattern.Matches(word)) return false;
        foreach (var (field, value) in _excluded)
        {
            if (Pattern.Extract(field, word) == value) return false;
        }

        return true;
    }

    /// <summary>The instruction of the base table, two bytes long.</summary>
    public Instruction Decode(ushort word)
    {
        var result = Decoder.Decode(Base, Pattern, word, 2);
        foreach (var (field, value) in _implied)
        {
            result = field switch
            {
                Field.Rd => result with { Rd = (byte)value },
                Field.Rs1 => result with { Rs1 = (byte)value },
                Field.Rs2 => result with { Rs2 = (byte)value },
                _ => result with { Imm = value },
            };
        }

        return result;
    }
}

/// <summary>C extension for RV32 with F and D: Zca, Zcf and Zcd.</summary>
public static class RvC
{
    /// <summary>The rows of this extension; if two match, the first one is used.</summary>
    public static IReadOnlyList<CompressedRow> Rows { get; } =
    [
        //  name           bits                                    stands for  operands
        new("c.addi4spn",  "000 uimm[5:4|9:6|2|3] rd' 00",            "addi",   "rs1=x2 imm!=0"),
        new("c.lw",        "010 uimm[5:3] rs1' uimm[2|6] rd' 00",     "lw"),
        new("c.flw",       "011 uimm[5:3] rs1' uimm[2|6] fd' 00",     "flw"),
        new("c.fld",       "001 uimm[5:3] rs1' uimm[7:6] fd' 00",     "fld"),
        new("c.sw",        "110 uimm[5:3] rs1' uimm[2|6] rs2' 00",    "sw"),
        new("c.fsw",       "111 uimm[5:3] rs1' uimm[2|6] fs2' 00",    "fsw"),
        new("c.fsd",       "101 uimm[5:3] rs1' uimm[7:6] fs2' 00",    "fsd"),
        new("c.addi",      "000 imm[5] rsd imm[4:0] 01",              "addi"),
        new("c.jal",       "001 imm[11|4|9:8|10|6|7|3:1|5] 01",       "jal",    "rd=x1"),
        new("c.li",        "010 imm[5] rd imm[4:0] 01",               "addi",   "rs1=x0"),
        new("c.addi16sp",  "011 imm[9] 00010 imm[4|6|8:7|5] 01",      "addi",   "rd=x2 rs1=x2 imm!=0"),
        new("c.lui",       "011 imm[17] rd imm[16:12] 01",            "lui",    "rd!=x2 imm!=0"),
        new("c.srli",      "100 0 00 rsd' shamt 01",                  "srli"),
        new("c.srai",      "100 0 01 rsd' shamt 01",                  "srai"),
        new("c.andi",      "100 imm[5] 10 rsd' imm[4:0] 01",          "andi"),
        new("c.sub",       "100 0 11 rsd' 00 rs2' 01",                "sub"),
        new("c.xor",       "100 0 11 rsd' 01 rs2' 01",                "xor"),
        new("c.or",        "100 0 11 rsd' 10 rs2' 01",                "or"),
        new("c.and",       "100 0 11 rsd' 11 rs2' 01",                "and"),
        new("c.j",         "101 imm[11|4|9:8|10|6|7|3:1|5] 01",       "jal",    "rd=x0"),
        new("c.beqz",      "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01",   "beq",    "rs2=x0"),
        new("c.bnez",      "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01",   "bne",    "rs2=x0"),
        new("c.slli",      "000 0 rsd shamt 10",                      "slli"),
        new("c.lwsp",      "010 uimm[5] rd uimm[4:2|7:6] 10",         "lw",     "rs1=x2 rd!=x0"),
        new("c.flwsp",     "011 uimm[5] fd uimm[4:2|7:6] 10",         "flw",    "rs1=x2"),
        new("c.fldsp",     "001 uimm[5] fd uimm[4:3|8:6] 10",         "fld",    "rs1=x2"),
        new("c.jr",        "100 0 rs1 00000 10",                      "jalr",   "rd=x0 rs1!=x0"),
        new("c.mv",        "100 0 rd rs2 10",                         "add",    "rs1=x0 rs2!=x0"),
        new("c.ebreak",    "100 1 00000 00000 10",                    "ebreak"),
        new("c.jalr",      "100 1 rs1 00000 10",                      "jalr",   "rd=x1 rs1!=x0"),
        new("c.add",       "100 1 rsd rs2 10",                        "add",    "rs2!=x0"),
        new("c.swsp",      "110 uimm[5:2|7:6] rs2 10",                "sw",     "rs1=x2"),
        new("c.fswsp",     "111 uimm[5:2|7:6] fs2 10",                "fsw",    "rs1=x2"),
        new("c.fsdsp",     "101 uimm[5:3|8:6] fs2 10",                "fsd",    "rs1=x2"),
    ];
}
