using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;


namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>
/// A translated region may be discarded whenever the translator asks for code: by a store, by what the region has taught,
/// to make room. What the hart does then is what the interpreter does, cycle for cycle.
/// </summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class DiscardedRegionTests
{
    private static readonly PlatformDescription Platform = new()
    {
        Harts = 2,
        Memories =
        [
            new MemoryDescription { Name = "tcdm", Base = 0x1000_0000, Size = 0x1_0000, Banks = 4 },
            new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 },
        ],
        Aimc = null,
    };

    /// <summary>An interpreter's dispatch: eight handlers reached by one indirect jump, some of them rare, which the translator learns one after the other.</summary>
    private const string Dispatch = """
            la s0, table
            li s1, 0x2545f491
            li s2, 20000
        loop:
            slli t0, s1, 13
            xor s1, s1, t0
            srli t0, s1, 17
            xor s1, s1, t0
            slli t0, s1, 5
            xor s1, s1, t0
            andi t0, s1, 12
            andi t1, s1, 0x7e0
            bnez t1, 2f
            andi t0, s1, 28
        2:  add t0, t0, s0
            lw t0, 0(t0)
            jr t0
        h0: addi s3, s3, 1
            j next
        h1: addi s3, s3, 2
            j next
        h2: addi s3, s3, 3
            j next
        h3: addi s3, s3, 4
            j next
        h4: addi s3, s3, 5
            j next
        h5: addi s3, s3, 6
            j next
        h6: addi s3, s3, 7
            j next
        h7: addi s3, s3, 8
        next:
            addi s2, s2, -1
            bnez s2, loop
            j done
            .balign 4
        table: .word h0, h1, h2, h3, h4, h5, h6, h7
        """;

    /// <summary>Calls between RAM and TCDM, accesses of banks, floating point in two modes, and a handler of misaligned loads.</summary>
    private const string Mixture = """
            li t0, 0x6000
            csrs mstatus, t0
            la t0, handler
            csrw mtvec, t0
            csrr s7, mhartid
            slli s8, s7, 12
            li s1, 0x10000000
            add s1, s1, s8
            la s2, helper
            mv t0, s1
            li t1, 9
        copy:
            lw t2, 0(s2)
            sw t2, 0(t0)
            addi s2, s2, 4
            addi t0, t0, 4
            addi t1, t1, -1
            bnez t1, copy
            fence.i
            li s0, 1500
            la s9, data
            slli t0, s7, 8
            add s9, s9, t0
            fcvt.s.w f1, s0
        loop:
            jalr s1
            andi t1, s0, 3
            bnez t1, 1f
            call near
        1:  andi t1, s0, 15
            bnez t1, 2f
            csrw fflags, x0
            lw a2, 1(s9)
        2:  xor s6, s6, a0
            addi s0, s0, -1
            bnez s0, loop
            bnez s7, wait
            j done
        wait: j wait
        near:
            mv t2, s9
            mv s9, s10
            mv s10, t2
            mv s9, t2
            fdiv.s f4, f2, f1
            fcvt.w.s a3, f4
            add s6, s6, a3
            ret
        helper:
            lw a0, 64(s1)
            addi a0, a0, 5
            sw a0, 64(s1)
            fcvt.s.w f2, a0
            fmadd.s f3, f2, f1, f2
            fsw f3, 68(s1)
            flw f5, 68(s1)
            sw a0, 0(s9)
            ret
        handler:
            csrr t5, mepc
            addi t5, t5, 4
            csrw mepc, t5
            addi s4, s4, 1
            mret
            .balign 512
        data: .zero 1024
        """;

    /// <summary>A jump in TCDM that leads to two places in RAM in turn: control comes there and back without a look for code.</summary>
    private const string JumpFromTcdm = """
            li s1, 0x10000000
            la t0, jump
            lw t1, 0(t0)
            lw t2, 4(t0)
            sw t1, 0(s1)
            sw t2, 4(s1)
            fence.i
            la s2, table
            li s0, 3000
        loop:
            andi t3, s0, 4
            add t3, t3, s2
            jr s1
        h0: addi s3, s3, 1
            j next
        h1: addi s3, s3, 2
        next:
            addi s0, s0, -1
            bnez s0, loop
            j done
        jump:
            lw t0, 0(t3)
            jr t0
            .balign 4
        table: .word h0, h1
        """;

    public static TheoryData<string, Contention> Cases
    {
        get
        {
            var cases = new TheoryData<string, Contention>();
            foreach (var profile in EnginePair.Profiles)
            {
                cases.Add(profile, Contention.None);
                cases.Add(profile, Contention.Exact);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_indirect_jump_whose_targets_are_learnt_one_after_the_other(string profile, Contention contention)
    {
        var elf = EnginePair.Assemble(Dispatch);
        var options = Options(profile, contention);
        var interpreted = StateOf(elf, TestMachine.OneHart, options with { Engine = EngineKind.Interpreter });
        Assert.Equal(interpreted, StateOf(elf, TestMachine.OneHart, options with { Engine = EngineKind.Translator }));
        foreach (var heat in EnginePair.Heats)
        {
            Assert.Equal(interpreted, StateOf(elf, TestMachine.OneHart, options with { Engine = EngineKind.Translator, HotThreshold = heat.HotThreshold, DecodeThreshold = heat.DecodeThreshold }));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_region_learns_for_its_own_memory_wherever_control_came_from(string profile, Contention contention)
    {
        var elf = EnginePair.Assemble(JumpFromTcdm);
        var platform = Platform with { Harts = 1 };
        var options = Options(profile, contention);
        var interpreted = StateOf(elf, platform, options with { Engine = EngineKind.Interpreter });
        foreach (var heat in EnginePair.Heats)
        {
            Assert.Equal(interpreted, StateOf(elf, platform, options with { Engine = EngineKind.Translator, HotThreshold = heat.HotThreshold, DecodeThreshold = heat.DecodeThreshold }));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Regions_discarded_at_random_change_nothing(string profile, Contention contention)
    {
        foreach (var (program, platform) in new[] { (Dispatch, TestMachine.OneHart), (Mixture, Platform) })
        {
            var elf = EnginePair.Assemble(program);
            var options = Options(profile, contention);
            var interpreted = StateOf(elf, platform, options with { Engine = EngineKind.Interpreter });
            foreach (var (index, heat) in EnginePair.Heats.Index())
            {
                var discarder = new Discarder(seed: index + 1);
                var translated = StateOf(elf, platform, options with { Engine = EngineKind.Translator, HotThreshold = heat.HotThreshold, DecodeThreshold = heat.DecodeThreshold, CodeAsked = discarder.Asked });
                Assert.Equal(interpreted, translated);
                Assert.InRange(discarder.Discards, 20, int.MaxValue);
            }
        }
    }

    private static MachineOptions Options(string profile, Contention contention) => new() { Timing = TimingProfile.Named(profile), Contention = contention };

    /// <summary>How the run ended, and all that differs if an engine goes wrong.</summary>
    private static string StateOf(string elf, PlatformDescription platform, MachineOptions options)
    {
        var machine = EnginePair.Build(elf, platform, options);
        var result = machine.Run(new RunLimits(3_000_000, ulong.MaxValue));
        Assert.Equal(ExitReason.Exit, result.Reason);
        return string.Join('\n', machine.Harts.Select(h => $"{h.Pc:x} {h.Time} {h.Retired} {h.Fflags} {string.Join(' ', h.Registers())} {string.Join(' ', machine.CausesOf(h.Id).Cycles)}"))
            + '\n' + string.Join(' ', machine.BankConflicts);
    }

    /// <summary>
    /// Discards a region, or all, in an order that only its seed decides: often at first, then ever more seldom, so that
    /// regions are discarded new as well as old, and the run does not only translate.
    /// </summary>
    private sealed class Discarder(int seed)
    {
        private const int Most = 40;

        private readonly Random _random = new(seed);
        private int _asked, _next;

        /// <summary>Times that it has discarded something.</summary>
        public int Discards { get; private set; }

        public void Asked(RegionTable table)
        {
            if (_asked++ < _next || Discards == Most) return;
            _next = _asked + _random.Next(8 + _asked / 8);
            CodeRegion[] regions = [.. table.Regions];
            if (regions.Length == 0) return;
            if (_random.Next(8) == 0) table.Clear();
            else table.Retranslate(regions[_random.Next(regions.Length)], heat: 2);
            Discards++;
        }
    }
}
