using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Machine.Core;

/// <summary>Interrupts, mret and wfi (privileged specification, sections "Machine Interrupt Registers", "Trap Return" and "Wait for Interrupt").</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class InterruptTests
{
    private const uint Msi = 1u << InterruptBits.Msi, Mti = 1u << InterruptBits.Mti, Mei = 1u << InterruptBits.Mei;

    private static TestMachine Pending(uint mip, string code)
    {
        var machine = TestMachine.Assemble(
            $"""
                la t0, vectors
                csrw mtvec, t0
                li t1, 0x888
                csrw mie, t1
                {code}
                j done
                .balign 256
            vectors:
                .rept 12
                j handler
                .endr
            handler:
                csrr s1, mcause
                csrr s2, mepc
                csrr s3, mtval
                csrr s4, mstatus
                auipc s5, 0
                j done
            """);
        machine.Hart.Mip = mip;
        return machine.Finish();
    }

    [Theory]
    [InlineData(Msi | Mti | Mei, 11)]
    [InlineData(Msi | Mti, 3)]
    [InlineData(Mti, 7)]
    public void External_comes_before_software_before_timer(uint mip, uint code)
    {
        var machine = Pending(mip, "csrsi mstatus, 8\nat: nop");
        Assert.Equal((0x8000_0000 | code, machine.Symbol("at"), 0u), (machine["s1"], machine["s2"], machine["s3"]));
        Assert.Equal(0x1880u, machine["s4"] & 0x1888);
    }

    [Fact]
    public void Vectored_interrupts_go_to_their_vector_and_exceptions_to_the_base()
    {
        const string code = """
                la t0, table + 1
                csrw mtvec, t0
                {0}
                j done
                .balign 4
            table:
                li s6, 100
                j handler
                nop
                li s6, 3
                j handler
                nop
                nop
                li s6, 7
                j handler
            """;
        Assert.Equal(7u, Pending(Mti, code.Replace("{0}", "csrsi mstatus, 8", StringComparison.Ordinal))["s6"]);
        Assert.Equal(3u, Pending(Msi, code.Replace("{0}", "csrsi mstatus, 8", StringComparison.Ordinal))["s6"]);
        Assert.Equal(100u, Pending(0, code.Replace("{0}", "ecall", StringComparison.Ordinal))["s6"]);
    }

    [Fact]
    public void An_interrupt_that_is_not_enabled_stays_pending()
    {
        var machine = Pending(Mti, "li t1, 0x800\ncsrw mie, t1\ncsrsi mstatus, 8\ncsrr a0, mip");
        Assert.Equal((0u, Mti), (machine["s1"], machine["a0"]));
        Assert.Equal(0u, Pending(Mti, "csrci mstatus, 8\nnop")["s1"]);
    }

    [Fact]
    public void Bits_of_mip_are_the_devices_alone()
    {
        var machine = Pending(Msi, "csrw mip, zero\ncsrr a0, mip\nli t0, -1\ncsrw mip, t0\ncsrr a1, mip");
        Assert.Equal((Msi, Msi), (machine["a0"], machine["a1"]));
    }

    [Fact]
    public void Wfi_ends_by_an_enabled_interrupt_even_where_mie_is_off()
    {
        Assert.Equal(0u, Pending(Mti, "wfi")["s1"]);
        var machine = TestMachine.Assemble("li t1, 0x80\ncsrw mie, t1\nwfi");
        machine.Hart.Mip = Msi;
        Assert.Equal(ExitReason.AllWaiting, machine.Run().Reason);
        Assert.Equal(HartState.WaitingForInterrupt, machine.Hart.State);
    }

    [Fact]
    public void The_interrupt_that_ends_wfi_returns_behind_it()
    {
        var machine = Pending(Mti, "csrsi mstatus, 8\nnop");
        Assert.Equal(0x8000_0007u, machine["s1"]);
        machine = Pending(0, "li t2, 0x2004000\nsw zero, 4(t2)\nli t3, 1000\nsw t3, 0(t2)\ncsrsi mstatus, 8\nwfi\nat: nop");
        Assert.Equal((0x8000_0007u, machine.Symbol("at")), (machine["s1"], machine["s2"]));
        Assert.InRange(machine.Hart.Time, 1000UL, 1100UL);
    }

    [Fact]
    public void Mret_restores_what_the_trap_saved()
    {
        var machine = TestMachine.Assemble(
            """
                la t0, 1f
                csrw mepc, t0
                li t1, 0x80
                csrs mstatus, t1
                csrci mstatus, 8
                mret
                li a0, 1
            1:  csrr s0, mstatus
            """).Finish();
        Assert.Equal((0u, 0x1888u), (machine["a0"], machine["s0"] & 0x1888));
    }

    [Fact]
    public void Mepc_and_mtvec_keep_only_what_they_can_hold()
    {
        var machine = TestMachine.Assemble("li t0, -1\ncsrw mepc, t0\ncsrr s0, mepc\ncsrw mtvec, t0\ncsrr s1, mtvec\nli t0, 0x80000102\ncsrw mtvec, t0\ncsrr s2, mtvec").Finish();
        Assert.Equal((0xffff_fffcu, 0xffff_fffdu, 0x8000_0100u), (machine["s0"], machine["s1"], machine["s2"]));
        machine = TestMachine.Assemble("li t0, -1\ncsrw mepc, t0\ncsrr s0, mepc", TestMachine.OneHart with { Isa = "rv32imfc_zicsr" }).Finish();
        Assert.Equal(0xffff_fffeu, machine["s0"]);
    }
}
