using System.Numerics;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>A row that the table does not hold, added as docs/adding-an-instruction.md says, runs on every engine.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class AddedInstructionTests
{
    private const uint Ram = 0x8000_0000, RamBytes = 0x1000;

    /// <summary>Zbb's clz: an integer instruction of one operand.</summary>
    private static readonly InstructionRow Clz =
        new(Extension.I, "clz", "0110000 00000 rs1 001 rd 0010011", "rd, rs1", Shape.Unary, Unit.Alu, (Func<uint, uint>)CountLeadingZeros);

    public static TheoryData<string> Profiles => EnginePair.Profiles;

    [Theory]
    [MemberData(nameof(Profiles))]
    public void An_integer_row_of_one_operand_needs_no_floating_point(string profile)
    {
        var (interpreted, _) = Run(profile, isTranslated: false);
        var (translated, instructions) = Run(profile, isTranslated: true);

        Assert.Equal(Enumerable.Range(1, 300).Sum(LeadingZeros), (int)interpreted.X[8]);
        Assert.Equal((0u, 0u), (interpreted.Mcause, interpreted.Mstatus & MstatusBits.Fs));
        Assert.Equal(interpreted.Registers(), translated.Registers());
        Assert.Equal((interpreted.Pc, interpreted.Time, interpreted.Retired), (translated.Pc, translated.Time, translated.Retired));
        Assert.InRange(instructions, 4, int.MaxValue);
    }

    private static (Hart Hart, int Translated) Run(string profile, bool isTranslated)
    {
        uint[] loop =
        [
            0x6003_1293, // clz t0, t1
            0x0054_0433, // add s0, s0, t0
            0xfff3_0313, // addi t1, t1, -1
            0xfe03_1ae3, // bnez t1, loop
            0x0000_006f, // j .
        ];
        var memory = new MemoryRegion("ram", Ram, RamBytes);
        for (var n = 0u; n < loop.Length; n++) memory.Store(Ram + 4 * n, 4, loop[n], Initiators.Host);
        var features = new HartFeatures();
        var hart = new Hart(0, new AddressSpace([memory], []), features);
        hart.Reset(Ram);
        hart.Mstatus &= ~MstatusBits.Fs;
        hart.X[6] = 300;
        var code = new CodeCache(memory, new Decoder(features.Extensions, [.. InstructionSet.Rows, Clz]));
        var timing = TimingProfile.Named(profile);
        RegionTable? table = null;
        var translations = isTranslated ? new Translations([code], timing, hasBanks: false, hotThreshold: 2, asked => table = asked) : null;
        var engine = timing.Build<EngineBuilder, IEngine>(new EngineBuilder(hart, code, translations));
        engine.Run(new RunWindow(10_000, ulong.MaxValue));
        return (hart, table?.TranslatedInstructions ?? 0);
    }

    private static uint CountLeadingZeros(uint a) => (uint)BitOperations.LeadingZeroCount(a);

    private static int LeadingZeros(int value) => BitOperations.LeadingZeroCount((uint)value);

    private readonly struct EngineBuilder(Hart hart, CodeCache code, Translations? translations) : IPipelineUser<IEngine>
    {
        public IEngine Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            var interpreter = new Interpreter<TPipeline>(hart, pipeline, causes, [code], new NoEnvironment());
            return translations?.EngineFor(interpreter, pipeline, state, [code]) ?? interpreter;
        }
    }

    private sealed class NoEnvironment : IEnvironment
    {
        public bool TryHostCall(Hart hart) => false;

        public bool ArriveAtBarrier(Hart hart) => true;

        public void MarkRegion(Hart hart, uint marker)
        {
        }
    }
}
