using System.Globalization;
using System.Text.RegularExpressions;
using AhwaLora.Emu.Tests.Conformance;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>Every row of the table against itself and against the GNU assembler and disassembler.</summary>
public sealed partial class InstructionTableTests
{
    private static readonly Extension Everything = PlatformRules.ParseIsa(PlatformRules.FullIsa);

    private static readonly Decoder Decoder = new(Everything);

    [Fact]
    public void Encoded_operands_decode_to_themselves()
    {
        var random = new ProgramRandom(1);
        foreach (var row in InstructionSet.Rows)
        {
            for (var n = 0; n < 200; n++)
            {
                var word = Word(row.Pattern, random);
                var decoded = Decoder.Decode(word);
                Assert.Same(row, decoded.Row);
                Assert.Equal(4, decoded.Length);
                Assert.Equal(word & Named(row.Pattern), Encode(row.Pattern, word));
            }
        }
    }

    [Fact]
    public void Encoded_operands_of_compressed_rows_decode_to_themselves()
    {
        for (uint word = 0; word < 0x10000; word++)
        {
            var row = RvC.Rows.FirstOrDefault(r => r.Matches(word));
            if (row is null) continue;
            var decoded = Decoder.Decode(word);
            Assert.Same(row.Base, decoded.Row);
            Assert.Equal(2, decoded.Length);
            Assert.Equal(word, Encode(row.Pattern, word));
        }
    }

    [Fact]
    public void Disassembly_assembles_to_the_same_word()
    {
        var random = new ProgramRandom(2);
        var words = InstructionSet.Rows.Where(IsStandard).SelectMany(row => Enumerable.Range(0, 40).Select(_ => Assemblable(row, random))).ToArray();
        var text = string.Concat(words.Select(w => Relative(Decoder.Decode(w)) + "\n"));
        Assert.Equal(Hex(words), Hex(Assembled<uint>(".option norvc\n" + text)));
    }

    [Fact]
    public void Disassembly_of_compressed_instructions_assembles_to_the_same_halfword()
    {
        var words = Enumerable.Range(0, 0x10000).Select(w => (ushort)w).Where(w => Decoder.IsCompressed(w) && IsCanonical(Decoder.Decode(w))).ToArray();
        Assert.InRange(words.Length, 30_000, 0xc000);
        var assembled = Assembled<ushort>(string.Concat(words.Select(w => Jump(Decoder.Decode(w)) + "\n")));

        // The stack pointer can grow by c.addi and by c.addi16sp: the assembler takes either.
        Assert.Equal(words.Length, assembled.Length);
        var different = words.Zip(assembled).Where(p => p.First != p.Second && Disassembler.Format(Decoder.Decode(p.First), 0) != Disassembler.Format(Decoder.Decode(p.Second), 0));
        Assert.Empty(different);
    }

    [Fact]
    public void The_disassembler_of_binutils_agrees_on_what_is_a_compressed_instruction()
    {
        var words = Enumerable.Range(0, 0x10000).Where(w => Decoder.IsCompressed((uint)w)).ToArray();
        var theirs = IsKnown($".option rvc\n{string.Concat(words.Select(w => $".insn 2, {w}\n"))}", words.Length);
        var departures = words.Zip(theirs).Where(p => Decoder.Decode((uint)p.First).Shape != Shape.Illegal != p.Second).Select(p => p.First);

        // Binutils calls the halfword of zeros c.unimp, and shows shifts by 32 and more and c.addi16sp by 0: all reserved.
        Assert.Equal(words.Where(w => w is 0 or 0x6101 || (w & 0xf003) == 0x1002 || (w & 0xf803) == 0x9001), departures);
    }

    [Fact]
    public void The_disassembler_of_binutils_agrees_on_what_is_an_instruction()
    {
        var random = new ProgramRandom(3);
        var words = Enumerable.Range(0, 20_000).Select(_ => random.Next() | 3)
            .Concat(InstructionSet.Rows.SelectMany(row => Enumerable.Range(0, 400).Select(n => Word(row.Pattern, random) ^ (n < 100 ? 0 : 1u << random.Between(2, 31)))))
            .Where(word => !IsLong(word)).ToArray();
        var theirs = IsKnown(string.Concat(words.Select(w => $".insn 4, {w}\n")), words.Length);
        var departures = words.Zip(theirs)
            .Where(p => Decoder.Decode(p.First).Shape != Shape.Illegal != p.Second && !IsKnownDeparture(p.First) && !IsExact(Decoder.Decode(p.First).Row) && IsStandard(Decoder.Decode(p.First).Row))
            .Select(p => $"{p.First:x8} {Disassembler.Format(Decoder.Decode(p.First), 0)}").Distinct().ToArray();
        Assert.Empty(departures);
    }

    [Fact]
    public void Words_that_begin_a_longer_instruction_are_illegal()
    {
        var random = new ProgramRandom(5);
        for (var n = 0; n < 1000; n++) Assert.Equal(Shape.Illegal, Decoder.Decode(random.Next() | 0x1f).Shape);
    }

    [Fact]
    public void An_extension_that_is_off_leaves_its_words_illegal()
    {
        var random = new ProgramRandom(4);
        foreach (var row in InstructionSet.Rows) Assert.Equal(Shape.Illegal, new Decoder(Everything & ~row.Extension).Decode(Word(row.Pattern, random)).Shape);
        var withoutC = new Decoder(Everything & ~Extension.C).Decode(0x4501_4501);
        Assert.Equal((Shape.Illegal, 0x4501u, (byte)2), (withoutC.Shape, withoutC.Word, withoutC.Length));
    }

