using AhwaLora.Machine;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary>The commit log, line by line in the format of Spike's --log-commits.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class CommitLogTests
{
    private static string[] Log(string code, string isa = Toolchain.Base)
    {
        var machine = TestMachine.Assemble(code, TestMachine.OneHart with { Isa = isa });
        var text = new StringWriter();
        machine.Machine.Attach(new CommitLog(text));
        machine.Run(100);
        return text.ToString().Split('\n');
    }

    [Fact]
    public void Lines_say_what_each_instruction_changed()
    {
        var log = Log(
            """
                lui sp, 0x80001
                addi a0, zero, -2
                sw a0, 4(sp)
                lbu a1, 5(sp)
                sb a0, 0(sp)
                addi x0, a0, 1
                csrw mscratch, a0
                csrrs a2, mscratch, zero
                beq zero, a0, done
            """);
        string[] expected =
        [
            "core   0: 3 0x80000000 (0x80001137) x2  0x80001000",
            "core   0: 3 0x80000004 (0xffe00513) x10 0xfffffffe",
            "core   0: 3 0x80000008 (0x00a12223) mem 0x80001004 0xfffffffe",
            "core   0: 3 0x8000000c (0x00514583) x11 0x000000ff mem 0x80001005",
            "core   0: 3 0x80000010 (0x00a10023) mem 0x80001000 0xfe",
            "core   0: 3 0x80000014 (0x00150013)",
            "core   0: 3 0x80000018 (0x34051073) c832_mscratch 0xfffffffe",
            "core   0: 3 0x8000001c (0x34002673) x12 0xfffffffe",
            "core   0: 3 0x80000020 (0x00a00263)",
        ];
        Assert.Equal(expected, log[..expected.Length]);
    }

    [Fact]
    public void Floating_point_lines_show_flags_and_the_first_use_of_mstatus()
    {
        var log = Log("fcvt.s.w ft1, sp\nfmv.w.x ft0, zero\nfdiv.s ft2, ft0, ft0\nfdiv.s ft2, ft0, ft0\nfmv.x.w a0, ft2\ncsrw fcsr, zero");
        string[] expected =
        [
            "core   0: 3 0x80000000 (0xd00170d3) f1  0x00000000 c768_mstatus 0x80007800",
            "core   0: 3 0x80000004 (0xf0000053) f0  0x00000000",
            "core   0: 3 0x80000008 (0x18007153) c1_fflags 0x00000010 f2  0x7fc00000",
            "core   0: 3 0x8000000c (0x18007153) c1_fflags 0x00000010 f2  0x7fc00000",
            "core   0: 3 0x80000010 (0xe0010553) x10 0x7fc00000",
            "core   0: 3 0x80000014 (0x00301073) c1_fflags 0x00000000 c2_frm 0x00000000",
        ];
        Assert.Equal(expected, log[..expected.Length]);
    }

    [Fact]
    public void Instructions_that_trap_leave_no_line_and_compressed_ones_are_short()
    {
        var log = Log("la t0, handler\ncsrw mtvec, t0\n.option norvc\necall\n.option rvc\n.balign 4\nhandler: c.li a0, 3", "rv32imfc_zicsr");
        Assert.Contains(log, line => line.EndsWith("(0x450d) x10 0x00000003", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("(0x00000073)", StringComparison.Ordinal));
    }

    [Fact]
    public void Atomics_show_their_load_and_their_store()
    {
        var log = Log("la t0, tohost - 64\nli a1, 5\namoadd.w a0, a1, (t0)\nlr.w a0, (t0)\nsc.w a2, a1, (t0)\nsc.w a2, a1, (t0)\n.data\n.zero 128\n.text", "rv32imaf_zicsr");
        Assert.Contains(log, line => line.Contains("x10 0x00000000 mem 0x8", StringComparison.Ordinal) && line.EndsWith(" 0x00000005", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("x12 0x00000000 mem 0x8", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith("x12 0x00000001", StringComparison.Ordinal));
    }
}
