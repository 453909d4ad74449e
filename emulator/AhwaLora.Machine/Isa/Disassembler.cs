using System.Globalization;

namespace AhwaLora.Machine.Isa;

/// <summary>Text of an instruction, in the syntax that GNU as reads and objdump prints without aliases.</summary>
public static class Disassembler
{
    private static readonly string[] Modes = ["rne", "rtz", "rdn", "rup", "rmm", "?", "?", "dyn"];

    /// <summary>Disassembles an instruction at <paramref name="pc"/>; branch and jump targets are absolute.</summary>
    public static string Format(in Instruction instruction, uint pc)
    {
        if (instruction.Shape == Shape.Illegal)
        {
            return instruction.Length == 2 ? $".half 0x{instruction.Word & 0xffff:x4}" : $".word 0x{instruction.Word:x8}";
        }

        var name = instruction.Row.Name + Ordering(instruction);
        var operands = new List<string>();
        foreach (var operand in instruction.Row.Assembly.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            if (Operand(operand, instruction, pc) is { } text) operands.Add(text);
        }

        return operands.Count == 0 ? name : $"{name} {string.Join(", ", operands)}";
    }

    private static string Ordering(in Instruction i)
    {
        if (!i.Row.Pattern.Has(Field.AqRl)) return "";
        return i.Row.Pattern.Extract(Field.AqRl, i.Word) switch { 1 => ".rl", 2 => ".aq", 3 => ".aqrl", _ => "" };
    }

    private static string? Operand(string operand, in Instruction i, uint pc) => operand switch
    {
        "rd" or "fd" => Registers.AbiNames[i.Rd],
        "rs1" or "fs1" => Registers.AbiNames[i.Rs1],
        "rs2" or "fs2" => Registers.AbiNames[i.Rs2],
        "fs3" => Registers.AbiNames[i.Rs3],
        "(rs1)" => $"({Registers.AbiNames[i.Rs1]})",
        "imm(rs1)" => $"{i.Imm.ToString(CultureInfo.InvariantCulture)}({Registers.AbiNames[i.Rs1]})",
        "imm" or "shamt" => i.Imm.ToString(CultureInfo.InvariantCulture),
        "upper" => $"0x{(uint)i.Imm >> 12:x}",
        "target" => $"0x{pc + (uint)i.Imm:x}",
        "zimm" => i.Zimm.ToString(CultureInfo.InvariantCulture),
        "csr" => CsrMap.NameOf((uint)i.Imm),
        "rm" => i.Rm == RoundingMode.Dynamic ? null : Modes[i.Rm],
        "body" => ((i.Imm & 0xfff) + 1).ToString(CultureInfo.InvariantCulture),
        "stagger" => Xfrep.StaggerMaximum(i.Imm).ToString(CultureInfo.InvariantCulture),
        "mask" => Xfrep.StaggerMask(i.Imm).ToString(CultureInfo.InvariantCulture),
        "sets" => $"{Set(i.Imm >> 4)}, {Set(i.Imm)}",
        _ => throw new FormatException($"row '{i.Row}' has an operand the disassembler does not know: '{operand}'"),
    };

    private static string Set(int bits)
    {
        var text = string.Concat("iorw".Where((_, n) => (bits >> (3 - n) & 1) != 0));
        return text.Length == 0 ? "unknown" : text;
    }
}
