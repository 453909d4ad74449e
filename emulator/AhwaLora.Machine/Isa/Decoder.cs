namespace AhwaLora.Machine.Isa;

/// <summary>Turns words into instructions, according to the rows of the enabled extensions. Immutable, shared by all harts of a machine.</summary>
public sealed class Decoder
{
    private readonly InstructionRow[][] _buckets = new InstructionRow[BucketCount][];
    private readonly CompressedRow[] _compressed;

    private const int BucketCount = 1 << 8;

    /// <summary>The row of words that match no other; they raise an illegal-instruction exception.</summary>
    public static InstructionRow Illegal { get; } = new(Extension.I, "illegal", "--------------------------------", "", Shape.Illegal, Unit.System);

    /// <summary>A decoder for <paramref name="extensions"/>.</summary>
    public Decoder(Extension extensions)
        : this(extensions, InstructionSet.Rows)
    {
    }

    /// <summary>A decoder for those of <paramref name="table"/>'s rows that belong to <paramref name="extensions"/>.</summary>
    internal Decoder(Extension extensions, IEnumerable<InstructionRow> table)
    {
        Extensions = extensions;
        var rows = table.Where(r => extensions.HasFlag(r.Extension)).ToArray();
        for (uint bucket = 0; bucket < BucketCount; bucket++)
        {
            var word = ((bucket & 0x1f) << 2) | 3 | ((bucket >> 5) << 12);
            const uint bits = 0x707f;
            _buckets[bucket] = [.. rows.Where(r => ((r.Pattern.Match ^ word) & r.Pattern.Mask & bits) == 0)];
        }

        _compressed = extensions.HasFlag(Extension.C)
            ? [.. RvC.Rows.Where(r => extensions.HasFlag(r.Base.Extension))]
            : [];
    }

    /// <summary>The extensions whose instructions it knows.</summary>
    public Extension Extensions { get; }

    /// <summary>True if <paramref name="word"/> is 16 bits long. The two lowest bits give the length, whether or not C is enabled.</summary>
    public static bool IsCompressed(uint word) => (word & 3) != 3;

    /// <summary>Decodes <paramref name="word"/>; if it is a compressed instruction, only the low half is used.</summary>
    public Instruction Decode(uint word)
    {
        if (IsCompressed(word)) return DecodeCompressed((ushort)word);
        foreach (var row in _buckets[((word >> 2) & 0x1f) | (((word >> 12) & 7) << 5)])
        {
            if (!row.Pattern.Matches(word)) continue;
            var instruction = Decode(row, row.Pattern, word, 4);
            return row.Variant is { } variant && Extensions.HasFlag(variant.Extension) ? instruction with { Entry = variant.Entry } : instruction;
        }

        return MakeIllegal(word, 4);
    }

    private Instruction DecodeCompressed(ushort word)
    {
        foreach (var row in _compressed)
        {
            if (row.Matches(word)) return row.Decode(word);
        }

        return MakeIllegal(word, 2);
    }

    private static Instruction MakeIllegal(uint word, byte length) => Decode(Illegal, Illegal.Pattern, word, length);

    internal static Instruction Decode(InstructionRow row, Pattern pattern, uint word, byte length)
    {
        return new Instruction
        {
            Row = row,
            Entry = row.Entry,
            Word = word,
            Imm = pattern.Extract(Field.Imm, word),
            Shape = row.Shape,
            Rd = (byte)pattern.Extract(Field.Rd, word),
            Rs1 = (byte)pattern.Extract(Field.Rs1, word),
            Rs2 = (byte)pattern.Extract(Field.Rs2, word),
            Rs3 = (byte)pattern.Extract(Field.Rs3, word),
            Rm = (byte)(pattern.Extract(Field.Rm, word) | pattern.Extract(Field.Zimm, word)),
            Length = length,
        };
    }
}
