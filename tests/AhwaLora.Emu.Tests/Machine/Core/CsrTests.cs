using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Emu.Tests.Machine.Core;

/// <summary>What CSRs hold and what a write leaves behind (privileged specification, chapter "Machine-Level ISA").</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class CsrTests
{
    private static TestMachine Run(string code) => TestMachine.Assemble(code).Finish();

    [Theory]
    [InlineData("mstatus", 0x8000_7888)]
    [InlineData("mie", 0x888)]
    [InlineData("mscratch", 0xffff_ffff)]
    [InlineData("mcause", 0xffff_ffff)]
    [InlineData("mtval", 0xffff_ffff)]
    [InlineData("mcountinhibit", 0xffff_fffd)]
    [InlineData("mcounteren", 0xffff_ffff)]
    [InlineData("misa", 0x4000_1120)]
    [InlineData("mip", 0)]
    [InlineData("0x310", 0)]
    [InlineData("fcsr", 0xff)]
    [InlineData("fflags", 0x1f)]
    [InlineData("frm", 7)]
    public void All_ones_leave_the_fields_that_exist(string csr, uint expected) =>
        Assert.Equal(expected, Run($"li t0, -1\ncsrw {csr}, t0\ncsrr s0, {csr}")["s0"]);

    [Theory]
    [InlineData("mstatus", 0x1800)]
    [InlineData("mie", 0)]
    [InlineData("misa", 0x4000_1120)]
    [InlineData("mepc", 0)]
    public void Zeros_leave_what_is_wired(string csr, uint expected) =>
        Assert.Equal(expected, Run($"csrw {csr}, zero\ncsrr s0, {csr}")["s0"]);

    [Fact]
    public void Csr_instructions_read_the_old_value_and_write_the_new()
    {
        var machine = Run(
            """
                csrwi mscratch, 3
                csrrci s0, mscratch, 1
                csrrsi s1, mscratch, 4
                csrrwi s2, mscratch, 2
                li a0, 0x0bad1dea
                csrrw s3, mscratch, a0
                li a0, 0x00001dea
                csrrc a0, mscratch, a0
                li a1, 0x0000beef
                csrrs a1, mscratch, a1
                csrr s4, mscratch
                csrrw s4, mscratch, s4
            """);
        Assert.Equal((3u, 2u, 6u, 2u), (machine["s0"], machine["s1"], machine["s2"], machine["s3"]));
        Assert.Equal((0x0bad1deau, 0x0bad0000u, 0x0badbeefu), (machine["a0"], machine["a1"], machine["s4"]));
    }

    [Fact]
    public void FS_is_initial_at_reset_and_dirty_after_a_change()
    {
        Assert.Equal(0x2000u, Run("csrr s0, mstatus")["s0"] & 0x8000_6000);
        foreach (var change in new[] { "fmv.w.x ft0, zero", "flw ft0, 0(sp)", "fsrmi 0", "csrw fflags, zero", "fcvt.s.w ft1, zero", "fdiv.s ft0, ft0, ft0" })
        {
            Assert.Equal(0x8000_6000u, Run($"la sp, _start\n{change}\ncsrr s0, mstatus")["s0"] & 0x8000_6000);
        }
    }

    [Theory]
    [InlineData("fmv.x.w a0, ft0")]
    [InlineData("feq.s a0, ft0, ft0")]
    [InlineData("fclass.s a0, ft0")]
    [InlineData("fsw ft0, -4(sp)")]
    [InlineData("csrr a0, fcsr")]
    [InlineData("csrrs a0, fflags, x0")]
    public void What_changes_no_floating_point_state_leaves_FS(string instruction) =>
        Assert.Equal(0x2000u, Run($"la sp, done + 1024\n{instruction}\ncsrr s0, mstatus")["s0"] & 0x8000_6000);

    [Fact]
    public void A_comparison_that_raises_a_flag_makes_FS_dirty() =>
        Assert.Equal(0x8000_6000u, Run("li t0, 0x7fc00000\nfmv.w.x ft0, t0\nli t0, 0x4000\ncsrc mstatus, t0\nflt.s a0, ft0, ft0\ncsrr s0, mstatus")["s0"] & 0x8000_6000);

    [Fact]
    public void A_write_to_a_counter_suppresses_its_own_increment()
    {
        var machine = Run(
            """
                csrwi minstret, 0
                csrr s0, minstret
                csrr s1, minstret
                li t0, -1
                csrw minstret, t0
                csrw minstreth, t0
                nop
                csrr s2, minstret
                csrr s3, minstreth
                csrwi mcycle, 10
                csrr s4, mcycle
                csrwi mcycleh, 5
                csrr s5, mcycleh
                csrr s6, cycleh
            """);
        Assert.Equal((0u, 1u, 0u, 0u), (machine["s0"], machine["s1"], machine["s2"], machine["s3"]));
        Assert.Equal((10u, 5u, 5u), (machine["s4"], machine["s5"], machine["s6"]));
    }

    [Fact]
    public void Instructions_that_trap_do_not_retire()
    {
        var machine = Run(
            """
                la t0, handler
                csrw mtvec, t0
                csrwi minstret, 0
                ecall
                csrr s0, minstret
                j done
                .balign 4
            handler:
                csrr t1, mepc
                addi t1, t1, 4
                csrw mepc, t1
                mret
            """);
        Assert.Equal(4u, machine["s0"]);
    }

    [Fact]
    public void An_inhibited_counter_stands_still()
    {
        var machine = Run(
            """
                csrwi mcountinhibit, 5
                csrr s0, minstret
                csrr s1, mcycle
                nop
                nop
                csrr s2, minstret
                csrr s3, mcycle
                csrwi minstret, 7
                nop
                csrr s4, minstret
                csrwi mcountinhibit, 0
                csrr s5, minstret
                csrr s6, minstret
            """);
        Assert.Equal((machine["s0"], machine["s1"], 7u), (machine["s2"], machine["s3"], machine["s4"]));
        Assert.Equal((7u, 8u), (machine["s5"], machine["s6"]));
    }

    /// <summary>The write that inhibits is still counted, the one that enables is not yet.</summary>
    [Theory]
    [InlineData("minstret", 4)]
    [InlineData("mcycle", 1)]
    [InlineData("mhpmcounter5", 32)]
    public void A_write_of_mcountinhibit_acts_after_its_own_instruction(string counter, int bit)
    {
        var code = $"""
                csrwi mhpmevent5, 2
                li s8, {bit}
                csrw mcountinhibit, zero
                csrr s0, {counter}
                csrs mcountinhibit, s8
                csrr s1, {counter}
                csrr s2, {counter}
                csrc mcountinhibit, s8
                csrr s3, {counter}
                csrr s4, {counter}
            """;
        foreach (var profile in TimingProfile.All)
        {
            var machine = TestMachine.Assemble(code, options: TestMachine.Options with { Timing = profile }).Finish();
            Assert.Equal((machine["s1"], machine["s1"]), (machine["s2"], machine["s3"]));
            if (profile == TimingProfile.Functional || counter != "mcycle") Assert.Equal((2u, 1u), (machine["s1"] - machine["s0"], machine["s4"] - machine["s3"]));
            else Assert.True(machine["s1"] - machine["s0"] >= 2 && machine["s4"] > machine["s3"]);
        }
    }

    [Theory]
    [InlineData("minstret", "minstreth")]
    [InlineData("mcycle", "mcycleh")]
    [InlineData("mhpmcounter7", "mhpmcounter7h")]
    public void The_next_instruction_reads_what_a_write_of_a_counter_has_left(string low, string high)
    {
        foreach (var profile in TimingProfile.All)
        {
            var machine = TestMachine.Assemble(
                $"""
                    csrwi mhpmevent7, 1
                    csrwi {low}, 17
                    csrr s0, {low}
                    csrrwi s1, {low}, 5
                    csrrsi s2, {low}, 8
                    csrr s3, {low}
                    csrwi {high}, 3
                    csrr s4, {high}
                    li t0, -1
                    csrw {low}, t0
                    csrr s5, {low}
                    csrr s6, {high}
                """,
                options: TestMachine.Options with { Timing = profile }).Finish();
            Assert.Equal((17u, true, 5u, 13u, 3u, 0xffff_ffffu, 4u), (machine["s0"], machine["s1"] > 17, machine["s2"], machine["s3"], machine["s4"], machine["s5"], machine["s6"]));
        }
    }

    /// <summary>The instruction that selects an event counts as what was selected before.</summary>
    [Fact]
    public void A_write_of_mhpmevent_acts_after_its_own_instruction()
    {
        var machine = Run(
            """
                csrwi mhpmevent3, 2
                csrwi mhpmcounter3, 0
                csrwi mhpmevent3, 0
                csrr s0, mhpmcounter3
                csrwi mhpmevent3, 2
                csrr s1, mhpmcounter3
                csrr s2, mhpmcounter3
            """);
        Assert.Equal((1u, 1u, 2u), (machine["s0"], machine["s1"], machine["s2"]));
    }

    [Fact]
    public void Every_performance_counter_exists_and_holds_what_is_written()
    {
        var code = string.Concat(Enumerable.Range(3, 29).Select(n => $"li t0, {n * 1001}\ncsrw mhpmcounter{n}, t0\ncsrw mhpmcounter{n}h, t0\ncsrr t1, hpmcounter{n}\n"
            + $"bne t0, t1, bad\ncsrr t1, hpmcounter{n}h\nbne t0, t1, bad\ncsrw mhpmevent{n}, zero\ncsrr t1, mhpmevent{n}\nbnez t1, bad\n"));
        Assert.Equal(1u, Run($"{code}\nli s0, 1\nj done\nbad: li s0, 2")["s0"]);
    }

    [Fact]
    public void Code_that_writes_code_is_seen_with_and_without_a_fence()
    {
        var machine = Run(
            """
                la t0, patch
                lw t1, replacement
                call patched
                mv s0, a0
                sw t1, 0(t0)
                fence.i
                call patched
                mv s1, a0
                j done
            patched:
            patch:
                li a0, 1
                ret
            replacement:
                li a0, 2
            """);
        Assert.Equal((1u, 2u), (machine["s0"], machine["s1"]));
    }

    [Fact]
    public void Code_that_the_host_writes_is_seen_at_once()
    {
        var machine = TestMachine.Assemble("wait: lw t0, flag\nbeqz t0, wait\npatch: li a0, 1\nj done\nflag: .word 0");
        machine.Run(100);
        Assert.True(machine.Machine.Space.WriteBlock(machine.Symbol("patch"), [0x13, 0x05, 0x20, 0x00], Initiators.Host));
        Assert.True(machine.Machine.Space.WriteBlock(machine.Symbol("flag"), [1, 0, 0, 0], Initiators.Host));
        Assert.Equal(2u, machine.Finish()["a0"]);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(8, 0)]
    public void A_store_of_another_master_ends_the_reservation_of_its_word(uint offset, uint failed)
    {
        var machine = TestMachine.Assemble(
            "la t1, word\nlr.w t0, (t1)\nwait: lw t0, flag\nbeqz t0, wait\nsc.w a0, t0, (t1)\nj done\nflag: .word 0\n.data\nword: .word 1, 2, 3\n.text",
            TestMachine.OneHart with { Isa = "rv32ima_zicsr" });
        machine.Run(100);
        machine.Machine.Space.WriteBlock(machine.Symbol("word") + offset, [7, 0, 0, 0], Initiators.Device0);
        machine.Machine.Space.WriteBlock(machine.Symbol("flag"), [1, 0, 0, 0], Initiators.Host);
        Assert.Equal(failed, machine.Finish()["a0"]);
    }

    [Fact]
    public void Reserved_fields_of_fences_are_ignored() =>
        Assert.Equal(1u, Run(".word 0xfff7878f\n.word 0xabcf9f8f\n.word 0x8330000f\n.word 0x0100000f\nli s0, 1")["s0"]);
}
