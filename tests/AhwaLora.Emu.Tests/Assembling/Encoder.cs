using System.Collections.Frozen;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>
/// Encodes an instruction by its row: operands in the order of <see cref="InstructionRow.Assembly"/> go to the fields of
/// <see cref="InstructionRow.Pattern"/>, and a value that a field does not give back does not fit.
/// </summary>
internal static class Encoder
{
    private static readonly string[] RoundingModes = ["rne", "rtz", "rdn", "rup", "rmm", "", "", "dyn"];

    /// <summary>CSRs that no hart here has, so that tests can access them by name.</summary>
    private static readonly (string, uint)[] Absent = [("sstatus", 0x100), ("satp", 0x180), ("medeleg", 0x302), ("mideleg", 0x303)];

    private static readonly FrozenDictionary<string, InstructionRow> Rows = InstructionSet.Rows.ToFrozenDictionary(row => row.Name);
    private static readonly FrozenDictionary<string, uint> Csrs = CsrMap.Names.Select(csr => (csr.Value, csr.Key)).Concat(Absent).ToFrozenDictionary(csr => csr.Item1, csr => csr.Item2);
    private static readonly FrozenDictionary<InstructionRow, string[]> Operands = InstructionSet.Rows.ToFrozenDictionary(row => row, row => row.Assembly.Split(", ", StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The row of a mnemonic and its ordering bits: <c>amoadd.w.aqrl</c> has both. Null for what is not an instruction.</summary>
    public static (InstructionRow Row, int Ordering)? Find(string name)
    {
        if (Rows.TryGetValue(name, out var row)) return (row, 0);
        var dot = name.LastIndexOf('.');
        if (dot < 0 || !Rows.TryGetValue(name[..dot], out row) || !row.Pattern.Has(Field.AqRl)) return null;
        return name[dot..] switch { ".rl" => (row, 1), ".aq" => (row, 2), ".aqrl" => (row, 3), _ => null };
    }

    /// <summary>True if the word depends on where the instruction stands.</summary>
    public static bool HasTarget(InstructionRow row) => Operands[row] is [.., "target"];

    /// <summary>The word of an instruction at <paramref name="pc"/>; every symbol has its value by now.</summary>
    /// <exception cref="AssemblerException">The operands are not those of the row, or do not fit.</exception>
    public static uint Encode(InstructionRow row, int ordering, IReadOnlyList<Operand> operands, uint pc)
    {
        var word = row.Pattern.Insert(Field.AqRl, ordering, row.Pattern.Match);
        var rest = new Queue<Operand>(operands);
        foreach (var kind in Operands[row]) word = Put(row, kind, rest, pc, word);
        return rest.Count == 0 ? word : throw Mismatch(row);
    }

    private static uint Put(InstructionRow row, string kind, Queue<Operand> rest, uint pc, uint word)
    {
        if (kind == "rm") return Set(row, Field.Rm, rest.Count == 0 ? (int)RoundingMode.Dynamic : Mode(rest.Dequeue()), word);
        if (kind == "sets") return Set(row, Field.Imm, rest.Count == 0 ? 0xff : Sets(rest.Dequeue()) << 4 | Sets(Next(row, rest)), word);
        var operand = Next(row, rest);
        return kind switch
        {
            "rd" or "fd" => Set(row, Field.Rd, Register(row, kind, operand), word),
            "rs1" or "fs1" => Set(row, Field.Rs1, Register(row, kind, operand), word),
            "rs2" or "fs2" => Set(row, Field.Rs2, Register(row, kind, operand), word),
            "fs3" => Set(row, Field.Rs3, Register(row, kind, operand), word),
            "(rs1)" or "imm(rs1)" => Set(row, Field.Imm, Offset(row, operand), Set(row, Field.Rs1, operand.Register, word)),
            "imm" or "shamt" => Set(row, Field.Imm, Value(row, operand), word),
            "upper" => Set(row, Field.Imm, Upper(Value(row, operand)), word),
            "target" => Set(row, Field.Imm, (int)((uint)Value(row, operand) - pc), word),
            "zimm" => Set(row, Field.Zimm, Value(row, operand), word),
            "body" => Set(row, Field.Imm, row.Pattern.Extract(Field.Imm, word) | (Value(row, operand) - 1), word),
            "stagger" => Set(row, Field.Imm, row.Pattern.Extract(Field.Imm, word) | Value(row, operand) << 12, word),
            "mask" => Set(row, Field.Imm, row.Pattern.Extract(Field.Imm, word) | Value(row, operand) << 15, word),
            "csr" => Set(row, Field.Imm, operand.Word is { } name && Csrs.TryGetValue(name, out var number) ? (int)number : Value(row, operand), word),
            _ => throw new AssemblerException($"row '{row}' has an operand that the assembler does not know: '{kind}'"),
        };
    }

    private static uint Set(InstructionRow row, Field field, int value, uint word)
    {
        // A field that the row does not have reads as 0.
        word = row.Pattern.Insert(field, value, word);
        return row.Pattern.Extract(field, word) == value ? word : throw new AssemblerException($"{value} does not fit '{row}'");
    }

    private static int Register(InstructionRow row, string kind, Operand operand) =>
        operand.IsRegister && operand.Register >= Registers.F0 == (kind[0] == 'f') ? operand.Register : throw Mismatch(row);

    private static int Value(InstructionRow row, Operand operand)
    {
        if (operand.IsRegister || operand.IsAddress) throw Mismatch(row);
        return Word(operand.Value!.Value);
    }

    // A jump writes its register with or without brackets.
    private static int Offset(InstructionRow row, Operand operand) => operand switch
    {
        { Register: < 0 or >= Registers.F0 } => throw Mismatch(row),
        { Value: { } value } => Word(value.Value),
        _ => row.Shape == Shape.JumpRegister ? 0 : throw Mismatch(row),
    };

    private static int Word(long value) => value is >= int.MinValue and <= uint.MaxValue ? (int)value : throw new AssemblerException($"{value} has more than 32 bits");

    private static int Upper(int value) => value is >= 0 and <= 0xfffff ? value << 12 : throw new AssemblerException($"{value} has more than 20 bits");

    private static int Mode(Operand operand) => operand.Word is { Length: > 0 } name && Array.IndexOf(RoundingModes, name) is >= 0 and var mode
        ? mode
        : throw new AssemblerException("expected a rounding mode");

    private static int Sets(Operand operand)
    {
        var bits = 0;
        foreach (var letter in operand.Word ?? "?") bits |= 8 >> ("iorw".IndexOf(letter, StringComparison.Ordinal) is >= 0 and var n ? n : throw new AssemblerException("expected a set of i, o, r and w"));
        return bits;
    }

    private static Operand Next(InstructionRow row, Queue<Operand> rest) => rest.Count != 0 ? rest.Dequeue() : throw Mismatch(row);

    private static AssemblerException Mismatch(InstructionRow row) => new($"expected '{row}'");
}
