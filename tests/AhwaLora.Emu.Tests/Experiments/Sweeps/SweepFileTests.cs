using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Documentation;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;

namespace AhwaLora.Emu.Tests.Experiments.Sweeps;

/// <summary>What sweep files mean, and that nothing is run if one is wrong.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class SweepFileTests : IDisposable
{
    private readonly SweepDirectory _files = new();

    public void Dispose() => _files.Dispose();

    private IReadOnlyList<SweepPoint> Points(string text) => _files.Plan(text).Points;

    private string[] Faults(string text) => Assert.Throws<UserErrorException>(() => _files.Plan(text)).Message.Split('\n');

    [Fact]
    public void Every_combination_is_a_point()
    {
        var points = Points("shape: [128x64, 64x128]\nrank: [4, 8]\nharts: 8..16 step 4");
        Assert.Equal(2 * 2 * 3, points.Count);
        Assert.Equal([8, 12, 16], points.Take(3).Select(p => p.Harts));
        Assert.Equal((128, 64, 4), (points[0].Shape.Inputs, points[0].Shape.Outputs, points[0].Shape.Rank));
    }

    [Fact]
    public void Axes_that_are_not_named_keep_the_defaults_of_layer()
    {
        var point = Points("harts: 8").Single();
        Assert.Equal("128x128, r = 8, S = 320, t = 8", point.Shape.ToString());
        Assert.Equal((256, 8, "double-buffered", "cv32e40p", 1000.0), (point.IntegrationNs, point.Harts, point.Strategy.Name, point.Timing.Name, point.ClockMhz));
    }

    [Fact]
    public void Grids_are_joined_and_share_what_stands_beside_them()
    {
        var points = Points("tint_ns: 128\nharts: 4\ngrids:\n- {harts: [1, 2], strategy: eager}\n- {chunk: 4}\n- {strategy: eager, harts: 2}");
        Assert.Equal([(1, "eager", 8), (2, "eager", 8), (4, "double-buffered", 4)], points.Select(p => (p.Harts, p.Strategy.Name, p.Shape.Chunk)));
        Assert.All(points, p => Assert.Equal(128, p.IntegrationNs));
    }

    [Fact]
    public void A_strategy_that_chooses_its_chunk_is_one_point_whatever_the_chunks()
    {
        var points = Points("tokens: 4\ngrids:\n- {strategy: [eager, balanced], chunk: [2, 4]}\n- {strategy: balanced}");
        Assert.Equal([("eager", 2), ("eager", 4), ("balanced", 1)], points.OrderBy(p => p.Shape.Chunk == 1).Select(p => (p.Strategy.Name, p.Shape.Chunk)));
    }

    [Fact]
    public void Json_is_as_good()
    {
        var yaml = _files.Plan("harts: [1, 2]\ntiming: snitch\nname: same");
        var json = _files.Plan("""{ "harts": [1, 2], "timing": "snitch", "name": "same" }""", "small.json");
        Assert.Equal((yaml.Name, yaml.Id), (json.Name, json.Id));
    }

    [Fact]
    public void A_platform_file_stands_beside_the_sweep_file()
    {
        _files.Write("wide.json", """{ "name": "wide", "dma": { "bytes_per_cycle": 32 }, "aimc": { "preset": "ideal" } }""");
        var point = Points("platform: wide.json").Single();
        Assert.Equal((32, "ideal", "wide"), (point.DmaBytesPerCycle, point.Preset, point.Platform.Name));
    }

    [Fact]
    public void All_faults_are_told_at_once_with_the_nearest_valid_value()
    {
        var faults = Faults("""
            shape: [128x128, 30000x128]
            rnak: 8
            rank: 0
            chunk: [8, 400, 128]
            tint_ns: 70000
            harts: 1..65
            strategy: double-bufered
            timing: cv32e41p
            contention: exakt
            preset: ahwalora
            clock_mhz: -1
            dma_bytes_per_cycle: 6
            seed: x
            tcdm_banks: 48
            """);
        Assert.EndsWith("small.yaml: 15 faults; nothing was run", faults[0], StringComparison.Ordinal);
        string[] expected =
        [
            "line 2: unknown key 'rnak'; the nearest is 'rank'",
            "line 3: rank 0 is outside 1 to 1024; the nearest valid value is 1",
            "line 5: tint_ns 70000 is outside 1 to 65535; the nearest valid value is 65535",
            "line 6: harts 65 is outside 1 to 64; the nearest valid value is 64",
            "line 7: strategy 'double-bufered' is not one of",
            "line 8: timing 'cv32e41p': neither a profile nor a file; the nearest of",
            "line 9: contention 'exakt' is not one of none, exact; the nearest is exact",
            "line 10: preset 'ahwalora' is not one of",
            "line 11: clock_mhz -1 is outside 0.001 to 100000; the nearest valid value is 0.001",
            "line 13: seed 'x': expected a whole number from 0",
            "line 14: tcdm_banks 48: not a power of two; the nearest valid value is 64",
            "chunk 400 is more than the 320 tokens; the nearest valid value is 320",
            "takes 59 tiles of 512x512, more than 56; the nearest valid value is 28672x128",
            "chunk 128 of 128x128, rank 8, double-buffered takes 277,504",
            "dma.bytes_per_cycle': 6 is not a multiple of 4",
        ];
        Assert.All(expected, text => Assert.Contains(faults, fault => fault.Contains(text, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("sweep", "no-tcdm.yaml")]
    [InlineData("layer", "--platform", "no-tcdm.json")]
    [InlineData("layer", "--platform", "no-tcdm.json", "--strategy", "balanced")]
    [InlineData("model", "mobilebert", "--platform", "no-tcdm.json")]
    public void A_platform_without_a_TCDM_is_told_so(params string[] arguments)
    {
        _files.Write("no-tcdm.json", """{ "memories": [{ "name": "ram", "base": "0x8000_0000", "size": "64 MiB" }] }""");
        _files.Write("no-tcdm.yaml", "platform: no-tcdm.json");
        CommandLineTests.AssertRefused("the platform has no memory at 0x1000_0000, where the firmware has its TCDM", [.. arguments.Select(a => a.StartsWith("no-", StringComparison.Ordinal) ? _files.At(a) : a)]);
    }

    [Fact]
    public void Of_very_many_faults_the_first_are_told()
    {
        var faults = Faults("rank: 1..100\nchunk: 1..10\ntcdm: 4 KiB\nharts: 65");
        Assert.EndsWith("1001 faults; nothing was run", faults[0], StringComparison.Ordinal);
        Assert.Contains("line 4: harts 65", faults[1], StringComparison.Ordinal);
        Assert.Equal((52, "and 951 more"), (faults.Length, faults[^1].Trim()));
    }

    [Fact]
    public void Any_number_of_masters_of_the_banks_is_a_point()
    {
        const string busy = "tcdm: 1 MiB\nharts: 64\nstream_words_per_cycle: 32\ndma_bytes_per_cycle: 64\ncontention: exact";
        var point = Points(busy).Single();
        Assert.NotNull(new EmulatedMachine(point.BuildPlatform(), point.BuildOptions(TestMachine.Engine)));
    }

    [Fact]
    public void The_nearest_chunk_that_fits_the_TCDM_does_fit()
    {
        const string fits = "the nearest that fits is chunk ";
        var fault = Assert.Single(Faults("chunk: 128\nstrategy: eager"));
        var chunk = int.Parse(fault[(fault.IndexOf(fits, StringComparison.Ordinal) + fits.Length)..], null);
        Assert.Single(Points($"chunk: {chunk}\nstrategy: eager"));
        Assert.Single(Faults($"chunk: {chunk + 1}\nstrategy: eager"));
    }

    [Fact]
    public void Where_no_chunk_fits_a_TCDM_that_fits_is_named()
    {
        const string fits = "the nearest that fits is tcdm ";
        var fault = Assert.Single(Faults("tcdm: 16 KiB\nshape: 512x128"));
        Assert.Contains(fits, fault, StringComparison.Ordinal);
        var tcdm = fault[(fault.IndexOf(fits, StringComparison.Ordinal) + fits.Length)..].Replace(" with chunk 1", "", StringComparison.Ordinal);
        Assert.Single(Points($"tcdm: {tcdm}\nshape: 512x128\nchunk: 1"));
    }

    [Theory]
    [InlineData("harts: [1, 2", "line 2, column 1")]
    [InlineData("- harts", "expected one mapping")]
    [InlineData("harts: 4..2", "runs backwards; write 2..4")]
    [InlineData("harts: {a: 1}", "expected a value or a list")]
    [InlineData("harts: []", "line 1: harts: the list is empty")]
    [InlineData("grids: 3", "'grids' is not a list of mappings")]
    [InlineData("grids: []", "'grids' is not a list of mappings")]
    [InlineData("name: a/b", "name 'a/b' is not made of")]
    [InlineData("harts: 1\nharts: 2", "harts")]
    [InlineData("platform: none.json", "no such platform file")]
    [InlineData("seed: 0..3\ntokens: 1..1048576\nchunk: 1", "more than 1,000,000 points")]
    public void What_is_no_sweep_is_refused(string text, string expected) => Assert.Contains(expected, string.Join(' ', Faults(text)), StringComparison.Ordinal);

    [Fact]
    public void The_command_refuses_too()
    {
        CommandLineTests.AssertRefused("none.yaml: no such sweep file", "sweep", "none.yaml");
        CommandLineTests.AssertRefused("rank 0 is outside 1 to 1024", "sweep", _files.Write("bad.yaml", "rank: 0"), "--out", _files.At("results"));
        CommandLineTests.AssertRefused("--shard '3/2': expected i/n", "sweep", _files.Write("good.yaml", "rank: 8"), "--shard", "3/2");
        Assert.False(Directory.Exists(_files.At("results")), "nothing is written where nothing is run");
        Assert.Equal(0, CommandLineTests.Run("sweep", _files.At("good.yaml"), "--check").Status);
    }

    [Fact]
    public void The_guide_lists_every_axis() => CommittedText.AssertTable("docs/sweeps.md", "axes", SweepGuide.Axes());
}
