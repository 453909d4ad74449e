using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Core;

/// <summary>Sdtrig: four mcontrol6 triggers whose action is a breakpoint exception (debug specification 1.0, chapter "Sdtrig").</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class TriggerTests
{
    private const string Handler = """
            j done
            .balign 4
        handler:
            csrr s1, mcause
            csrr s2, mepc
            csrr s3, mtval
            csrr s4, tdata1
            addi s0, s0, 1
            addi t6, s2, 4
            csrw mepc, t6
            mret
        """;

    private static TestMachine Run(string code, PlatformDescription? platform = null) =>
        TestMachine.Assemble($"la t0, handler\ncsrw mtvec, t0\ncsrsi mstatus, 8\n{code}\n{Handler}\n.data\ndata: .word 1, 2\n.text", platform).Finish();

    [Fact]
    public void There_are_four_triggers_of_type_mcontrol6()
    {
        var machine = Run("li t1, 3\ncsrw tselect, t1\ncsrr a0, tselect\nli t1, 4\ncsrw tselect, t1\ncsrr a1, tselect\ncsrr a2, tinfo\ncsrr a3, tdata1\ncsrr a4, tdata3");
        Assert.Equal((0u, 3u, 3u), (machine["s0"], machine["a0"], machine["a1"]));
        Assert.Equal((0x0100_8040u, 0xf000_0000u, 0u), (machine["a2"], machine["a3"], machine["a4"]));
    }

    [Theory]
    [InlineData(0x6040_0047, 0x6040_0047)]
    [InlineData(0x6fff_ffff, 0x6040_0047)]
    [InlineData(0x2000_0044, 0xf000_0000)]
    [InlineData(0x3000_0000, 0xf000_0000)]
    [InlineData(0x0000_0000, 0xf000_0000)]
    public void Tdata1_holds_what_is_implemented(uint written, uint read) =>
        Assert.Equal(read, Run($"csrci mstatus, 8\nli t1, 0x{written:x}\ncsrw tdata1, t1\ncsrr a0, tdata1")["a0"]);

    [Fact]
    public void An_execute_trigger_fires_before_its_instruction()
    {
        var machine = Run("la t1, at\ncsrw tdata2, t1\nli t2, 0x60000044\ncsrw tdata1, t2\nli a0, 1\nat: li a0, 2\nli a1, 3");
        Assert.Equal((1u, 3u, machine.Symbol("at"), machine.Symbol("at")), (machine["s0"], machine["s1"], machine["s2"], machine["s3"]));
        Assert.Equal((1u, 3u, 0x6040_0044u), (machine["a0"], machine["a1"], machine["s4"]));
    }

    [Theory]
    [InlineData("lw a0, 0(t1)", 1, true)]
    [InlineData("sw a0, 0(t1)", 1, false)]
    [InlineData("sw a0, 0(t1)", 2, true)]
    [InlineData("lb a0, 0(t1)", 2, false)]
    [InlineData("lw a0, 4(t1)", 1, false)]
    [InlineData("lb a0, 0(t1)", 3, true)]
    [InlineData("lw a0, -2(t1)", 1, true)]
    [InlineData("flw fa0, 0(t1)", 1, true)]
    public void Data_triggers_fire_for_their_kind_of_access(string access, uint kinds, bool fires)
    {
        var machine = Run($"li a0, 77\nla t1, data\ncsrw tdata2, t1\nli t2, 0x60000040 + {kinds}\ncsrw tdata1, t2\nat: {access}");
        Assert.Equal(fires ? 1u : 0u, machine["s0"]);
        if (!fires) return;
        Assert.Equal((3u, machine.Symbol("at"), 77u, 1u), (machine["s1"], machine["s2"], machine["a0"], machine.Word("data")));
    }

    [Fact]
    public void An_atomic_is_a_load_and_a_store()
    {
        foreach (var kind in new[] { 1, 2 })
        {
            var machine = Run($"la t1, data\ncsrw tdata2, t1\nli t2, 0x60000040 + {kind}\ncsrw tdata1, t2\nat: amoadd.w a0, t1, (t1)", TestMachine.OneHart with { Isa = "rv32imaf_zicsr" });
            Assert.Equal((1u, 1u), (machine["s0"], machine.Word("data")));
        }
    }

    [Fact]
    public void With_interrupts_off_nothing_fires_in_machine_mode() =>
        Assert.Equal(0u, Run("csrci mstatus, 8\nla t1, at\ncsrw tdata2, t1\nli t2, 0x60000044\ncsrw tdata1, t2\nat: nop")["s0"]);

    [Fact]
    public void Several_triggers_watch_at_once()
    {
        var arm = string.Concat(Enumerable.Range(0, 4).Select(n => $"li t1, {n}\ncsrw tselect, t1\nla t1, at{n}\ncsrw tdata2, t1\nli t2, 0x60000044\ncsrw tdata1, t2\n"));
        Assert.Equal(4u, Run(arm + "at0: nop\nat1: nop\nnop\nat2: nop\nat3: nop")["s0"]);
    }

    [Fact]
    public void A_trigger_comes_before_the_fault_of_its_access()
    {
        var machine = Run("li t1, 0x01000000\ncsrw tdata2, t1\nli t2, 0x60000041\ncsrw tdata1, t2\nat: lw a0, 0(t1)");
        Assert.Equal((3u, 0x0100_0000u), (machine["s1"], machine["s3"]));
    }
}
