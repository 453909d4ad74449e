using AhwaLora.Emu.Tests.Machine.Timing;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>Exact contention on both engines: the same grants in the same cycles, whoever else asks.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class ContentionEqualityTests(CalibrationPrograms programs) : IClassFixture<CalibrationPrograms>
{
    private static readonly PlatformDescription FourHarts = new()
    {
        Harts = 4,
        Memories =
        [
            new MemoryDescription { Name = "tcdm", Base = 0x1000_0000, Size = 0x1_0000, Banks = 4 },
            new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 },
        ],
        Aimc = null,
        Isa = "rv32imafc_zicsr_zifencei",
    };

    public static TheoryData<string> Profiles { get; } = ["functional", "cv32e40p-fpu0", "cv32e40p", "cv32e40p-fpu3", "snitch", "snitch-def", "snitch-rvf"];

    [Theory]
    [InlineData(16, "cv32e40p")]
    [InlineData(32, "cv32e40p-fpu2")]
    [InlineData(16, "snitch")]
    public void The_measured_cluster_program(int banks, string profile) =>
        Same(programs.Elf("cv32e40p", "cl01_banks"), profile, ClusterCalibrationTests.Cluster(banks), emulateMisaligned: true, maxInstructions: 300_000);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Loads_and_stores_of_every_width_and_alignment(string profile) => Same(profile, """
            csrr s7, mhartid
            li s1, 0x10000000
            li s0, 500
        loop:
            andi t1, s0, 15
            slli t2, s7, 2
            add t2, t2, t1
            add t2, t2, s1
            lw a0, 0(s1)
            lw a1, 4(s1)
            sw s0, 64(s1)
            lbu a2, 0(t2)
            sb a0, 33(t2)
            lh a3, 1(t2)
            sh a1, 40(t2)
            lw a4, 3(t2)
            add s3, s3, a4
            add s3, s3, a0
            sw s3, 128(s1)
            mul a5, a4, s0
            lw a6, 128(s1)
            div a7, a6, s0
            sw a5, 129(t2)
            addi s0, s0, -1
            bnez s0, loop
        """, emulateMisaligned: true);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Floating_point_between_bank_and_ram(string profile) => Same(profile, """
            li t0, 0x6000
            csrs mstatus, t0
            csrr s7, mhartid
            slli s7, s7, 8
            li s1, 0x10000000
            li s2, 0x80080000
            add s2, s2, s7
            li s0, 400
            fcvt.s.w f0, s0
        loop:
            flw f1, 0(s1)
            flw f2, 4(s1)
            fmadd.s f3, f1, f0, f2
            fsw f3, 8(s1)
            lw a0, 8(s1)
            fsw f3, 0(s2)
            lw a1, 0(s2)
            flw f4, 0(s2)
            fadd.s f5, f4, f2
            feq.s a2, f4, f5
            sw a0, 4(s1)
            fcvt.s.w f6, s0
            fdiv.s f7, f6, f0
            fsw f7, 16(s1)
            add s3, s3, a1
            add s3, s3, a2
            andi t1, s0, 7
            bnez t1, 1f
            mv t2, s1
            mv s1, s2
            mv s2, t2
        1:  addi s0, s0, -1
            bnez s0, loop
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Atomics_interrupts_and_barriers(string profile) => Same(profile, """
            la t0, handler
            csrw mtvec, t0
            csrr s7, mhartid
            li s8, 0x02004000
            slli t0, s7, 3
            add s8, s8, t0
            li s9, 0x0200bff8
            li t0, 300
            sw t0, 0(s8)
            sw x0, 4(s8)
            li t0, 0x80
            csrw mie, t0
            csrsi mstatus, 8
            li s1, 0x10000000
            li s0, 600
        loop:
            lw a0, 0(s1)
            amoadd.w a1, s0, (s1)
            lw a2, 4(s1)
            lr.w a3, (s1)
            addi a3, a3, 1
            sc.w a4, a3, (s1)
            add s3, s3, a4
            sw s3, 8(s1)
            call twice
            andi t1, s0, 63
            bnez t1, 1f
            csrr t2, 0x7c2
        1:  addi s0, s0, -1
            bnez s0, loop
            csrci mstatus, 8
            csrr t2, 0x7c2
            j done
        twice:
            lw a5, 12(s1)
            slli a5, a5, 1
            sw a5, 12(s1)
            ret
        handler:
            csrr t4, mepc
            add s4, s4, t4
            csrr t5, mcycle
            add s6, s6, t5
            lw t5, 0(s9)
            addi t5, t5, 777
            sw t5, 0(s8)
            mret
        """);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Code_in_a_bank_that_another_hart_changes(string profile) => Same(profile, """
            li s1, 0x10000000
            la s2, code
            li t0, 64
        copy:
            lw t1, 0(s2)
            sw t1, 0(s1)
            addi s1, s1, 4
            addi s2, s2, 4
            addi t0, t0, -4
            bnez t0, copy
            csrr s7, mhartid
            csrr t2, 0x7c2
            fence.i
            li s1, 0x10000000
            li s0, 300
            li s3, 0x00100000
            jr s1
        code:
            lw a0, 48(s1)
            add s4, s4, a0
            lw s2, 16(s1)
            addi s5, s5, 1
            addi s6, s6, 3
            bne s7, s0, 1f
            add s2, s2, s3
            sw s2, 16(s1)
            addi s7, s7, 8
        1:  addi s0, s0, -1
            bnez s0, code
            la t0, done
            jr t0
        """);

    [Theory]
    [InlineData("double-buffered", "cv32e40p")]
    [InlineData("sequential", "snitch")]
    public void A_layer_with_dma_and_tile_as_masters(string strategy, string profile)
    {
        var lockstep = new Lockstep(engine => LayerRun.Build(
            LayerData.Generate(new LayerShape(Inputs: 16, Outputs: 16, Rank: 4, Tokens: 16, Chunk: 4), seed: 5),
            LayerStrategy.All.First(s => s.Name == strategy),
            new PlatformDescription { Harts = 4 },
            new MachineOptions { Engine = engine, Timing = TimingProfile.Named(profile), Contention = Contention.Exact, HotThreshold = 2 }));
        var difference = lockstep.FindDifference(RunLimits.None);
        Assert.True(difference is null, difference);
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), lockstep.Result);
    }

    private static void Same(string profile, string assembly, bool? emulateMisaligned = null) =>
        Same(EnginePair.Assemble(assembly, FourHarts.Isa), profile, FourHarts, emulateMisaligned, 400_000);

    private static void Same(string elf, string profile, PlatformDescription platform, bool? emulateMisaligned, ulong maxInstructions)
    {
        var result = EnginePair.AssertSame(elf, profile, platform, maxInstructions, emulateMisaligned, Contention.Exact);
        Assert.Contains(result.Reason, new[] { ExitReason.Exit, ExitReason.InstructionLimit });
        foreach (var heat in EnginePair.Heats) AssertSameWithoutStops(elf, platform, heat with { Timing = TimingProfile.Named(profile), EmulateMisaligned = emulateMisaligned, Contention = Contention.Exact });
    }

    /// <summary>A limit of instructions makes the scheduler stop after every turn; without one, turns follow each other as in a real run.</summary>
    private static void AssertSameWithoutStops(string elf, PlatformDescription platform, MachineOptions options)
    {
        var states = new[] { EngineKind.Translator, EngineKind.Interpreter }.Select(engine =>
        {
            var machine = EnginePair.Build(elf, platform, options with { Engine = engine });
            machine.Run(new RunLimits(60_000, ulong.MaxValue));
            return string.Join('\n', machine.Harts.Select(h => $"{h.Pc:x} {h.Time} {h.Retired} {string.Join(' ', h.Registers())} {string.Join(' ', machine.CausesOf(h.Id).Cycles)}"))
                + string.Join(' ', machine.BankConflicts);
        }).ToArray();
        Assert.Equal(states[1], states[0]);
    }
}