    /// <summary>True for a conversion that is always exact: binutils knows it with one value of the field for the rounding mode only.</summary>
    private static bool IsExact(InstructionRow row) => row.Pattern.Has(Field.Rm) && !row.Assembly.EndsWith("rm", StringComparison.Ordinal);

    /// <summary>True if binutils knows the row's extension.</summary>
    private static bool IsStandard(InstructionRow row) => (row.Extension & Extension.NonStandard) == 0;

    // fence and fence.i are instructions whatever their reserved fields hold (sections "FENCE" and "Zifencei"); binutils
    // knows instructions of S-mode and debug mode that no hart here has, wants 0 in fields of fence.i, and shows shifts by
    // 32 and more.
    private static bool IsKnownDeparture(uint word) =>
        (word & 0x7f) == 0x0f || (word & 0xfe00_307f) == 0x0200_1013 || (word & 0xfe00_707f) == 0x4200_5013
            || word is 0x10200073 or 0x00200073 or 0x20200073 or 0x7b200073 or 0x70200073 or 0x10400073
            || (word & 0xfe007fff) is 0x12000073 or 0x16000073 or 0x18000073 or 0x1a000073;

    private static bool IsLong(uint word) => (word & 0x1f) == 0x1f;

    private static uint Word(Pattern pattern, ProgramRandom random) => (random.Next() & ~pattern.Mask) | pattern.Match;

    private static uint Named(Pattern pattern) => pattern.Mask | Fields.Aggregate(0u, (bits, field) => bits | pattern.Insert(field, pattern.Extract(field, 0) - 1, 0));

    private static readonly Field[] Fields = [Field.Rd, Field.Rs1, Field.Rs2, Field.Rs3, Field.Rm, Field.Zimm, Field.Imm, Field.AqRl];

    private static uint Encode(Pattern pattern, uint word) =>
        Fields.Where(pattern.Has).Aggregate(pattern.Match, (encoded, field) => pattern.Insert(field, pattern.Extract(field, word), encoded));

    /// <summary>A word of the row that has a name: no ignored bits, no reserved rounding mode, no empty fence.</summary>
    internal static uint Assemblable(InstructionRow row, ProgramRandom random)
    {
        while (true)
        {
            var word = Encode(row.Pattern, Word(row.Pattern, random));
            var i = Decoder.Decode(word);
            if (row.Pattern.Has(Field.Rm) && (i.Rm is 5 or 6 || (i.Rm != 0 && IsExact(row)))) continue;
            if (row.Shape == Shape.Fence && ((i.Imm & 15) == 0 || (i.Imm >> 4) == 0)) continue;
            return word;
        }
    }

    /// <summary>False for hints, which the assembler does not choose.</summary>
    internal static bool IsCanonical(in Instruction i) => i.Shape switch
    {
        Shape.Illegal => false,
        Shape.Immediate when i.Word != 1 => i.Rd != 0 && (i.Imm != 0 || i.Rs1 == 0),
        Shape.Binary or Shape.Upper => i.Rd != 0,
        _ => true,
    };

    /// <summary>The disassembly, with the targets of branches and jumps relative to where they stand.</summary>
    private static string Relative(in Instruction i)
    {
        var text = Disassembler.Format(i, 0);
        return i.Shape is Shape.Branch or Shape.Jump ? $"{text[..(text.LastIndexOf(' ') + 1)]}. + {i.Imm.ToString(CultureInfo.InvariantCulture)}" : text;
    }

    /// <summary>As <see cref="Relative"/>; jumps by their compressed names, since the assembler leaves it to the linker to shorten them.</summary>
    private static string Jump(in Instruction i) => i.Shape switch
    {
        Shape.Jump => $"{(i.Rd == 0 ? "c.j" : "c.jal")} . + {i.Imm.ToString(CultureInfo.InvariantCulture)}",
        Shape.JumpRegister => $"{(i.Rd == 0 ? "c.jr" : "c.jalr")} {Registers.AbiNames[i.Rs1]}",
        _ => Relative(i),
    };

    private static string[] Hex(uint[] words) => [.. words.Select(w => w.ToString("x8", CultureInfo.InvariantCulture))];

    private static T[] Assembled<T>(string text)
        where T : unmanaged
    {
        var elf = Toolchain.AssembleWithGnu(".globl _start\n_start:\n" + text, Toolchain.GnuIsa);
        var section = AhwaLora.Runs.Loader.ElfImage.Load(elf).Sections.Single(s => s.Name == ".text");
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(section.Contents.Span).ToArray();
    }

    private static bool[] IsKnown(string text, int count)
    {
        var elf = Toolchain.AssembleWithGnu(".globl _start\n_start:\n" + text, Toolchain.GnuIsa);
        var lines = DisassemblyLine().Matches(Toolchain.RunText("riscv64-unknown-elf-objdump", $"-d -z -M no-aliases,numeric {elf}"));
        Assert.Equal(count, lines.Count);
        return [.. lines.Select(l => !l.Groups[1].Value.StartsWith('.'))];
    }

    [GeneratedRegex(@"^[0-9a-f]+:\t[0-9a-f]+ +\t(\S+)", RegexOptions.Multiline)]
    private static partial Regex DisassemblyLine();
}
