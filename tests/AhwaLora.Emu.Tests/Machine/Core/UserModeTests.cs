using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Core;

/// <summary>User mode and physical memory protection, as platform options (privileged specification, sections on mstatus, counters and PMP).</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class UserModeTests
{
    private static readonly PlatformDescription User = TestMachine.OneHart with { UserMode = true };
    private static readonly PlatformDescription Protected = TestMachine.OneHart with { UserMode = true, Pmp = true };

    // Everything is allowed by entry 15, so that what a test sets in lower ones decides.
    private const string AllowAll = "li t1, -1\ncsrw pmpaddr15, t1\nli t1, 0x1f000000\ncsrw pmpcfg3, t1\n";

    /// <summary>Sets up in machine mode, then runs <paramref name="user"/> in user mode to its first trap.</summary>
    private static TestMachine Run(string setup, string user, PlatformDescription? platform = null) => TestMachine.Assemble(
        $"""
            la t0, handler
            csrw mtvec, t0
            {setup}
            la t0, user
            csrw mepc, t0
            li t0, 0x1800
            csrc mstatus, t0
            la t3, data
            mret
            .balign 4
        handler:
            csrr s1, mcause
            csrr s2, mepc
            csrr s3, mtval
            csrr s4, mstatus
            j done
            .balign 4096
        user:
            {user}
            ecall
            .data
            .balign 4096
        data: .word 1, 2, 3, 4
            .text
        """,
        platform ?? User).Finish();

    [Fact]
    public void A_trap_from_user_mode_saves_its_privilege_and_mret_goes_back_there()
    {
        var machine = Run("csrsi mstatus, 8", "li a0, 1");
        Assert.Equal((8u, 0u, 1u), (machine["s1"], machine["s4"] & 0x1800, machine["a0"]));
        Assert.Equal(0x4010_1120u, Run("csrr a5, misa", "")["a5"]);
    }

    [Theory]
    [InlineData("csrr a0, mstatus", 0x30002573)]
    [InlineData("csrr a0, mhartid", 0xf1402573)]
    [InlineData("csrw mscratch, a0", 0x34051073)]
    [InlineData("mret", 0x30200073)]
    [InlineData("csrr a0, cycle", 0xc0002573)]
    [InlineData("csrr a0, time", 0xc0102573)]
    [InlineData("csrr a0, instreth", 0xc8202573)]
    [InlineData("csrr a0, tselect", 0x7a002573)]
    public void What_user_mode_may_not_do_is_illegal(string instruction, uint word)
    {
        var machine = Run("", $"at: {instruction}");
        Assert.Equal((2u, machine.Symbol("at"), word), (machine["s1"], machine["s2"], machine["s3"]));
    }

    [Fact]
    public void Mcounteren_opens_counters_to_user_mode() =>
        Assert.Equal(8u, Run("csrwi mcounteren, 7", "csrr a0, cycle\ncsrr a1, time\ncsrr a2, instret\ncsrr a3, cycleh")["s1"]);

    [Fact]
    public void Mpp_holds_the_modes_that_exist()
    {
        var machine = Run("li t1, 0x1800\ncsrc mstatus, t1\ncsrr a0, mstatus\nli t2, 0x0800\ncsrs mstatus, t2\ncsrr a1, mstatus\ncsrs mstatus, t1\ncsrr a2, mstatus", "");
        Assert.Equal((0u, 0u, 0x1800u), (machine["a0"] & 0x1800, machine["a1"] & 0x1800, machine["a2"] & 0x1800));
    }

    [Fact]
    public void Wfi_in_user_mode_traps_where_TW_is_set()
    {
        var machine = Run("li t1, 0x200000\ncsrs mstatus, t1", "at: wfi");
        Assert.Equal((2u, machine.Symbol("at"), 0x1050_0073u), (machine["s1"], machine["s2"], machine["s3"]));
    }

    [Fact]
    public void Interrupts_reach_user_mode_whatever_mie_says()
    {
        var machine = Run("li t1, 0x2000000\nli t2, 1\nsw t2, 0(t1)\ncsrwi mie, 8\ncsrci mstatus, 8", "1: j 1b");
        Assert.Equal(0x8000_0003u, machine["s1"]);
    }

    [Fact]
    public void Without_a_matching_entry_user_mode_may_access_nothing()
    {
        var machine = Run("", "nop", Protected);
        Assert.Equal((1u, machine.Symbol("user"), machine.Symbol("user")), (machine["s1"], machine["s2"], machine["s3"]));
        Assert.Equal(8u, Run(AllowAll, "lw a0, 0(t3)\nsw a0, 4(t3)", Protected)["s1"]);
    }

    [Theory]
    [InlineData("lw a0, 0(t3)", 0x18, 5)]
    [InlineData("lw a0, 0(t3)", 0x19, 8)]
    [InlineData("sw a0, 0(t3)", 0x19, 7)]
    [InlineData("sw a0, 0(t3)", 0x1b, 8)]
    [InlineData("sw a0, 0(t3)", 0x1a, 7)]
    [InlineData("jr t3", 0x1b, 1)]
    [InlineData("lw a0, 8(t3)", 0x18, 8)]
    [InlineData("lw a0, 6(t3)", 0x19, 5)]
    public void A_naturally_aligned_region_has_its_permissions(string access, uint configuration, uint cause)
    {
        // NAPOT, eight bytes at data.
        var machine = Run($"{AllowAll}la t1, data\nsrli t1, t1, 2\ncsrw pmpaddr0, t1\nli t1, {configuration}\ncsrw pmpcfg0, t1", $"at: {access}", Protected);
        Assert.Equal(cause, machine["s1"]);
    }

    [Theory]
    [InlineData("lw a0, 0(t3)", 8)]
    [InlineData("lw a0, 4(t3)", 5)]
    [InlineData("lw a0, 8(t3)", 5)]
    [InlineData("lw a0, 12(t3)", 8)]
    public void A_range_reaches_from_the_entry_below(string access, uint cause)
    {
        var machine = Run($"{AllowAll}la t1, data + 4\nsrli t1, t1, 2\ncsrw pmpaddr0, t1\naddi t1, t1, 2\ncsrw pmpaddr1, t1\nli t1, 0x0800\ncsrw pmpcfg0, t1", access, Protected);
        Assert.Equal(cause, machine["s1"]);
    }

    [Fact]
    public void A_locked_entry_binds_machine_mode_and_cannot_be_changed()
    {
        var machine = Run($"{AllowAll}la t3, data\nsrli t1, t3, 2\ncsrw pmpaddr0, t1\nli t1, 0x91\ncsrw pmpcfg0, t1\ncsrw pmpcfg0, zero\ncsrr a0, pmpcfg0\n"
            + "csrw pmpaddr0, zero\ncsrr a1, pmpaddr0\nlw a2, 0(t3)\nat: sw a2, 0(t3)", "", Protected);
        Assert.Equal((0x91u, machine.Symbol("data") >> 2, 1u), (machine["a0"], machine["a1"], machine["a2"]));
        Assert.Equal((7u, machine.Symbol("at"), machine.Symbol("data")), (machine["s1"], machine["s2"], machine["s3"]));
    }

    [Fact]
    public void Mprv_gives_loads_the_privilege_of_mpp()
    {
        var machine = Run("li t1, 0x1800\ncsrc mstatus, t1\nli t1, 0x20000\ncsrs mstatus, t1\nla t3, data\nat: lw a0, 0(t3)", "", Protected);
        Assert.Equal((5u, machine.Symbol("at")), (machine["s1"], machine["s2"]));
    }

    [Fact]
    public void Mret_to_user_mode_clears_mprv() =>
        Assert.Equal(0u, Run("li t1, 0x20000\ncsrs mstatus, t1", "")["s4"] & 0x2_0000);
}
