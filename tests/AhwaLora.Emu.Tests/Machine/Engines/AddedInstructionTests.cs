using System.Numerics;
using AhwaLora.Emu.Tests.Harness;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>What docs/adding-an-instruction.md shows is all that an instruction needs: one row and one method, on every engine and pipeline.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class AddedInstructionTests
{
    // The document shows the row and the method below word for word, but for their indentation.
    private static readonly InstructionRow[] Added =
    [
        Row("clz", "0110000 00000 rs1 001 rd 0010011", "rd, rs1", Shape.Unary, Unit.Alu, Clz),
    ];

    public static TheoryData<string> Profiles => BareHart.Profiles;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_row_and_the_method_of_the_document_run(string profile)
    {
        uint[] loop =
        [
            0x6003_1293, // clz t0, t1
            0x0054_0433, // add s0, s0, t0
            0xfff3_0313, // addi t1, t1, -1
            0xfe03_1ae3, // bnez t1, loop
            0x0000_006f, // j .
        ];
        void Prepare(Hart hart)
        {
            hart.Mstatus &= ~MstatusBits.Fs; // an integer instruction needs no floating point
            hart.X[6] = 300;
        }

        IEnumerable<InstructionRow> table = [.. InstructionSet.Rows, .. Added];
        var (interpreted, interpretedCauses, _) = BareHart.Run(profile, isTranslated: false, loop, Prepare, table: table);
        var (translated, translatedCauses, instructions) = BareHart.Run(profile, isTranslated: true, loop, Prepare, table: table);

        Assert.Equal(Enumerable.Range(1, 300).Sum(n => BitOperations.LeadingZeroCount((uint)n)), (int)interpreted.X[8]);
        Assert.Equal((0u, 0u), (interpreted.Mcause, interpreted.Mstatus & MstatusBits.Fs));
        Assert.Equal(interpreted.Registers(), translated.Registers());
        Assert.Equal((interpreted.Pc, interpreted.Time, interpreted.Retired), (translated.Pc, translated.Time, translated.Retired));
        Assert.Equal(interpretedCauses.Cycles, translatedCauses.Cycles);
        Assert.InRange(instructions, 4, int.MaxValue);
    }

    [Fact]
    public void The_row_says_how_it_is_decoded_and_disassembled()
    {
        var i = new Decoder(Extension.I, Added).Decode(0x6003_1293);
        Assert.Equal("clz t0, t1", Disassembler.Format(i, 0));
        Assert.Equal((1UL << 6, 1UL << 5), (i.Reads, i.Writes));
    }

    [Fact]
    public void The_document_shows_this_row_and_this_method()
    {
        var source = Lines(Path.Combine(Toolchain.Root, "tests", "AhwaLora.Emu.Tests", "Machine", "Engines", "AddedInstructionTests.cs"));
        var shown = Lines(Path.Combine(Toolchain.Root, "docs", "adding-an-instruction.md")).SkipWhile(l => l != "```csharp").ToList();
        var code = shown.Where((line, n) => shown.Take(n).Count(l => l.StartsWith("```", StringComparison.Ordinal)) % 2 == 1 && !line.StartsWith("```", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, code.Count);
        Assert.All(code, line => Assert.Contains(line, source));
    }

    private static string[] Lines(string path) => [.. File.ReadLines(path).Select(line => line.Trim())];

    // As in Rv32I.cs.
    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape, Unit unit, Func<uint, uint> semantics) =>
        new(Extension.I, name, pattern, assembly, shape, unit, semantics);

    private static uint Clz(uint a) => (uint)BitOperations.LeadingZeroCount(a);
}
