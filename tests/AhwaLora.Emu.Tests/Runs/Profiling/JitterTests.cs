using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Emu.Tests.Runs.Profiling;

/// <summary>Runs with harts that start at other times.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class JitterTests
{
    [Fact]
    public void Starts_differ_by_run_repeat_by_seed_and_begin_at_zero()
    {
        var first = Jitter.StartCycles(seed: 1, run: 1, harts: 8);
        Assert.Equal(first, Jitter.StartCycles(1, 1, 8));
        Assert.NotEqual(first, Jitter.StartCycles(1, 2, 8));
        Assert.NotEqual(first, Jitter.StartCycles(2, 1, 8));
        Assert.Equal(0UL, first.Min());
        Assert.InRange(first.Max(), 1UL, Jitter.MaxSkew);
    }

    [Fact]
    public void One_hart_alone_does_not_vary()
    {
        var (status, spreads) = Jitter.Run(Request(Programs.Dot, harts: 1), 3);
        Assert.Equal(0, status);
        Assert.Equal(["cycles", "region dot product, hart 0"], spreads.Select(s => s.Name));
        Assert.All(spreads, s => Assert.Equal((3, s.Minimum), (s.Cycles.Count, s.Maximum)));
    }

    [Fact]
    public void Harts_that_share_banks_vary()
    {
        var elf = Toolchain.Assemble(".globl _start, tohost\n_start:\n" + Programs.Everything + "done: li t6, 1\nla t5, tohost\nsw t6, 0(t5)\nj done\n.section .tohost, \"aw\"\n.balign 64\ntohost: .dword 0\n");
        var (status, spreads) = Jitter.Run(Request(elf, harts: 4), 6);
        Assert.Equal(0, status);
        Assert.True(spreads[0].Minimum < spreads[0].Maximum);
        Assert.InRange(spreads[0].Median, spreads[0].Minimum, spreads[0].Maximum);
    }

    [Fact]
    public void Files_are_those_of_the_run_that_is_not_varied()
    {
        var directory = Directory.CreateTempSubdirectory("ahwalora");
        var (plain, first) = (Path.Combine(directory.FullName, "plain.json"), Path.Combine(directory.FullName, "first.json"));
        var request = Request(Programs.Dot, harts: 4);
        using (var run = new ProgramRun(request with { TracePath = plain })) run.Execute();
        Jitter.Run(request with { TracePath = first }, 3);
        Assert.Equal(File.ReadAllBytes(plain), File.ReadAllBytes(first));
        directory.Delete(recursive: true);
    }

    private static RunRequest Request(string elf, int harts) => new()
    {
        ElfPath = elf,
        Harts = harts,
        Options = TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p"), Contention = Contention.Exact },
        Limits = new RunLimits(ulong.MaxValue, 1_000_000),
    };
}
