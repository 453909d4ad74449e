using System.Text.RegularExpressions;
using AhwaLora.Emu.Tests.Conformance;
using AhwaLora.Emu.Tests.Machine.Isa;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>The assembler of the tests against the disassembler and against GNU as and ld.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed partial class AssemblerTests
{
    private const uint Base = 0x8000_0000;

    private static readonly Decoder Decoder = new((Extension)~0);

    [Fact]
    public void Every_row_assembles_from_its_disassembly_to_the_same_word()
    {
        var random = new ProgramRandom(6);
        foreach (var row in InstructionSet.Rows)
        {
            var words = Enumerable.Range(0, 40).Select(_ => InstructionTableTests.Assemblable(row, random)).ToArray();
            Assert.Equal(Disassembled(words), Disassembled(Words(Text(words))));
            Assert.Equal(words, Words(Text(words)));
        }
    }

    [Fact]
    public void Every_compressed_form_assembles_from_its_disassembly_to_the_same_halfword()
    {
        var halves = Enumerable.Range(0, 0x10000).Select(w => (uint)w).Where(w => Decoder.IsCompressed(w) && InstructionTableTests.IsCanonical(Decoder.Decode(w))).ToArray();
        Assert.InRange(halves.Length, 30_000, 0xc000);
        var text = string.Concat(halves.Select((half, n) => Disassembler.Format(Decoder.Decode(half), Base + 2 * (uint)n) + "\n"));
        var assembled = Section(text);
        Assert.Equal(2 * halves.Length, assembled.Length);

        // The stack pointer can grow by c.addi and by c.addi16sp: the assembler takes either.
        for (var n = 0; n < halves.Length; n++)
        {
            var half = BitConverter.ToUInt16(assembled.Span[(2 * n)..]);
            if (half != halves[n]) Assert.Equal(Disassembler.Format(Decoder.Decode(halves[n]), 0), Disassembler.Format(Decoder.Decode(half), 0));
        }
    }

    [Fact]
    public void Programs_have_the_bytes_and_symbols_that_the_cross_tools_give_them()
    {
        var texts = Corpus().ToList();
        Assert.True(texts.Count >= 30, $"only {texts.Count} programs");
        Parallel.ForEach(texts, new ParallelOptions { MaxDegreeOfParallelism = 2 }, AssertSame);
    }

    [Theory]
    [InlineData("addi a0, a1, 2048", "line 2: 2048 does not fit 'addi rd, rs1, imm'")]
    [InlineData("addi a0, fa1, 1", "line 2: expected 'addi rd, rs1, imm'")]
    [InlineData("addi a0, a1", "line 2: expected 'addi rd, rs1, imm'")]
    [InlineData("slli a0, a1, 32", "line 2: 32 does not fit 'slli rd, rs1, shamt'")]
    [InlineData("frob a0", "line 2: 'frob' is not an instruction, or not with 1 operands")]
    [InlineData("j nowhere", "line 2: 'nowhere' is not defined")]
    [InlineData("bnez a0, 1f\n.zero 4096\n1:", "line 2: 4100 does not fit 'bne rs1, rs2, target'")]
    [InlineData("_start:", "line 2: '_start' is defined twice")]
    [InlineData("lr.w a0, (a1)", "line 2: 'lr.w' belongs to extension A, which is off")]
    [InlineData(".data\nnop", "line 3: 'addi' stands among data, in .data")]
    [InlineData("li a0, 0x100000000", "line 2: 4294967296 has more than 32 bits")]
    [InlineData(".rept 2\nnop", "line 2: .rept without .endr")]
    [InlineData(".frob", "line 2: '.frob' is not a directive")]
    [InlineData("lw a0, 4(a1", "line 2: '(' is not expected here")]
    public void What_cannot_be_assembled_is_named_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<AssemblerException>(() => Assembler.Assemble("_start: nop\n" + text, Toolchain.Base)).Message);

    [Fact]
    public void Expressions_bind_as_those_of_the_cross_assembler()
    {
        const string Text = ".equ A, 3\n.word 2 + 3 * 4, 1 << A | 1, 7 & 3 + 1, -(A - 5) % 3, ~A, 'a', 0b101, 017, B - C\nC: .half 1\n.byte 2, 3\nB:\n.word C, . - C, 0xffffffff\n";
        AssertSame(".globl _start\n_start: nop\n.data\n" + Text);
    }

    /// <summary>Random programs, and the texts among the tests' sources that are programs.</summary>
    private static IEnumerable<string> Corpus()
    {
        foreach (var kind in new[] { ProgramKind.User, ProgramKind.Machine })
        {
            for (ulong seed = 1; seed <= 8; seed++) yield return QemuComparison.WholeText([ProgramGenerator.Generate(seed, kind)]);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(Toolchain.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            foreach (var text in RawText().Matches(File.ReadAllText(file)).Select(match => TestMachine.Text(match.Groups[1].Value)).Where(IsProgram)) yield return text;
        }
    }

    private static bool IsProgram(string text)
    {
        try
        {
            return Assembler.Assemble(text, Toolchain.Base).Length != 0;
        }
        catch (AssemblerException)
        {
            return false;
        }
    }

    private static void AssertSame(string text)
    {
        var ours = ElfImage.Parse("ours", Assembler.Assemble(text, Toolchain.Base));
        var theirs = ElfImage.Load(Toolchain.AssembleWithGnu(text));
        Assert.Equal(theirs.EntryPoint, ours.EntryPoint);
        foreach (var name in new[] { ".text", ".data", ".bss", ".tohost" }) Assert.Equal(Lines(theirs, name), Lines(ours, name));
        Assert.Equal(Names(theirs), Names(ours));
    }

    /// <summary>Each instruction or word of a section with its address.</summary>
    private static string[] Lines(ElfImage image, string name)
    {
        if (image.Sections.FirstOrDefault(s => s.Name == name) is not { } section) return [];

        // GNU as ends code with zeros up to its alignment, of which the linker keeps as many as it made no room for.
        if (section.IsCode) return [.. section.Decode(Decoder).Reverse().SkipWhile(at => at.Instruction.Word == 0).Reverse().Select(at => $"{at.Pc:x8}: {at.Instruction.Word:x8} {Disassembler.Format(at.Instruction, at.Pc)}")];
        return [.. section.Contents.ToArray().Chunk(4).Select((word, n) => $"{section.Address + 4 * (uint)n:x8}: {Convert.ToHexString(word)}")];
    }

    private static string Names(ElfImage image) =>
        string.Join('\n', image.Symbols.Where(s => s.IsLabel).Select(s => $"{s.Name} {s.Value:x8} {s.Size} {s.IsFunction}").Order(StringComparer.Ordinal));

    private static string[] Disassembled(uint[] words) => [.. words.Select((word, n) => Disassembler.Format(Decoder.Decode(word), Base + 4 * (uint)n))];

    private static string Text(uint[] words) => string.Concat(Disassembled(words).Select(line => line + "\n"));

    private static uint[] Words(string text) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(Section(".option norvc\n" + text).Span).ToArray();

    private static ReadOnlyMemory<byte> Section(string text) =>
        ElfImage.Parse("text", Assembler.Assemble("_start:\n" + text, PlatformRules.FullIsa)).Sections.Single(s => s.Name == ".text").Contents;

    [GeneratedRegex("""""(?<!\$)"{3}\n(.*?)\n *"{3}""""", RegexOptions.Singleline)]
    private static partial Regex RawText();
}
