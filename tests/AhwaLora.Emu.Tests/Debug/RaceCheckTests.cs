using System.Globalization;
using AhwaLora.Debug.Races;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Emu.Tests.Debug;

/// <summary>Races are found whether or not they did harm, and nothing else is.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class RaceCheckTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(0, "-DCSR_BARRIER")]
    [InlineData(1, "", "hart 0 writes", "hart 1 reads", "race.c:47", "race.c:49")]
    [InlineData(1, "-DCSR_BARRIER", "hart 0 writes", "hart 1 reads", "race.c:47", "race.c:49")]
    [InlineData(2, "", "hart 0 writes", "hart 1 reads")]
    [InlineData(3, "", "the DMA writes", "hart 0 reads", "race.c:41")]
    public void A_planted_race_is_found_with_both_places(int planted, string barrier, params string[] expected)
    {
        var elf = DebugProgram.Compile("race.c", string.Create(CultureInfo.InvariantCulture, $"{barrier} -DPLANTED={planted} -DDMA_LAUNCH={DmaRegisters.Launch} -DDMA_WAIT={DmaRegisters.Wait}"));
        var program = TestMachine.Load(elf, new PlatformDescription { Harts = 2 });
        var check = new RaceCheck(program.Machine);
        program.Machine.Attach(check);
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), program.Run());

        var lines = SourceLines.Read(elf, check.Races.SelectMany(r => new[] { r.First.Pc, r.Second.Pc }).Distinct());
        var report = string.Join('\n', RaceReport.Lines(check, pc => lines.Of(pc)?.ToString()));
        Assert.Equal(planted == 0, report.Length == 0);
        Assert.All(expected, part => Assert.Contains(part, report, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    public void Accesses_of_ram_that_something_orders_are_no_race(int which) => Assert.Equal("", RacesOfFlags(which));

    [Theory]
    [InlineData(1, "hart 0 writes", "hart 1 reads")]
    [InlineData(3, "hart 0 writes", "hart 1 writes")]
    [InlineData(4, "hart 0 writes", "hart 1 reads")]
    [InlineData(9, "hart 0 writes", "hart 1 reads")]
    [InlineData(11, "hart 0 writes", "hart 1 writes")]
    public void Accesses_of_ram_that_nothing_orders_are_a_race(int which, params string[] expected)
    {
        var report = RacesOfFlags(which);
        Assert.All(expected, part => Assert.Contains(part, report, StringComparison.Ordinal));
        Assert.Contains("race at 0x8", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Memories_of_all_clusters_are_checked_and_private_ones_named()
    {
        var platform = new PlatformDescription
        {
            Memories = [new() { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 }, new() { Name = "scratch", Base = 0x7000_0000, Size = 4096, Private = true }],
            Clusters =
            [
                new() { Harts = 1, Tcdm = new() { Name = "near", Base = 0x1000_0000, Size = 4096, Banks = 4 }, Block = null, Dma = null, Aimc = null },
                new() { Harts = 1, Tcdm = new() { Name = "far", Base = 0x1800_0000, Size = 4096, Banks = 4 }, Block = null, Dma = null, Aimc = null },
            ],
        };
        var program = TestMachine.Assemble("li t0, 0x18000000\nsw t0, 0(t0)\nli t0, 0x70000000\nsw t0, 0(t0)\n1: wfi\nj 1b", platform);
        var check = new RaceCheck(program.Machine);
        program.Machine.Attach(check);
        program.Machine.Run(new RunLimits(1000, ulong.MaxValue));
        Assert.Equal(["ram", "near", "far"], check.CheckedMemories);
        Assert.Equal(["scratch"], check.PrivateMemories);
        Assert.Equal(0x1800_0000u, Assert.Single(check.Races).Address);
    }

    private static string RacesOfFlags(int which)
    {
        const string march = "-march=rv32imaf -Wa,-march=rv32imaf_zicsr";
        var elf = DebugProgram.Compile("flags.c", string.Create(CultureInfo.InvariantCulture, $"{march} -DCASE={which}"));
        var program = TestMachine.Load(elf, new PlatformDescription { Harts = 2, Isa = "rv32imaf_zicsr_zifencei" });
        Assert.True(program.Image.TryGetSymbol("tohost", out var tohost));
        var check = new RaceCheck(program.Machine, (Address: tohost.Value, Bytes: 8u));
        program.Machine.Attach(check);
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0) with { Hart = program.Run().Hart }, program.Machine.Result);
        return string.Join('\n', RaceReport.Lines(check, static _ => null));
    }

    public static TheoryData<string> Strategies { get; } = [.. LayerStrategy.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void The_shipped_firmware_is_clean(string name)
    {
        var strategy = LayerStrategy.All.First(s => s.Name == name);
        var data = LayerData.Generate(new LayerShape(Inputs: 16, Outputs: 16, Rank: 4, Tokens: 16, Chunk: 4), seed: 5);
        foreach (var (timing, contention) in new[] { ("functional", Contention.None), ("snitch", Contention.Exact) })
        {
            var machine = LayerRun.Build(
                data,
                strategy,
                LayerMapping.WithTiles(new PlatformDescription { Harts = 4 }, [data.Shape], strategy),
                new MachineOptions { Timing = TimingProfile.Named(timing), Contention = contention });
            var check = new RaceCheck(machine);
            machine.Attach(check);
            Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None));
            Assert.Equal("", string.Join('\n', RaceReport.Lines(check, static _ => null)));
        }
    }
}
