using AhwaLora.Emu.Tests.Documentation;
using AhwaLora.Experiments.Contract;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Observe;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>Events that mhpmcounters count.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class HardwareEventTests
{
    [Theory]
    [InlineData("LD", 3)]
    [InlineData("ST", 2)]
    [InlineData("JUMP", 1)]
    [InlineData("BRANCH", 4)]
    [InlineData("BRANCH_TAKEN", 3)]
    [InlineData("COMP_INSTR", 0)]
    [InlineData("INSTR", 19)]
    [InlineData("CYCLES", 19)]
    [InlineData("tcdm_accessed", 3)]
    [InlineData("issue_fpu", 2)]
    [InlineData("issue_core_to_fpu", 3)]
    [InlineData("retired_load", 3)]
    [InlineData("retired_acc", 4)]
    [InlineData("cause_issue", 19)]
    [InlineData("cause_load_use", 0)]
    public void An_event_is_counted_between_two_reads(string name, uint expected)
    {
        var code = HardwareEvent.All.Single(e => e.Name == name).Code;
        var test = TestMachine.Assemble($"""
                li   t0, 0x10000000
                la   t1, word
                li   t2, {code}
                csrw mhpmevent7, t2
                csrr s0, mhpmcounter7
                sw   t2, 0(t0)
                lw   t3, 0(t0)
                lb   t3, 0(t0)
                lw   t3, 0(t1)
                fcvt.s.w fa0, t3
                fadd.s fa0, fa0, fa0
                fsw  fa0, 0(t1)
                mul  t3, t3, t3
                li   t4, 4
            1:  addi t4, t4, -1
                bnez t4, 1b
                jal  2f
            2:  csrr s1, mhpmcounter7
                sub  s2, s1, s0
                j    done
                .data
            word: .word 1
                .text
            """).Finish();
        Assert.Equal(expected, test["s2"]);
    }

    [Fact]
    public void A_stall_is_counted_in_cycles()
    {
        var test = TestMachine.Assemble("""
                li   t2, 4
                csrw mhpmevent3, t2
                la   t0, word
                nop
                csrr s0, mhpmcounter3
                lw   t1, 0(t0)
                addi t1, t1, 1
                csrr s1, mhpmcounter3
                sub  s2, s1, s0
                j    done
                .data
            word: .word 1
                .text
            """, options: TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") }).Finish();
        Assert.Equal(1u, test["s2"]);
    }

    [Fact]
    public void A_code_that_is_no_event_selects_none()
    {
        var test = TestMachine.Assemble("""
                li   t0, 0x77777777
                csrw mhpmevent4, t0
                csrr s0, mhpmevent4
                csrr s1, mhpmcounter4
                j    done
            """).Finish();
        Assert.Equal((0u, 0u), (test["s0"], test["s1"]));
    }

    [Fact]
    public void A_snapshot_keeps_counts_and_the_names_of_regions()
    {
        const string program = """
                li   t0, 0x20 # LD
                csrw mhpmevent3, t0
                la   s0, name
                csrw 0x7c8, s0
                lw   t1, 0(s0)
                lw   t1, 0(s0)
                lw   t1, 0(s0)
                slli s0, s0, 1
                srli s0, s0, 1
                csrw 0x7c8, s0
                csrr s1, mhpmcounter3
                j    done
                .data
                .balign 4
            name: .asciz "region of loads"
                .text
            """;
        var before = TestMachine.Assemble(program);
        before.Machine.Run(new RunLimits(ulong.MaxValue, 8));
        using var snapshot = new MemoryStream();
        before.Machine.SaveOrRestore(new StateStream(snapshot, saving: true));
        snapshot.Position = 0;
        var after = TestMachine.Assemble(program);
        after.Machine.SaveOrRestore(new StateStream(snapshot, saving: false));
        after.Finish();

        Assert.Equal(3u, after["s1"]);
        Assert.Equal("region of loads", after.Machine.Regions.NameOf(Assert.Single(after.Machine.Regions.Records).Key.Id));
    }

    [Fact]
    public void Codes_and_names_are_unique()
    {
        Assert.Distinct(HardwareEvent.All.Select(e => e.Code));
        Assert.Distinct(HardwareEvent.All.Select(e => e.Name.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("docs/counters.md")]
    [InlineData("firmware/runtime/ahwa_events.h")]
    public void The_committed_tables_are_the_generated_ones(string file)
    {
        var path = Path.Combine(Toolchain.Root, file);
        var committed = File.Exists(path) ? File.ReadAllText(path) : "";
        var generated = file.EndsWith(".h", StringComparison.Ordinal) ? EventHeader.ToHeader() : RegisterHeader.Embed(committed, EventHeader.ToMarkdown(), "events");
        Accepting.AssertFile(path, generated);
    }
}
