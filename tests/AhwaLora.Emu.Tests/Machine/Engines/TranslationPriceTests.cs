using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Code is compiled only if it runs often enough to repay that, and once for all machines of the process. Measured alone: the store is the process's.</summary>
[Collection(nameof(MeasuredAlone))]
[Trait(Traits.Engine, Traits.Own)]
public sealed class TranslationPriceTests
{
    public static TheoryData<string, Contention> Cases => new()
    {
        { "functional", Contention.None },
        { "cv32e40p", Contention.None },
        { "snitch", Contention.None },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_loop_of_a_thousand_rounds_is_decoded_and_not_compiled(string profile, Contention contention)
    {
        var machine = Run(rounds: 1000, profile, contention);
        Assert.InRange(machine.Translated.Decoded, 1, 20);
        Assert.Equal(0, machine.Translated.Compiled + machine.Translated.Reused);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_loop_of_a_hundred_thousand_rounds_is_compiled_at_most_once_in_a_process(string profile, Contention contention)
    {
        var (first, second) = (Run(rounds: 100_001, profile, contention), Run(rounds: 100_001, profile, contention));
        Assert.InRange(first.Translated.Compiled + first.Translated.Reused, 1, 10);
        Assert.Equal(0, second.Translated.Compiled);
        Assert.Equal(first.Translated.Compiled + first.Translated.Reused, second.Translated.Reused);
        Assert.Equal((first.Cycles, first.RetiredInstructions), (second.Cycles, second.RetiredInstructions));
    }

    private static EmulatedMachine Run(int rounds, string profile, Contention contention)
    {
        var elf = EnginePair.Assemble($"""
                li s0, {rounds}
                li s2, 0x80008000
            loop:
                lw t0, 0(s2)
                add t0, t0, s0
                sw t0, 0(s2)
                addi s0, s0, -1
                bnez s0, loop
                j done
            """);
        var machine = EnginePair.Build(elf, null, new MachineOptions { Engine = EngineKind.Translator, Timing = TimingProfile.Named(profile), Contention = contention });
        Assert.Equal(ExitReason.Exit, machine.Run(RunLimits.None).Reason);
        return machine;
    }
}
