using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Machine;

/// <summary>A machine as a whole: two beside each other, the same run twice, and no garbage.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class MachineTests
{
    private const string Loop = """
            la s0, data
            li s1, 100000
            fcvt.s.w fa0, s1
        1:  lw a0, 0(s0)
            addi a0, a0, 3
            sw a0, 0(s0)
            fadd.s fa1, fa1, fa0
            mul a1, a0, s1
            csrr a2, mcycle
            addi s1, s1, -1
            bnez s1, 1b
            j done
            .data
        data: .word 0
            .text
        """;

    [Fact]
    public void Two_machines_in_one_process_never_meet()
    {
        var (a, b) = (TestMachine.Assemble(Loop), TestMachine.Assemble(Loop));
        for (ulong limit = 1000; limit < 300_000; limit += 77_777)
        {
            a.Machine.Run(new RunLimits(ulong.MaxValue, limit));
            b.Machine.Run(new RunLimits(ulong.MaxValue, limit / 2));
        }

        Assert.NotEqual(a.Word("data"), b.Word("data"));
        a.Finish();
        b.Finish();
        Assert.Equal((300_000u, 300_000u), (a.Word("data"), b.Word("data")));
        Assert.Equal(a.Hart.Registers(), b.Hart.Registers());
        Assert.Equal(a.Hart.Time, b.Hart.Time);
    }

    [Theory]
    [InlineData(1000, 1_000_000_000)]
    [InlineData(1.001, 1_001_000)] // times 10^6 it is a little less in binary
    [InlineData(0.001, 1000)]
    public void The_clock_is_the_nearest_whole_frequency(double megahertz, ulong expectedHz) =>
        Assert.Equal(expectedHz, new EmulatedMachine(new PlatformDescription { ClockMhz = megahertz }, TestMachine.Options).Tiles[0].Options.ClockHz);

    [Theory]
    [InlineData(Contention.None, 20)]
    [InlineData(Contention.Exact, 20)]
    [InlineData(Contention.Exact, 2000)]
    public void A_hart_that_ends_lets_those_at_the_barrier_go_from_then_on(Contention contention, uint rounds)
    {
        var platform = new PlatformDescription
        {
            Harts = 3,
            Memories =
            [
                new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20, Private = true },
                new MemoryDescription { Name = "tcdm", Base = 0x1000_0000, Size = 1 << 16, Banks = 4 },
            ],
            BarrierWord = new DeviceDescription { Base = 0x2000_0000 },
        };
        var machine = TestMachine.Assemble($"""
                csrr s0, mhartid
                li s1, {rounds}
                beqz s0, 1f
                li s2, 0x20000000
                lw s3, 0(s2)
                j done
            1:  addi s1, s1, -1
                bnez s1, 1b
            """, platform, TestMachine.Options with { Contention = contention }).Machine;
        Assert.Equal(ExitReason.Exit, machine.Run(RunLimits.None).Reason);
        Assert.True(machine.Harts[1].Time > machine.Harts[0].Time, $"hart 1 ended in {machine.Harts[1].Time}, hart 0 in {machine.Harts[0].Time}");
    }

    [Fact]
    public void The_run_ends_when_the_others_have_come_as_far()
    {
        // Hart 0 counts in its own register only, so that nothing but the end of the run keeps it from running ahead.
        var machine = TestMachine.Assemble("""
                csrr s0, mhartid
                li s1, 100
            1:  addi s1, s1, -1
                bnez s1, 1b
                beqz s0, done
            2:  j 2b
            """, new PlatformDescription { Harts = 2 }).Machine;
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None));
        Assert.True(machine.Harts[1].Time >= machine.Harts[0].Time, $"hart 1 came to {machine.Harts[1].Time}, hart 0 to {machine.Harts[0].Time}");
    }

    [Fact]
    public void The_same_run_gives_the_same_statistics()
    {
        var elf = TestMachine.Assemble(Loop).Image.Path;
        var texts = Enumerable.Range(0, 2).Select(_ =>
        {
            using var run = new ProgramRun(new RunRequest { ElfPath = elf, Harts = 4, Options = TestMachine.Options });
            run.Execute();
            var json = Statistics.ToJson(run);
            return json[..json.IndexOf("\"host\"", StringComparison.Ordinal)];
        }).ToArray();
        Assert.Contains("\"exit_reason\": \"exit\"", texts[0], StringComparison.Ordinal);
        Assert.Equal(texts[0], texts[1]);
    }

    // Hart 0 waits for its event twice, the other sleeps: both times only the host can go on.
    private const string Service = """
            csrr t0, mhartid
            bnez t0, 2f
            li s0, 0x10200010
            lw a0, 0(s0)
            csrr s1, mcycle
            lw a1, 0(s0)
            csrr s2, mcycle
            j done
        2:  wfi
            j 2b
        """;

    [Theory]
    [InlineData(Contention.None)]
    [InlineData(Contention.Exact)]
    public void A_machine_whose_harts_all_wait_goes_on_when_the_host_wakes_one(Contention contention)
    {
        var service = TestMachine.Assemble(Service, new PlatformDescription { Harts = 2 }, TestMachine.Options with { Contention = contention });
        var machine = service.Machine;
        for (var command = 0; command < 2; command++)
        {
            Assert.Equal(new RunResult(ExitReason.AllWaiting, 0, -1), machine.Run(RunLimits.None));
            Assert.Equal(new RunResult(ExitReason.AllWaiting, 0, -1), machine.Run(RunLimits.None));
            machine.WakeHarts(HartSet.Of(0));
        }

        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None));
        Assert.Equal((1u, 1u), (service["a0"], service["a1"]));
    }

    [Fact]
    public void The_host_wakes_harts_as_the_register_does()
    {
        TestMachine[] machines = [.. Enumerable.Range(0, 2).Select(_ => TestMachine.Assemble(Service, new PlatformDescription { Harts = 2 }))];
        var cluster = machines[1].Machine.Devices.Single(d => d.Device is ClusterBlock).Device;
        for (var command = 0; command < 2; command++)
        {
            foreach (var service in machines) Assert.Equal(ExitReason.AllWaiting, service.Run().Reason);
            machines[0].Machine.WakeHarts(HartSet.Of(0));
            Assert.Equal(BusResponse.Ok, cluster.Write(new BusAccess(ClusterRegisters.WakeLow, 4, Initiators.Host, machines[1].Machine.Cycles), 1));
        }

        foreach (var service in machines) service.Finish();
        Assert.Equal((machines[1]["s1"], machines[1]["s2"], machines[1].Machine.Cycles), (machines[0]["s1"], machines[0]["s2"], machines[0].Machine.Cycles));
    }

    [Fact]
    public void Harts_that_are_not_there_or_have_no_cluster_cannot_be_woken()
    {
        var two = new EmulatedMachine(new PlatformDescription { Harts = 2 }, TestMachine.Options);
        two.WakeHarts(HartSet.Of(0).With(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => two.WakeHarts(HartSet.Of(2)));
        Assert.Throws<InvalidOperationException>(() => new EmulatedMachine(new PlatformDescription { Cluster = null }, TestMachine.Options).WakeHarts(HartSet.Of(0)));
        new EmulatedMachine(new PlatformDescription { Harts = 64 }, TestMachine.Options).WakeHarts(Enumerable.Range(0, HartSet.Capacity).Aggregate(default(HartSet), (harts, hart) => harts.With(hart)));
    }

    [Fact]
    public void A_program_whose_harts_all_wait_is_told_as_a_deadlock()
    {
        var elf = TestMachine.Assemble(Service).Image.Path;
        using var run = new ProgramRun(new RunRequest { ElfPath = elf, Harts = 6, Options = TestMachine.Options });
        Assert.Equal(126, run.Execute());
        Assert.Contains("\"exit_reason\": \"deadlock\"", Statistics.ToJson(run), StringComparison.Ordinal);
        var told = run.Explain()!.ToString();
        Assert.StartsWith("no hart can go on: hart 0 waits for its event (cluster at 0x10200010) at pc 0x", told, StringComparison.Ordinal);
        Assert.Contains("; each of harts 1-5 sleeps in wfi at pc 0x", told, StringComparison.Ordinal);
        Assert.EndsWith("; nothing is due that would wake one", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hart_that_waits_at_the_barrier_CSR_is_said_to()
    {
        var elf = TestMachine.Assemble("csrr t0, mhartid\nbnez t0, 1f\ncsrr t0, 0x7c2\n1: wfi\nj 1b").Image.Path;
        using var run = new ProgramRun(new RunRequest { ElfPath = elf, Harts = 2, Options = TestMachine.Options });
        Assert.Equal(126, run.Execute());
        Assert.StartsWith("no hart can go on: hart 0 waits at the barrier CSR at pc 0x", run.Explain()?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Instructions_allocate_nothing()
    {
        var machine = TestMachine.Assemble(Loop);
        var allocated = Allocations.Of(() => machine.Run(100_000));
        Assert.True(allocated < 1024, $"{allocated} bytes allocated over 100,000 instructions");
    }
}
