using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Reports;

namespace AhwaLora.Emu.Tests.Reports;

/// <summary>What a report measures, and the files it becomes.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class ReportDataTests
{
    private const string Heading = "strategy,inputs,outputs,rank,tokens,chunk_tokens,integration_ns,harts,pipelined_cycles,baseline_cycles,hart_busy_cycles_most,tcdm_bytes,platform,timing";

    private static ReportData Data => SmallReport.Data;

    [Fact]
    public void Every_engine_gives_the_same_files()
    {
        var (first, second) = (Files(SmallReport.Data), Files(ReportData.Measure(SmallReport.RequestOn(EngineKind.Interpreter))));
        Assert.Equal(["report.html", "report.json"], first.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, text) in first) Assert.True(text == second[name], $"{name} differs");
    }

    [Fact]
    public void The_page_needs_no_other_file()
    {
        var page = Files(Data)["report.html"];
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<(link|script|img)[^>]+(href|src)=""(?!data:)", page);
        Assert.DoesNotContain("/* numbers */", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Maps_have_a_point_for_each_layer_and_cost_what_a_layer_costs()
    {
        Assert.Equal(2 * 3 * 2, Data.Points.Count);
        var map = SmallReport.Request.Map;
        var point = Data.Points.Single(p => (p.Inputs, p.ChunkTokens, p.IntegrationNs) == (64, 8, 512));
        var layer = LayerData.Generate(new LayerShape(64, 16, map.Rank, map.Tokens, 8), map.Options.Seed);
        var comparison = LayerComparison.Run(layer, map.Strategy, map.Platform with { Aimc = map.Platform.Aimc! with { IntegrationNs = 512 } }, map.Options);
        Assert.Equal((comparison.TileAlone.Result.Cycles, comparison.Pipelined.Result.Cycles), ((uint)point.TileAloneCycles, (uint)point.PipelinedCycles));
        Assert.Equal(comparison.OverheadPercent, point.OverheadPercent);
    }

    [Fact]
    public void Kernels_count_the_layers_multiply_adds_and_stay_below_the_roof()
    {
        var kernels = Data.Kernels.Where(k => k.Layer == "64 x 48").ToDictionary(k => k.Kernel);
        const int tokens = 32; // four chunks
        Assert.Equal(tokens * 64 * 8, kernels["x A"].MultiplyAdds);
        Assert.Equal(tokens * 8 * 48, kernels["(x A) B"].MultiplyAdds);

        // x A reads every element of x and A at least once, and writes each element of x A.
        Assert.True(kernels["x A"].Bytes >= 4 * (tokens * 64 + 64 * 8 + tokens * 8));
        Assert.All(Data.Kernels, k =>
        {
            // Each word moved takes an issue slot beside that of the multiply-add.
            var roof = k.Harts / (1 + 1 / (4 * k.Intensity));
            Assert.InRange(k.MultiplyAddsPerCycle, 0.1 * roof, roof);
        });
    }

    [Fact]
    public void Causes_are_those_of_the_run_on_the_timeline()
    {
        Assert.Equal(4, Data.Causes.Count);
        var cycles = Data.Causes.Select(hart => hart.Aggregate(0UL, (sum, c) => sum + c));
        Assert.All(cycles, c => Assert.InRange(c, Data.Timeline.Cycles * 9 / 10, Data.Timeline.Cycles));
    }

    [Fact]
    public void Assumptions_are_marked_as_such()
    {
        var facts = ReportFacts.Of(SmallReport.Request);
        Assert.All(facts.Where(f => f.Source == FactSource.Assumed), f => Assert.StartsWith("assumed", f.Note, StringComparison.Ordinal));
        string[] expected = ["clock", "harts", "programming pulse energy", "programming pulse time", "programming pulses per device", "tokens S"];
        Assert.Empty(expected.Except(facts.Where(f => f.Source == FactSource.Assumed).Select(f => f.Name)));
    }

    [Fact]
    public void Results_of_a_sweep_are_read_by_the_names_of_their_columns()
    {
        var point = ResultsFile.Read(Write($"{Heading}\ndouble-buffered,512,128,8,320,16,256,32,110000,100000,70000,140000,\"{{\"\"harts\"\": 32, \"\"x\"\": 1}}\",snitch\n")).Single();
        Assert.Equal((512, 128, 16, 32, "double-buffered", "snitch"), (point.Inputs, point.Outputs, point.ChunkTokens, point.Harts, point.Strategy, point.Timing));
        Assert.Equal(10, point.OverheadPercent, 1e-9);
        Assert.True(point.ExceedsReferenceTcdm);
    }

    [Theory]
    [InlineData("inputs,outputs\n1,2\n", "lacks the column 'rank'")]
    [InlineData(Heading + "\n", "holds no results")]
    [InlineData(Heading + "\ns,512,128,8,320,16,256,32,110000,0,70000,140000,,\n", "line 2: column 'baseline_cycles' holds '0'; expected a whole number from 1")]
    [InlineData(Heading + "\ns,many,128,8,320,16,256,32,110000,1,70000,140000,,\n", "line 2: column 'inputs' holds 'many'")]
    [InlineData(Heading + "\ns,5000000000,128,8,320,16,256,32,110000,1,70000,140000,,\n", "line 2: column 'inputs' holds '5000000000'")]
    [InlineData(Heading + "\ns,512\n", "cannot be read as CSV")]
    public void Results_that_do_not_fit_are_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<UserErrorException>(() => ResultsFile.Read(Write(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Mistakes_on_the_command_line_are_one_line()
    {
        CommandLineTests.AssertRefused("--layer '128': expected inputs x outputs", "report", "--layer", "128");
        CommandLineTests.AssertRefused("/no/such.csv: no such file", "report", "--results", "/no/such.csv");
        CommandLineTests.AssertRefused("--size 0 is outside 1 to 1024", "report", "--size", "0");
        CommandLineTests.AssertRefused("--rank 0 is outside 1 to 1024", "report", "--rank", "0");
        CommandLineTests.AssertRefused("--layer 0 is outside 1 to 65536", "report", "--layer", "128x0");
    }

    private static string Write(string text) => Scratch.File("results.csv", text);

    private static Dictionary<string, string> Files(ReportData data)
    {
        var directory = Directory.CreateTempSubdirectory("ahwalora").FullName;
        ReportFiles.Write(data, directory, withPictures: false);
        var files = Directory.GetFiles(directory).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
        Directory.Delete(directory, recursive: true);
        return files;
    }
}
