using System.Runtime.CompilerServices;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>
/// The translator translates, and runs what it translated: without that, every comparison of engines would pass and say
/// nothing. Each region is called through a counter, halfway through a loop.
/// </summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class TranslationTests
{
    private const int Turns = 20_000;

    private static readonly string Loop = EnginePair.Assemble($"""
            li s0, {Turns}
            la s1, data
        loop:
            lw t0, 0(s1)
            addi t0, t0, 1
            sw t0, 0(s1)
            addi s0, s0, -1
            bnez s0, loop
            j done
            .balign 512
        data: .word 0
        """);

    public static TheoryData<string, Contention, EngineKind> Translating
    {
        get
        {
            var cases = new TheoryData<string, Contention, EngineKind>();
            foreach (var profile in EnginePair.Profiles)
            {
                cases.Add(profile, Contention.None, EngineKind.Translator);
                cases.Add(profile, Contention.Exact, EngineKind.Translator);
                cases.Add(profile, Contention.None, EngineKind.Auto);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Translating))]
    public void A_hot_loop_runs_in_translated_regions(string profile, Contention contention, EngineKind engine)
    {
        var machine = EnginePair.Build(Loop, null, new MachineOptions { Engine = engine, Timing = TimingProfile.Named(profile), Contention = contention });
        var calls = CallsOfRegions(machine);
        Assert.InRange(calls, 1, int.MaxValue);
    }

    [Fact]
    public void The_interpreter_translates_nothing()
    {
        var machine = EnginePair.Build(Loop, null, new MachineOptions { Engine = EngineKind.Interpreter });
        Assert.Equal(0, CallsOfRegions(machine));
    }

    /// <summary>Runs half of the loop, then the rest with every region counted; returns how often one was entered.</summary>
    private static int CallsOfRegions(EmulatedMachine machine)
    {
        const ulong HalfOfTheLoop = Turns / 2 * 5;
        machine.Run(new RunLimits(ulong.MaxValue, HalfOfTheLoop));
        var calls = 0;
        foreach (var region in Engines(machine).SelectMany(RegionsOf).Distinct().ToList())
        {
            if (region.Code is not { } code) continue;
            region.Code = (frame, fuel, yieldAt, entry) =>
            {
                calls++;
                return code(frame, fuel, yieldAt, entry);
            };
        }

        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None));
        return calls;
    }

    private static IEnumerable<CodeRegion> RegionsOf(IEngine engine)
    {
        var code = engine switch
        {
            Translator translator => CodeOf(translator),
            PacedTranslator paced => CodeOf(paced),
            _ => null,
        };
        if (code is null) return [];
        var text = ElfImage.Load(Loop).Sections.Single(s => s.Name == ".text");
        return Enumerable.Range(0, text.Contents.Length / 2).SelectMany(n => code.Table.At(text.Address + 2 * (uint)n).Entries).Select(entry => entry.Region);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_engines")]
    private static extern ref List<IEngine> Engines(EmulatedMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_code")]
    private static extern ref HartCode CodeOf(Translator translator);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_code")]
    private static extern ref HartCode CodeOf(PacedTranslator translator);
}
