using System.Text.Json;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Emu.Tests.Runs.Traces;

/// <summary>The trace event format, as Perfetto reads it.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class TraceFileTests
{
    [Fact]
    public void Times_are_microseconds_to_the_nanosecond_and_neighbours_stay_neighbours()
    {
        var spans = new[] { new TimelineSpan(0, 1, "a", []), new TimelineSpan(1, 2, "b", []), new TimelineSpan(2, 1_000_003, "c", [new("tag", 7)]) };
        var events = Parse(new Timeline(2_000_000, ClockMhz: 300, [new TimelineTrack("tiles", "tile0 integrate", spans)]));
        var slices = events.Where(e => e.GetProperty("ph").GetString() == "X").ToList();
        Assert.Equal(["0", "0.003", "0.007"], slices.Select(s => s.GetProperty("ts").GetRawText()));
        Assert.Equal(["0.003", "0.004", "3333.336"], slices.Select(s => s.GetProperty("dur").GetRawText()));
        Assert.Equal(7, slices[2].GetProperty("args").GetProperty("tag").GetInt32());
    }

    [Fact]
    public void Every_kind_is_a_process_and_every_track_a_thread_with_its_name()
    {
        var events = Parse(TimelineTests.Record(EngineKind.Auto, Contention.None).Timeline);
        IEnumerable<string> Names(string what) => events.Where(e => e.GetProperty("name").GetString() == what).Select(e => e.GetProperty("args").GetProperty("name").GetString()!);
        Assert.Equal(["harts", "regions", "tiles", "dma", "barriers"], Names("process_name"));
        Assert.Equal(["hart 0", "hart 1", "hart 2", "hart 3"], Names("thread_name").Take(4));
        Assert.Contains("tile0 integrate", Names("thread_name"));
    }

    [Fact]
    public void Slices_of_a_thread_nest()
    {
        var events = Parse(TimelineTests.Record(EngineKind.Auto, Contention.Exact).Timeline).Where(e => e.GetProperty("ph").GetString() == "X");
        foreach (var thread in events.GroupBy(e => (e.GetProperty("pid").GetInt32(), e.GetProperty("tid").GetInt32())))
        {
            var open = new Stack<decimal>();
            foreach (var slice in thread)
            {
                var begin = slice.GetProperty("ts").GetDecimal();
                var end = begin + slice.GetProperty("dur").GetDecimal();
                while (open.TryPeek(out var outer) && outer <= begin) open.Pop();
                Assert.True(!open.TryPeek(out var enclosing) || end <= enclosing, $"{slice} overlaps the one before it");
                open.Push(end);
            }
        }
    }

    [Fact]
    public void A_trace_comes_whole_or_not_at_all()
    {
        var elf = TestMachine.Assemble("nop").Image.Path;
        CommandLineTests.AssertRefused("cannot be written", "run", elf, "--harts", "1", "--trace", "/no/such/trace.json");
        var path = Scratch.File("trace.json");
        Assert.Equal(0, CommandLineTests.Run("run", elf, "--harts", "1", "--trace", path).Status);
        using var trace = JsonDocument.Parse(File.ReadAllText(path));
        Assert.EndsWith(".elf", trace.RootElement.GetProperty("otherData").GetProperty("program").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_is_written_where_its_name_says_so()
    {
        var elf = TestMachine.Assemble("nop").Image.Path;
        var path = Scratch.File("run.html");
        Assert.Equal(0, CommandLineTests.Run("run", elf, "--harts", "1", "--trace", path).Status);
        Assert.StartsWith("<!doctype html>", File.ReadAllText(path), StringComparison.Ordinal);
    }

    private static List<JsonElement> Parse(Timeline timeline)
    {
        using var text = new StringWriter();
        TraceFile.Write(text, timeline, []);
        return [.. JsonDocument.Parse(text.ToString()).RootElement.GetProperty("traceEvents").EnumerateArray()];
    }
}
