using AhwaLora.Emu.Tests.Experiments.Sweeps;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Emu.Tests.Reports.Study;

/// <summary>The study as a user runs it, on a few small points: what it writes, and what it refuses.</summary>
[Trait(Traits.Speed, Traits.Slow)]
[Trait(Traits.Engine, Traits.Own)]
public sealed class StudyDocumentTests : IDisposable
{
    private const string Points = "shape: 128x128\ntokens: 64\ntint_ns: 512\ncontention: exact\nchunk: 16\nstrategy: eager\nharts: [8, 12]\nplatform: platform.json";
    private const string Small = "shape: 32x24\ntokens: 16\nplatform: platform.json\n";

    private readonly SweepDirectory _files = new();

    public void Dispose() => _files.Dispose();

    private string Directory => _files.At("small");

    private string[] Arguments => ["study", "--directory", Directory, "--work", _files.At("work"), "--no-models", "--jobs", "2"];

    private static string Committed(string name) => File.ReadAllText(Path.Combine(Toolchain.Root, "docs", name));

    private void WriteStudy(string text)
    {
        System.IO.Directory.CreateDirectory(Directory);
        _files.Write("small/platform.json", Committed("study/platform.json"));
        _files.Write("small/study.md.in", text);
        _files.Write("small/paper.yaml", Points);
        _files.Write("small/what-if.yaml", Small + "grids: [{}, {rank: [4, 16]}, {harts: 4, chunk: 4}, {shape: 24x32}, {seed: 2}]");
        _files.Write("small/many-harts.yaml", Small + "grids: [{}, {tcdm_banks: 64}, {stream_words_per_cycle: 8}]");
        _files.Write("small/balanced.yaml", Small + "strategy: balanced");
    }

    [Fact]
    public void A_study_writes_the_same_bytes_again_and_goes_on_from_its_journal()
    {
        WriteStudy(Committed("study/study.md.in"));
        Assert.Equal(0, CommandLineTests.Run(Arguments).Status);
        string[] outputs = [_files.At("small.md"), .. System.IO.Directory.GetFiles(Directory, "*.svg").Order(StringComparer.Ordinal)];
        Assert.Equal(["small.md", "chunk-128x128.svg", "harts-128x128.svg"], outputs.Select(Path.GetFileName));
        var first = outputs.Select(File.ReadAllBytes).ToList();

        var journal = _files.At("work/paper.journal.jsonl");
        var lines = File.ReadAllLines(journal);
        Assert.Equal(0, CommandLineTests.Run(Arguments).Status);
        Assert.Equal(lines, File.ReadAllLines(journal));
        Assert.Equal(first, outputs.Select(File.ReadAllBytes));

        System.IO.Directory.Delete(_files.At("work"), recursive: true);
        Assert.Equal(0, CommandLineTests.Run(Arguments).Status);
        Assert.Equal(first, outputs.Select(File.ReadAllBytes));

        var document = File.ReadAllText(_files.At("small.md"));
        Assert.DoesNotContain("{{", document, StringComparison.Ordinal);
        Assert.DoesNotContain(_files.Path, document, StringComparison.Ordinal);
        Assert.Contains("| rank 16 |", document, StringComparison.Ordinal);
        Assert.Contains("| t = 4, 4 harts |", document, StringComparison.Ordinal);
        Assert.Contains("| 64 banks |", document, StringComparison.Ordinal);
        Assert.Contains("| 24x32 |", document, StringComparison.Ordinal);
        Assert.Contains("| seed 2 |", document, StringComparison.Ordinal);
        Assert.Contains("128x128 at 512 ns: **", document, StringComparison.Ordinal);
    }

    [Fact]
    public void The_committed_document_is_the_committed_text_with_tables()
    {
        var (text, document) = (Committed("study/study.md.in"), Committed("study.md"));
        foreach (var part in text.Split("\n\n").Where(part => !part.StartsWith("{{", StringComparison.Ordinal))) Assert.Contains(part.TrimEnd('\n'), document, StringComparison.Ordinal);
        foreach (var (before, line) in document.Split('\n').Zip(document.Split('\n').Skip(1))) Assert.True(!line.StartsWith('#') || before.Length == 0, $"no blank line before '{line}'");
    }

