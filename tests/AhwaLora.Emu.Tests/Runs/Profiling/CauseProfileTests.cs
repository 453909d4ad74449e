using System.Globalization;
using System.Text.Json;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>Every cycle is charged to one instruction, and to one stack of calls.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class CauseProfileTests
{
    private static readonly PlatformDescription _fourHarts = new() { Harts = 4 };

    public static TheoryData<string> Profiles { get; } = new(TimingProfile.All.Select(p => p.Name));

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_instructions_of_a_hart_add_up_to_its_cycles_cause_by_cause(string timing)
    {
        AssertAddsUp(timing, Contention.None);
        AssertAddsUp(timing, Contention.Exact);
    }

    private static void AssertAddsUp(string timing, Contention contention)
    {
        var (machine, profile) = RunEverything(timing, contention);
        foreach (var hart in machine.Harts)
        {
            var sum = new CodeCost();
            foreach (var (_, cost) in profile.Harts[hart.Id].Costs) sum.Add(cost);
            Assert.Equal(hart.Time, sum.Cycles);
            Assert.Equal(hart.Retired, sum.Instructions);
            Assert.Equal(machine.CausesOf(hart.Id).Cycles, sum.Causes);
        }

        foreach (var cause in new[] { Cause.Wfi, Cause.Barrier, Cause.DmaWait, Cause.TileWait, Cause.Trap })
        {
            Assert.True(machine.Harts.Any(h => machine.CausesOf(h.Id).Cycles[(int)cause] > 0), $"{cause} did not happen");
        }
    }

    [Fact]
    public void A_wait_is_charged_to_the_instruction_that_waits()
    {
        var (machine, profile) = RunEverything("cv32e40p", Contention.Exact);
        var causes = machine.CausesOf(0).Cycles;
        var functions = CauseProfile.SumBy(profile.Harts[0].Costs, pc => profile.Symbols.NameOf(profile.Symbols.IndexOf(pc))).ToDictionary(f => f.Key, f => f.Cost.Causes);

        Assert.Equal(causes[(int)Cause.Wfi], functions["sleep"][(int)Cause.Wfi]);
        Assert.Equal(causes[(int)Cause.Barrier], functions["barrier"][(int)Cause.Barrier]);
        Assert.Equal(causes[(int)Cause.DmaWait], functions["dma"][(int)Cause.DmaWait]);
        Assert.Equal(causes[(int)Cause.TileWait], functions["tile"][(int)Cause.TileWait]);
        Assert.Equal(causes[(int)Cause.BankConflict], functions["banks"][(int)Cause.BankConflict]);
        Assert.NotEqual(0UL, causes[(int)Cause.BankConflict]);
        Assert.Equal(machine.Harts.Aggregate(0UL, (sum, h) => sum + machine.CausesOf(h.Id).Cycles[(int)Cause.BankConflict]),
            machine.BankConflicts.Where(c => c.Winner.StartsWith("hart", StringComparison.Ordinal)).Aggregate(0UL, (sum, c) => sum + c.Cycles));
    }

    [Fact]
    public void Folded_stacks_hold_every_cycle_once()
    {
        var (machine, profile) = RunEverything("cv32e40p", Contention.None);
        var lines = Folded(profile);

        for (var hart = 0; hart < 4; hart++)
        {
            var cycles = lines.Where(l => l.Stack.StartsWith($"hart{hart};", StringComparison.Ordinal)).Aggregate(0UL, (sum, l) => sum + l.Cycles);
            Assert.Equal(machine.Harts[hart].Time, cycles);
        }

        Assert.Contains(lines, l => l.Stack == "hart0;_start;tile");
        Assert.Contains(lines, l => l.Stack == "hart0;_start;trap");
    }

    [Fact]
    public void Recursion_tail_calls_and_handlers_stand_under_their_callers()
    {
        const string program = """
                la   t0, trap
                csrw mtvec, t0
                la   sp, top
                li   a0, 2
                call count
                call jumper
                j    done
            .type count, @function
            count:
                beqz a0, 1f
                addi sp, sp, -16
                sw   ra, 0(sp)
                addi a0, a0, -1
                call count
                lw   ra, 0(sp)
                addi sp, sp, 16
            1:  ret
            .size count, .-count
            .type jumper, @function
            jumper: j landing
            .size jumper, .-jumper
            .type landing, @function
            landing:
                ecall
                ret
            .size landing, .-landing
                .balign 4
            .type trap, @function
            trap:
                csrr t0, mepc
                addi t0, t0, 4
                csrw mepc, t0
                mret
            .size trap, .-trap
                .data
                .zero 256
            top: .word 0
                .text
            """;
        var (_, profile) = Profile(TestMachine.Assemble(program));
        var lines = Folded(profile).ToDictionary(l => l.Stack, l => l.Cycles);

        Assert.Equal(8UL, lines["hart0;_start;count"]);
        Assert.Equal(8UL, lines["hart0;_start;count;count"]);
        Assert.Equal(2UL, lines["hart0;_start;count;count;count"]);
        Assert.Equal(1UL, lines["hart0;_start;jumper"]);
        Assert.Equal(2UL, lines["hart0;_start;landing"]);
        Assert.Equal(4UL, lines["hart0;_start;landing;trap"]);
    }

    [Fact]
    public void Deep_recursion_ends_where_it_began()
    {
        const string program = """
                la   sp, top
                li   a0, 5000
                call count
                nop
                j    done
            .type count, @function
            count:
                beqz a0, 1f
                addi sp, sp, -4
                sw   ra, 0(sp)
                addi a0, a0, -1
                call count
                lw   ra, 0(sp)
                addi sp, sp, 4
            1:  ret
            .size count, .-count
                .data
                .zero 32768
            top: .word 0
                .text
            """;
        var (machine, profile) = Profile(TestMachine.Assemble(program));
        var lines = Folded(profile);
        Assert.Equal(machine.Harts[0].Time, lines.Aggregate(0UL, (sum, l) => sum + l.Cycles));
        Assert.Contains(lines, l => l.Stack == "hart0;done");
    }

    [Fact]
    public void Callgrind_s_own_program_reads_the_profile()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "dot.callgrind");
        using (var run = new ProgramRun(DotRequest() with { Profile = new ProfileRequest { CallgrindPath = path } }))
        {
            Assert.Equal(0, run.Execute());
            var lines = File.ReadAllLines(path);
            Assert.Contains("positions: instr line", lines);
            Assert.Contains($"totals: {run.Machine.Cycles} {run.Machine.RetiredInstructions} ", string.Join('\n', lines), StringComparison.Ordinal);
            if (!File.Exists("/usr/bin/callgrind_annotate")) return;
            var text = Toolchain.RunText("callgrind_annotate", $"--inclusive=yes {path}");
            Assert.Matches($@"{run.Machine.Cycles.ToString("N0", CultureInfo.InvariantCulture)} \(100\.0%\).*PROGRAM TOTALS", text);
            Assert.Matches("dot\\.c:dot", text);
            Assert.Matches("dot\\.c:fibonacci", text);
            Assert.Contains("sum += a[i] * b[i]", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Tables_name_functions_source_lines_and_regions()
    {
        using var run = new ProgramRun(DotRequest() with { Profile = new ProfileRequest() });
        run.Execute();
        using var text = new StringWriter();
        CauseReport.WriteHarts(run.Machine, text);
        CauseReport.WriteCode(run.Profile!, run.SourceLines(), 20, text);
        CauseReport.WriteRegions(run.Machine.Regions, text);

        Assert.Matches(@"(?m)^fpu_dependency +\d", text.ToString());
        Assert.Matches(@"(?m)^ *[\d,]+ +[\d.]+ % +[\d,]+ +dot +issue", text.ToString());
        Assert.Matches(@"(?m)dot\.c:17 +issue", text.ToString());
        Assert.Matches(@"(?m)^dot product +0 +1 +\d", text.ToString());
    }

    [Fact]
    public void Statistics_hold_causes_per_hart_function_and_region()
    {
        using var run = new ProgramRun(DotRequest() with { Profile = new ProfileRequest() });
        run.Execute();
        var root = JsonDocument.Parse(Statistics.ToJson(run)).RootElement;
        var hart = root.GetProperty("harts")[0];
        var functions = hart.GetProperty("functions").EnumerateArray().ToList();
        var region = root.GetProperty("regions")[0];

        Assert.Equal(run.Machine.Cycles, functions.Aggregate(0UL, (sum, f) => sum + f.GetProperty("cycles").GetUInt64()));
        Assert.Contains(functions, f => f.GetProperty("name").GetString() == "fibonacci");
        Assert.Equal("dot product", region.GetProperty("name").GetString());
        Assert.Equal(region.GetProperty("cycles").GetUInt64(), region.GetProperty("causes").EnumerateObject().Aggregate(0UL, (sum, c) => sum + c.Value.GetUInt64()));
    }

    private static RunRequest DotRequest() => new()
    {
        ElfPath = Programs.Dot,
        Options = TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") },
        Limits = new RunLimits(ulong.MaxValue, 1_000_000),
    };

    private static (EmulatedMachine Machine, CauseProfile Profile) RunEverything(string timing, Contention contention) =>
        Profile(TestMachine.Assemble(Programs.Everything, _fourHarts, TestMachine.Options with { Timing = TimingProfile.Named(timing), Contention = contention }));

    private static (EmulatedMachine Machine, CauseProfile Profile) Profile(TestMachine test)
    {
        var profile = new CauseProfile(test.Machine, new SymbolMap(test.Image));
        test.Machine.Attach(profile);
        test.Finish();
        profile.Finish();
        return (test.Machine, profile);
    }

    private static List<(string Stack, ulong Cycles)> Folded(CauseProfile profile)
    {
        using var text = new StringWriter();
        FoldedStacks.Write(profile, text);
        return [.. text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => (l[..l.LastIndexOf(' ')], ulong.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)))];
    }
}
