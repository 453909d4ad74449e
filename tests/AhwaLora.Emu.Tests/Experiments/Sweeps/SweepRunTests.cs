using System.Diagnostics;
using System.Text.RegularExpressions;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;

namespace AhwaLora.Emu.Tests.Experiments.Sweeps;

/// <summary>Sweeps that are run: what they measure, and that nothing but the points shows in the results.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class SweepRunTests : IDisposable
{
    private readonly SweepDirectory _files = new();

    public void Dispose() => _files.Dispose();

    private byte[] Bytes(string name) => File.ReadAllBytes(_files.At(name));

    [Fact]
    public void A_row_is_what_layer_measures()
    {
        var row = _files.Run(_files.Plan("shape: 48x40\ntokens: 12\nchunk: 4\nharts: 3\nclock_mhz: 500\nseed: 7\ntiming: functional"), "out").Rows.Single();
        var point = _files.Plan("shape: 48x40\ntokens: 12\nchunk: 4\nharts: 3\nclock_mhz: 500\nseed: 7\ntiming: functional").Points[0];
        var comparison = LayerComparison.Run(LayerData.Generate(point.Shape, 7), LayerStrategy.DoubleBuffered, point.BuildPlatform(), point.BuildOptions(TestMachine.Engine));
        Assert.Equal(comparison.Pipelined.Result.Cycles, row.PipelinedCycles);
        Assert.Equal(comparison.TileAlone.Result.Cycles, row.TileAloneCycles);
        Assert.Equal(comparison.OverheadPercent, row.OverheadPercent);
        Assert.Equal(comparison.Pipelined.Result.TcdmBytes, row.TcdmBytes);
        Assert.Equal(row.PipelinedCycles / 500.0, row.PipelinedUs);
        Assert.Equal(12 * 128, row.IntegrationCycles);
        Assert.Equal(("functional", "double-buffered", "none", 7UL), (row.Timing, row.Strategy, row.Contention, row.Seed));
        Assert.Contains("\"clock_mhz\":500", row.Platform, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ideal_preset_means_ideal_devices()
    {
        var rows = _files.Run(_files.Plan("shape: 24x32\ntokens: 8\nchunk: 8\nharts: 2\npreset: [ideal, ahwa-lora]\ntiming: functional"), "out").Rows;
        Assert.Equal(["ideal", "ahwa-lora"], rows.Select(row => row.Preset));
        Assert.InRange(rows[0].RelativeErrorPercent, 0, 1e-3);
        Assert.InRange(rows[1].RelativeErrorPercent, 1, 50);
    }

    [Fact]
    public void Equal_points_have_equal_bytes_whatever_the_jobs_and_the_sweep()
    {
        _files.Run(_files.Plan(SweepDirectory.Small), "one", jobs: 1);
        _files.Run(_files.Plan(SweepDirectory.Small), "two", jobs: 4);
        Assert.Equal(Bytes("one/small.csv"), Bytes("two/small.csv"));
        Assert.Equal(Bytes("one/small.parquet"), Bytes("two/small.parquet"));

        var single = _files.Run(_files.Plan("shape: 24x32\ntokens: 16\nchunk: 8\nharts: 2\nstrategy: eager", "other.yaml"), "other");
        Assert.Contains(File.ReadLines(_files.At("other/other.csv")).Last(), File.ReadLines(_files.At("one/small.csv")));
        Assert.Single(single.Rows);
    }

    [Fact]
    public void Parquet_holds_what_the_csv_holds()
    {
        var table = _files.Run(_files.Plan(SweepDirectory.Small), "out");
        var read = SweepTable.Read(_files.At("out/small.parquet"));
        Assert.Equal(table.Rows, read.Rows);
        Assert.Equal((table.Name, table.Id, table.Points, table.Shard), (read.Name, read.Id, read.Points, read.Shard));
        Assert.Equal(1 + table.Rows.Count, File.ReadLines(_files.At("out/small.csv")).Count());
    }

    [Fact]
    public void Tiles_that_keep_time_only_have_no_error_in_any_format()
    {
        _files.Write("time.json", """{ "aimc": { "timing_only": true } }""");
        var table = _files.Run(_files.Plan("shape: 24x32\ntokens: 8\nharts: 2\nplatform: time.json"), "out");
        Assert.Equal(double.NaN, table.Rows.Single().RelativeErrorPercent);
        Assert.Equal(table.Rows, SweepTable.Read(_files.At("out/small.parquet")).Rows);
        Assert.Contains(",NaN,", File.ReadLines(_files.At("out/small.csv")).Last(), StringComparison.Ordinal);
        Assert.Equal(table.Rows, _files.Run(_files.Plan("shape: 24x32\ntokens: 8\nharts: 2\nplatform: time.json"), "out").Rows); // from the journal
    }

    [Fact]
    public void A_sweep_that_stopped_goes_on_where_it_was()
    {
        var plan = _files.Plan(SweepDirectory.Small);
        _files.Run(plan, "whole");
        Assert.ThrowsAny<Exception>(() => _files.Run(plan, "out", jobs: 1, progress: at =>
        {
            if (at.Done == 3) throw new OperationCanceledException();
        }));
        Assert.False(File.Exists(_files.At("out/small.csv")), "half a result is none");
        File.AppendAllText(_files.At("out/small.journal.jsonl"), "{\"key\":\"cut sho");

        SweepProgress? first = null;
        _files.Run(plan, "out", progress: at => first ??= at);
        Assert.Equal(new SweepProgress(3, 3, 8), first);
        Assert.Equal(Bytes("whole/small.csv"), Bytes("out/small.csv"));
        Assert.Equal(Bytes("whole/small.parquet"), Bytes("out/small.parquet"));
    }

    [Fact]
    public void A_row_of_a_journal_that_was_edited_is_found_out()
    {
        var plan = _files.Plan(SweepDirectory.Small);
        _files.Run(plan, "out");
        var journal = _files.At("out/small.journal.jsonl");
        var lines = File.ReadAllLines(journal);
        File.WriteAllLines(journal, [lines[0], lines[1].Replace("\"pipelined_cycles\":", "\"pipelined_cycles\":1", StringComparison.Ordinal), .. lines[2..]]);
        Assert.Contains("small.journal.jsonl: line 2: was changed after its point was measured", Assert.Throws<UserErrorException>(() => _files.Run(plan, "out")).Message, StringComparison.Ordinal);

        // A row under another point's key is no less an edit; one that is gone is measured again.
        File.WriteAllLines(journal, [lines[0].Replace(lines[0][8..72], lines[1][8..72], StringComparison.Ordinal)]);
        Assert.Contains("line 1: was changed", Assert.Throws<UserErrorException>(() => _files.Run(plan, "out")).Message, StringComparison.Ordinal);
        File.WriteAllLines(journal, lines[1..]);
        SweepProgress? first = null;
        _files.Run(plan, "out", progress: at => first ??= at);
        Assert.Equal(7, first!.Value.Reused);
    }

    [Fact]
    public void A_row_says_which_build_measured_it_and_another_build_measures_again()
    {
        var plan = _files.Plan("shape: 24x32\ntokens: 8\nharts: 2");
        var row = _files.Run(plan, "out").Rows.Single();
        Assert.Equal(Product.Build, row.Build);
        Assert.Equal(plan.Keys[0], plan.Rows[0].Key());
        Assert.NotEqual(plan.Keys[0], (plan.Rows[0] with { Build = "another" }).Key());
        Assert.Contains("build", File.ReadLines(_files.At("out/small.csv")).First().Split(','));
    }

    [Fact]
    public void What_no_strategy_forecast_is_empty()
    {
        var rows = _files.Run(_files.Plan("shape: 24x32\ntokens: 8\nharts: 2\nchunk: 4\nstrategy: [double-buffered, balanced]"), "out").Rows;
        Assert.Null(rows[0].ForecastCycles);
        Assert.True(rows[1].ForecastCycles > 0);
        Assert.Equal(rows, SweepTable.Read(_files.At("out/small.parquet")).Rows);
        var lines = File.ReadAllLines(_files.At("out/small.csv"));
        var column = Array.IndexOf(lines[0].Split(','), "forecast_cycles");
        Assert.Equal(["", $"{rows[1].ForecastCycles}"], lines[1..].Select(line => Cells(line)[column]));
        Assert.Equal(rows, _files.Run(_files.Plan("shape: 24x32\ntokens: 8\nharts: 2\nchunk: 4\nstrategy: [double-buffered, balanced]"), "out").Rows); // from the journal
    }

    [Fact]
    public void A_journal_that_is_not_a_file_is_refused()
    {
        var plan = _files.Plan(SweepDirectory.Small);
        Directory.CreateDirectory(_files.At("out"));
        void Refused(string expected) => Assert.Contains(expected, Assert.Throws<UserErrorException>(() => _files.Run(plan, "out")).Message, StringComparison.Ordinal);
        var journal = _files.At("out/small.journal.jsonl");
        File.CreateSymbolicLink(journal, "/dev/zero");
        Refused("is a pipe or a device; expected a file");
        File.Delete(journal);
        Toolchain.Run("mkfifo", journal);
        Refused("is a pipe or a device; expected a file");
        File.Delete(journal);
        using (var zeros = File.Create(journal)) zeros.SetLength(1L << 40);
        Refused("line 1: is too long for a point of a sweep");
        File.Delete(journal);
        File.CreateSymbolicLink(journal, _files.Write("mine", "mine"));
        Toolchain.Run("chmod", $"1777 {_files.At("out")}");
        Refused("is a link in a directory that everybody may write into; remove it");
        Assert.Equal("mine", File.ReadAllText(_files.At("mine")));
    }

    [Fact]
    public void A_name_that_leaves_no_room_for_the_journals_is_refused_before_anything_runs()
    {
        var plan = _files.Plan("rank: 4", new string('n', 250) + ".yaml");
        Assert.Contains("its name has 264 bytes; expected 255 at most", Assert.Throws<UserErrorException>(() => _files.Run(plan, "out")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_whose_name_leads_out_of_the_directory_is_refused()
    {
        var table = _files.Run(_files.Plan("shape: 24x32\ntokens: 8\nharts: 2"), "out");
        (table with { Name = "../small" }).WriteTo(_files.At("out"));
        Assert.Contains("small.parquet: is not a Parquet file that a sweep", Assert.Throws<UserErrorException>(() => SweepTable.Read(_files.At("small.parquet"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    public void A_result_that_is_a_device_is_refused(string path) => Assert.Throws<UserErrorException>(() => SweepTable.Read(path));

    // The cells of a line; commas within quotes do not part them.
    private static string[] Cells(string line) => Regex.Replace(line, "\"([^\"]|\"\")*\"", "quoted").Split(',');

    [Fact]
    public void A_sweep_that_grew_keeps_the_points_that_it_had()
    {
        _files.Run(_files.Plan(SweepDirectory.Small), "out");
        SweepProgress? first = null;
        _files.Run(_files.Plan(SweepDirectory.Small.Replace("chunk: [4, 8]", "chunk: [4, 8, 16]", StringComparison.Ordinal)), "out", progress: at => first ??= at);
        Assert.Equal(new SweepProgress(8, 8, 12), first);
    }

    [Fact]
    public void Two_processes_do_not_run_the_same_sweep()
    {
        var plan = _files.Plan(SweepDirectory.Small);
        string? message = null;
        _files.Run(plan, "out", jobs: 1, progress: at => message ??= Assert.Throws<UserErrorException>(() => _files.Run(plan, "out")).Message);
        Assert.Contains("does another process run this sweep?", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_that_cannot_be_written_is_named()
    {
        var plan = _files.Plan(SweepDirectory.Small);
        Directory.CreateDirectory(_files.At("out/small.journal.jsonl"));
        Assert.Contains("small.journal.jsonl: cannot be written (is a directory)", Assert.Throws<UserErrorException>(() => _files.Run(plan, "out")).Message, StringComparison.Ordinal);

        // A file may have 1 KiB, as on a disk that is full; .NET itself maps a large one unless told not to.
        var start = new ProcessStartInfo("bash", ["-c", "trap '' XFSZ; ulimit -f 1; exec dotnet \"$@\"", "bash", Toolchain.CommandLine, "sweep", _files.At("small.yaml"), "--out", _files.At("full")])
        {
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0", ["DOTNET_EnableDiagnostics"] = "0" },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(125, process.ExitCode);
        Assert.Contains("small.journal.jsonl: cannot be written (", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_process_loses_at_most_the_points_in_flight()
    {
        var file = _files.Write("small.yaml", SweepDirectory.Small);
        var journal = _files.At("out/small.journal.jsonl");
        long written;
        // A sweep does not go on with rows of another build, so the process runs the build that goes on.
        var build = Path.Combine(AppContext.BaseDirectory, "ahwalora.dll");
        using (var process = Process.Start(new ProcessStartInfo("dotnet", [build, "sweep", file, "--out", _files.At("out"), "--jobs", "1"]) { RedirectStandardError = true, RedirectStandardOutput = true })!)
        {
            SpinWait.SpinUntil(() => process.HasExited || (File.Exists(journal) && new FileInfo(journal).Length > 0), TimeSpan.FromMinutes(1));
            written = new FileInfo(journal).Length;
            process.Kill();
            process.WaitForExit();
        }

        Assert.True(new FileInfo(journal).Length >= written, "what had been measured is there");
        var kept = File.ReadAllText(journal).Count(c => c == '\n');
        Assert.InRange(kept, 1, 8);
        SweepProgress? first = null;
        _files.Run(SweepPlan.Load(file), "out", progress: at => first ??= at);
        Assert.Equal(kept, first!.Value.Reused);
    }

    [Fact]
    public void Parts_are_joined_to_the_bytes_of_the_whole()
    {
        var plan = _files.Plan(SweepDirectory.Small);
        _files.Run(plan, "whole");
        for (var part = 1; part <= 3; part++) _files.Run(plan, "parts", new Shard(part, 3));
        string[] paths = [.. Directory.GetFiles(_files.At("parts"), "*.parquet").OrderDescending(StringComparer.Ordinal)];
        SweepMerge.Join([.. paths.Select(path => (path, SweepTable.Read(path)))]).WriteTo(_files.At("merged"));
        Assert.Equal(Bytes("whole/small.csv"), Bytes("merged/small.csv"));
        Assert.Equal(Bytes("whole/small.parquet"), Bytes("merged/small.parquet"));
    }

    [Theory]
    [InlineData("2/3", new[] { 1, 4, 7 })]
    [InlineData("8/9", new[] { 7 })]
    [InlineData("9/9", new int[0])]
    [InlineData("5/2147483647", new[] { 4 })]
    [InlineData("2147483647/2147483647", new int[0])]
    public void A_part_has_every_nth_point_or_none_where_there_are_fewer_points_than_parts(string part, int[] points)
    {
        Assert.Equal(points, Shard.Parse(part).Of(8));
        Assert.Equal(points.Length, Shard.Parse(part).CountOf(8));
    }

    [Fact]
    public void Parts_that_do_not_belong_together_are_refused()
    {
        SweepTable Part(string text, int number, int count) => _files.Run(_files.Plan(text), $"part{number}-{count}-{text.Length}", new Shard(number, count));
        void Refused(string expected, params SweepTable[] parts) =>
            Assert.Contains(expected, Assert.ThrowsAny<UserErrorException>(() => SweepMerge.Join([.. parts.Select((table, i) => ($"part{i}", table))])).Message, StringComparison.Ordinal);

        var (first, second) = (Part(SweepDirectory.Small, 1, 2), Part(SweepDirectory.Small, 2, 2));
        Refused("part1: is part of another sweep", first, Part(SweepDirectory.Small + "\nrank: 4", 2, 2));
        Refused("part1: is part 1/3, and part0 is part 1/2", first, Part(SweepDirectory.Small, 1, 3));
        Refused("part 2 of 2 is missing; run 'ahwalora sweep FILE shard 2/2'", first);
        Refused("part1: is part 1/2, as part0 is, but has other rows", first, first with { Rows = second.Rows });
        Refused("part0: has 3 of its 4 points", first with { Rows = [.. first.Rows.Skip(1)] }, second);
        Assert.Equal(8, SweepMerge.Join([("a", first), ("b", second), ("c", first)]).Rows.Count);

        var stranger = _files.Write("stranger.parquet", "PAR1");
        Assert.Contains("is not a Parquet file that a sweep", Assert.Throws<UserErrorException>(() => SweepTable.Read(stranger)).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<UserErrorException>(() => SweepTable.Read("none.parquet")).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<UserErrorException>(() => SweepTable.Read(_files.Path)).Message, StringComparison.Ordinal);
    }
}
