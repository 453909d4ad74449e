using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Limits fall on the same instruction and cycle in translated code as in interpreted code.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class EngineStopTests
{
    private const string Loop = """
            li s0, 2000
        loop:
            addi s1, s1, 1
            mul s2, s1, s1
            lw t0, 0(sp)
            add s3, s3, t0
            xor s3, s3, s2
            andi t1, s0, 3
            bnez t1, 1f
            addi s4, s4, 7
        1:  addi s0, s0, -1
            bnez s0, loop
        """;

    [Theory]
    [InlineData("functional")]
    [InlineData("cv32e40p")]
    [InlineData("snitch")]
    public void An_instruction_limit_stops_at_its_instruction(string profile)
    {
        for (var limit = 3000UL; limit < 3030; limit++) AssertSameAfter(profile, new RunLimits(ulong.MaxValue, limit));
    }

    [Theory]
    [InlineData("functional")]
    [InlineData("cv32e40p")]
    [InlineData("snitch")]
    public void A_cycle_limit_stops_at_its_cycle(string profile)
    {
        for (var limit = 5000UL; limit < 5040; limit++) AssertSameAfter(profile, new RunLimits(limit, ulong.MaxValue));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_hart_that_never_leaves_translated_code_may_run_for_billions_of_cycles(int nops)
    {
        // A round takes 4 cycles, so the loop takes more than fit into the 31 bits in which translated code counts.
        const ulong rounds = 600_000_000;
        var elf = EnginePair.Assemble($"li s0, {rounds}\n" + string.Concat(Enumerable.Repeat("nop\n", nops)) + """
            1:  addi s0, s0, -1
                bnez s0, 1b
            """);
        var options = new MachineOptions { Timing = TimingProfile.Named("cv32e40p"), Engine = EngineKind.Translator };
        var machine = EnginePair.Build(elf, null, options);
        Assert.Equal(ExitReason.Exit, machine.Run(RunLimits.None).Reason);
        Assert.InRange(machine.Harts[0].Retired, 2 * rounds, 2 * rounds + 20);
        Assert.InRange(machine.Harts[0].Time, 4 * rounds, 4 * rounds + 40);
    }

    private static void AssertSameAfter(string profile, RunLimits limits)
    {
        var elf = EnginePair.Assemble("li sp, 0x80010000\n" + Loop);
        var options = new MachineOptions { HotThreshold = 2, Timing = TimingProfile.Named(profile) };
        var states = new[] { EngineKind.Translator, EngineKind.Interpreter }.Select(engine =>
        {
            var machine = EnginePair.Build(elf, null, options with { Engine = engine });
            var result = machine.Run(limits);
            var hart = machine.Harts[0];
            return (result, hart.Pc, hart.Time, hart.Retired, string.Join(' ', hart.Registers()), string.Join(' ', machine.CausesOf(0).Cycles));
        }).ToArray();
        Assert.Equal(states[1], states[0]);
    }
}
