using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>Finds the compressed form of an instruction: the first row of the C extension that decodes to the same.</summary>
internal static class Compressor
{
    private static readonly Decoder Decoder = new((Extension)~0);
    private static readonly ILookup<InstructionRow, CompressedRow> Rows = RvC.Rows.ToLookup(row => row.Base);
    private static readonly InstructionRow Add = InstructionSet.Row("add"), AddImmediate = InstructionSet.Row("addi");
    private static readonly HashSet<string> Commutative = ["add", "and", "or", "xor"];
    private static readonly HashSet<string> HintsByZero = ["slli", "srli", "srai"];

    /// <summary>True if instructions of the row have a compressed form at all.</summary>
    public static bool Knows(InstructionRow row) => Rows.Contains(row);

    /// <summary>The compressed form of a word; null if there is none, or only as a hint.</summary>
    public static ushort? Compress(uint word)
    {
        var instruction = Decoder.Decode(word);
        if (IsHint(instruction)) return null;
        foreach (var same in Spellings(instruction))
        {
            foreach (var row in Rows[same.Row])
            {
                if (Encoded(row, same) is { } half) return half;
            }
        }

        return null;
    }

    private static ushort? Encoded(CompressedRow row, in Instruction i)
    {
        var word = row.Pattern.Insert(Field.Rd, i.Rd, row.Pattern.Match);
        word = row.Pattern.Insert(Field.Rs1, i.Rs1, word);
        word = row.Pattern.Insert(Field.Rs2, i.Rs2, word);
        word = row.Pattern.Insert(Field.Imm, i.Imm, word);
        return row.Matches(word) && row.Decode((ushort)word) is var decoded && (decoded.Rd, decoded.Rs1, decoded.Rs2, decoded.Imm) == (i.Rd, i.Rs1, i.Rs2, i.Imm) ? (ushort)word : null;
    }

    /// <summary>The instruction as others that do the same.</summary>
    private static IEnumerable<Instruction> Spellings(Instruction i)
    {
        var isMove = i.Row == AddImmediate && i is { Imm: 0, Rs1: not 0 };
        yield return isMove ? i with { Row = Add, Rs1 = 0, Rs2 = i.Rs1 } : i;
        if (Commutative.Contains(i.Row.Name)) yield return i with { Rs1 = i.Rs2, Rs2 = i.Rs1 };
    }

    // Hints have encodings of their own (chapter "C", table "HINT Instructions"), which stay free for what they may come to mean.
    private static bool IsHint(in Instruction i) => i.Shape switch
    {
        Shape.Immediate => (i.Rd == 0 && i.Word != 0x13) || (i.Imm == 0 && HintsByZero.Contains(i.Row.Name)),
        Shape.Binary or Shape.Upper => i.Rd == 0,
        _ => false,
    };
}
