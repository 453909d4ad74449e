using System.Runtime.InteropServices;
using AhwaLora.Emu.Tests.Assembling;
using AhwaLora.Emu.Tests.Harness;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>A hart with a memory and nothing around it: for what no platform file can ask for.</summary>
internal static class BareHart
{
    private const uint Ram = 0x8000_0000, RamBytes = 0x1000;

    /// <summary>The profiles, by name.</summary>
    public static TheoryData<string> Profiles => [.. TimingProfile.All.Select(p => p.Name)];

    /// <summary>The words of a program without data.</summary>
    public static uint[] Assemble(string text) =>
        [.. MemoryMarshal.Cast<byte, uint>(ElfImage.Parse("text", Assembler.Assemble($"_start:\n{text}\n", Toolchain.Base)).Sections.Single(s => s.Name == ".text").Contents.Span)];

    /// <summary>Runs <paramref name="program"/> for 10,000 cycles; returns the hart, where its cycles went, and how many instructions were translated.</summary>
    public static (Hart Hart, CauseCounters Causes, int Translated) Run(
        string profile, bool isTranslated, ReadOnlySpan<uint> program, Action<Hart> prepare, HartFeatures? features = null, IEnumerable<InstructionRow>? table = null)
    {
        var (hart, code) = Load(program, features ?? new HartFeatures(), table ?? InstructionSet.Rows);
        prepare(hart);
        var timing = TimingProfile.Named(profile);
        RegionTable? asked = null;
        var translations = isTranslated ? new Translations([code], timing, hasBanks: false, new HeatThresholds(2, 2), region => asked = region) : null;
        var engine = timing.Build<EngineBuilder, IEngine>(new EngineBuilder(hart, code, translations));
        engine.Run(new RunWindow(10_000, ulong.MaxValue));
        return (hart, engine.Causes, asked?.TranslatedInstructions ?? 0);
    }

    /// <summary>A hart at reset in front of <paramref name="program"/>, and its code.</summary>
    public static (Hart Hart, CodeCache Code) Load(ReadOnlySpan<uint> program, HartFeatures features, IEnumerable<InstructionRow> table)
    {
        var memory = new MemoryRegion("ram", Ram, RamBytes);
        for (var n = 0; n < program.Length; n++) memory.Store(Ram + 4 * (uint)n, 4, program[n], Initiators.Host);
        var hart = new Hart(0, new AddressSpace([memory], []), features);
        hart.Reset(Ram);
        return (hart, new CodeCache(memory, new Decoder(features.Extensions, table)));
    }

    private readonly struct EngineBuilder(Hart hart, CodeCache code, Translations? translations) : IPipelineUser<IEngine>
    {
        public IEngine Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            var interpreter = new Interpreter<TPipeline>(hart, pipeline, causes, [code], new NoEnvironment());
            return translations?.EngineFor(interpreter, pipeline, state, [code]) ?? interpreter;
        }
    }

    /// <summary>No host calls, and nobody else at the barrier.</summary>
    public sealed class NoEnvironment : IEnvironment
    {
        public bool TryHostCall(Hart hart) => false;

        public bool ArriveAtBarrier(Hart hart) => true;

        public void MarkRegion(Hart hart, uint marker)
        {
        }
    }
}
