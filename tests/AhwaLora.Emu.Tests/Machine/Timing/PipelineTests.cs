using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>What programs see of a pipeline.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class PipelineTests
{
    [Theory]
    [InlineData("functional", 1)]
    [InlineData("cv32e40p", 4)]
    [InlineData("snitch", 1)]
    public void Two_reads_of_mcycle_are_as_far_apart_as_on_the_rtl(string profile, uint cycles) => Assert.Equal(cycles, Region(profile, ""));

    [Fact]
    public void A_trap_that_skips_its_instruction_takes_20_cycles()
    {
        Assert.Equal(4u + 20, Region("cv32e40p", "ecall"));
        Assert.Equal(4u + 20, Region("cv32e40p", ".word 0"));
        Assert.Equal(1u + 7, Region("snitch", "ecall"));
    }

    [Theory]
    [InlineData("lw a1, 0(sp)\nadd a2, a1, a1", Cause.LoadUse, 1)]
    [InlineData("li a1, 0\ndivu a2, a1, a1", Cause.Division, 34)]
    [InlineData("mulh a1, a0, a0", Cause.Division, 4)]
    [InlineData("j 1f\n1:", Cause.JumpBranch, 1)]
    [InlineData("beq x0, x0, 1f\n1:", Cause.JumpBranch, 2)]
    [InlineData("fadd.s fa0, fa0, fa0\nfadd.s fa0, fa0, fa0", Cause.FpuDependency, 1)]
    [InlineData("fdiv.s fa0, fa0, fa0\nfadd.s fa1, fa1, fa1", Cause.FpuStructural, 2)]
    [InlineData("fence", Cause.Csr, 3)]
    [InlineData("lw a1, 2(sp)", Cause.MemoryLatency, 1)]
    public void A_stall_is_charged_to_what_caused_it(string code, Cause cause, ulong cycles)
    {
        var machine = Measure("cv32e40p", code);
        var without = Measure("cv32e40p", "");

        Assert.Equal(cycles, machine.Machine.CausesOf(0).Cycles[(int)cause] - without.Machine.CausesOf(0).Cycles[(int)cause]);
    }

    [Theory]
    [InlineData("functional")]
    [InlineData("cv32e40p-fpu3")]
    [InlineData("snitch")]
    public void Causes_add_up_to_the_clock_after_every_instruction(string profile)
    {
        var machine = TestMachine.Assemble(Prologue(Skip) + Mixture + "j done\n", options: TestMachine.Options with { Timing = TimingProfile.Named(profile) });
        while (machine.Machine.Result is null)
        {
            machine.Run(1);
            Assert.Equal(machine.Hart.Time, machine.Machine.CausesOf(0).Total);
        }
    }

    [Theory]
    [InlineData("beq x0, x0, 1f\ncsrr a0, mscratch", 16)] // Rule 7; the 17th is a nop that rule 9 keeps in EX otherwise.
    [InlineData("beq x0, x0, 1f\nnop", 0)]
    [InlineData("bne x0, x0, 1f\nnop", -1)]
    public void What_lies_behind_a_taken_branch_may_keep_its_target_waiting(string code, int cycles) =>
        Assert.Equal(cycles, (int)BehindDivision(code) - (int)BehindDivision("beq x0, x0, 1f\nnop"));

    [Fact]
    public void A_store_behind_a_branch_changes_what_it_waits_for()
    {
        const string read = "0x34002573", nop = "0x00000013"; // csrr a0, mscratch

        Assert.Equal(16u, TwoPasses(read) - TwoPasses(nop));
    }

    private static uint TwoPasses(string storedBetween) => BehindDivision(
        $"""
            la a3, 2f
            li a4, {storedBetween}
            li a5, 2
        3:  fdiv.s fa0, fa0, fa1
            beq x0, x0, 1f
        2:  csrr a0, mscratch
        1:  sw a4, 0(a3)
            .rept 20
            nop
            .endr
            addi a5, a5, -1
            bnez a5, 3b
        """);

    /// <summary>Cycles of code after a long division, and of what hides the rest of it.</summary>
    private static uint BehindDivision(string code) => Region(
        "cv32e40p",
        $"""
            li a0, 3
            fcvt.s.w fa1, a0
            fcvt.s.w fa0, a0
            fadd.s fa0, fa0, fa1
            fadd.s fa1, fa0, fa0
            fadd.s fa1, fa1, fa0
            fmul.s fa1, fa1, fa1
            li a0, 1
            fcvt.s.w fa0, a0
            fdiv.s fa0, fa0, fa1
        {code}
        1:  .rept 20
            nop
            .endr
        """);

    [Fact]
    public void Slow_memory_delays_what_uses_it()
    {
        var ram = TestMachine.OneHart.Memories[0] with { ExtraCycles = 3 };
        var slow = TestMachine.OneHart with { Memories = [ram] };

        Assert.Equal(4u + 3 + 3, Region("cv32e40p", "lw a1, 0(sp)\nadd a2, a1, a1", platform: slow));
        Assert.Equal(1u + 5 + 3, Region("snitch", "lw a1, 0(sp)\nadd a2, a1, a1", platform: slow));
    }

    [Theory]
    [InlineData("lw", 1, 3)]
    [InlineData("lh", 1, 1)]
    [InlineData("lw", 2, 1)]
    [InlineData("lb", 1, 0)]
    [InlineData("lw", 4, 0)]
    [InlineData("sw", 1, 3)]
    public void Narrow_memory_takes_a_cycle_for_each_part(string access, uint width, uint further)
    {
        var narrow = TestMachine.OneHart with { Memories = [TestMachine.OneHart.Memories[0] with { WidthBytes = width }] };

        Assert.Equal(further, Region("cv32e40p", $"{access} a1, 0(sp)\nnop\nnop", platform: narrow) - Region("cv32e40p", $"{access} a1, 0(sp)\nnop\nnop"));
    }

    [Theory]
    [InlineData(0, 1)] // The load waits for the store of the same eight bytes.
    [InlineData(4, 0)]
    public void Where_data_lies_decides_what_the_address_queue_takes_for_the_same(uint offset, uint waits)
    {
        var options = TestMachine.Options with { Timing = TimingProfile.Named("snitch-rvf"), Placement = new Placement(0, offset) };
        uint Cycles(string code) => Region("snitch-rvf", code, options: options);

        Assert.Equal(waits, Math.Min(1, Cycles("fsw fa0, 0(sp)\nlw a1, 4(sp)") - Cycles("fsw fa0, 0(sp)\nlw a1, 32(sp)")));
    }

    private const string Skip =
        """
            csrw mscratch, t0
            csrr t0, mepc
            addi t0, t0, 4
            csrw mepc, t0
            csrr t0, mscratch
            mret
        """;

    private const string Mixture =
        """
            li s2, 20
        1:  lw a1, 0(sp)
            mulh a2, a1, s2
            divu a3, a2, s2
            fcvt.s.w fa0, a3
            fdiv.s fa1, fa0, fa0
            fsw fa1, 4(sp)
            lw a4, 4(sp)
            feq.s a5, fa1, fa0
            ecall
            csrr a6, fflags
            addi s2, s2, -1
            bnez s2, 1b

        """;

    private static uint Region(string profile, string code, string handler = Skip, PlatformDescription? platform = null, MachineOptions? options = null)
    {
        var machine = Measure(profile, code, handler, platform, options);
        return machine["s1"] - machine["s0"];
    }

    /// <summary>Runs code between two reads of mcycle, with the FPU on, a stack, and a trap handler.</summary>
    private static TestMachine Measure(string profile, string code, string handler = Skip, PlatformDescription? platform = null, MachineOptions? options = null) =>
        TestMachine.Assemble(
            $"""
            {Prologue(handler)}
                csrr s0, mcycle
            {code}
                csrr s1, mcycle
                j done
            """,
            platform,
            options ?? TestMachine.Options with { Timing = TimingProfile.Named(profile) }).Finish();

    private static string Prologue(string handler) =>
        $"""
            j 3f
            .balign 256
        2:
        {handler}
        3:  la t0, 2b
            csrw mtvec, t0
            la sp, stack
            li t0, 0x6000
            csrs mstatus, t0
            .pushsection .data
            .balign 64
        stack: .zero 64
            .popsection

        """;
}