    [Fact]
    public void Line_endings_and_spaces_around_a_tables_name_do_not_matter()
    {
        WriteStudy("# Small\r\n\r\n {{ kernels }} \r\n\r\nThe end.\r\n");
        Assert.Equal(0, CommandLineTests.Run(Arguments).Status);
        var document = File.ReadAllText(_files.At("small.md"));
        Assert.StartsWith("# Small\n\n| harts | x A, cycles |", document, StringComparison.Ordinal);
        Assert.EndsWith(" |\n\nThe end.\n", document, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_before_anything_runs()
    {
        WriteStudy("{{latency}}\n");
        _files.Write("small/paper.yaml", "rank: 0\nchunk: 400\n");
        _files.Write("small/balanced.yaml", "strategy: ballanced\n");
        var (status, error) = CommandLineTests.Run(Arguments);
        Assert.Equal(125, status);
        Assert.All(
            ["paper.yaml: 2 faults; nothing was run", "rank 0 is outside 1 to 1024; the nearest valid value is 1",
                "chunk 400 is more than the 320 tokens; the nearest valid value is 320", "balanced.yaml: line 1: strategy 'ballanced'", "the nearest is balanced"],
            text => Assert.Contains(text, error, StringComparison.Ordinal));
        Assert.False(System.IO.Directory.Exists(_files.At("work")));
        Assert.False(File.Exists(_files.At("small.md")));
    }

    [Fact]
    public void A_text_with_unknown_tables_is_refused_before_anything_runs()
    {
        WriteStudy("# Small\n\n{{latncy}}\n");
        CommandLineTests.AssertRefused("study.md.in: there is no table 'latncy'; the nearest is 'latency'", Arguments);
        Assert.False(System.IO.Directory.Exists(_files.At("work")));
        File.Delete(_files.At("small/study.md.in"));
        CommandLineTests.AssertRefused("study.md.in: no such file", Arguments);
        _files.Write("small/study.md.in", "# Small\n");
        System.IO.Directory.CreateDirectory(_files.At("small.md"));
        CommandLineTests.AssertRefused("small.md: cannot be written (is a directory)", Arguments);
        Assert.False(System.IO.Directory.Exists(_files.At("work")));
        CommandLineTests.AssertRefused("platform.json: cannot be made a directory (it is a file)", [.. Arguments.Select(a => a == _files.At("work") ? _files.At("small/platform.json") : a)]);
        CommandLineTests.AssertRefused("--jobs 0 is outside 1 to 1024; the nearest valid value is 1", [.. Arguments[..^1], "0"]);
    }

    [Theory]
    [InlineData(20, true, 20)] // enough from 20 harts on
    [InlineData(65, false, 53)] // never enough; 53 harts come nearest
    public void The_smallest_number_of_harts_is_found_or_the_best_there_is(int enough, bool isMet, int harts)
    {
        var point = _files.Plan("tcdm: 1 MiB").Points[0];
        var row = _files.Run(SweepPlan.Of("need", [point]), "need").Rows[0];
        var tried = new List<int>();
        var need = HartNeed.Find([point], Measure([point with { Harts = 8 }]), Measure);
        Assert.Equal((isMet, harts), (need.IsMet, need.Best.Harts));
        Assert.Equal(Enumerable.Range(tried[1], Math.Min(enough, 64) - tried[1] + 1), tried.Skip(1));
        Assert.InRange(tried[1], 2, 19);

        IReadOnlyList<SweepRow> Measure(IEnumerable<SweepPoint> points)
        {
            tried.AddRange(points.Select(p => p.Harts));
            return [.. points.Select(p => row with { Harts = p.Harts, OverheadPercent = p.Harts >= enough ? 3 : 10 + Math.Abs(p.Harts - 53) })];
        }
    }
}
