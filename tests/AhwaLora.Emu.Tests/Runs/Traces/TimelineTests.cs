using System.Runtime.InteropServices;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Emu.Tests.Runs.Traces;

/// <summary>Timelines tell what happened, and change nothing of it.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class TimelineTests
{
    private const int Harts = 4;
    private static readonly LayerShape Shape = new(Inputs: 64, Outputs: 48, Rank: 8, Tokens: 20, Chunk: 6);
    private static readonly LayerData Data = LayerData.Generate(Shape, seed: 5);

    public static TheoryData<EngineKind, Contention> Runs { get; } = new()
    {
        { EngineKind.Interpreter, Contention.None },
        { EngineKind.Translator, Contention.None },
        { EngineKind.Interpreter, Contention.Exact },
        { EngineKind.Translator, Contention.Exact },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Recording_changes_neither_cycles_nor_bits(EngineKind engine, Contention contention)
    {
        var recorded = Record(engine, contention);
        var alone = Run(engine, contention, null);
        Assert.Equal((alone.MachineCycles, alone.Instructions, alone.Result.Cycles), (recorded.Run.MachineCycles, recorded.Run.Instructions, recorded.Run.Result.Cycles));
        Assert.Equal(MemoryMarshal.AsBytes(alone.Y.AsSpan()), MemoryMarshal.AsBytes(recorded.Run.Y.AsSpan()));
    }

    [Theory]
    [InlineData(Contention.None)]
    [InlineData(Contention.Exact)]
    public void Every_engine_writes_the_same_bytes(Contention contention)
    {
        var expected = Text(Record(EngineKind.Interpreter, contention).Timeline);
        Assert.Equal(expected, Text(Record(EngineKind.Interpreter, contention).Timeline));
        Assert.Equal(expected, Text(Record(EngineKind.Translator, contention).Timeline));
    }

    [Fact]
    public void Every_cycle_of_a_hart_is_in_one_span_and_waits_are_its_causes()
    {
        var (machine, timeline, _) = Record(EngineKind.Auto, Contention.None);
        foreach (var (hart, track) in timeline.Tracks.Where(t => t.Kind == "harts").Index())
        {
            Assert.Equal(0UL, track.Spans[0].Begin);
            for (var i = 1; i < track.Spans.Count; i++) Assert.Equal(track.Spans[i - 1].End, track.Spans[i].Begin);
            Assert.Equal(machine.Cycles, track.Spans[^1].End);
            ulong Of(string name) => track.Spans.Where(s => s.Name == name).Aggregate(0UL, (sum, s) => sum + s.End - s.Begin);
            var causes = machine.CausesOf(hart).Cycles;
            Assert.Equal((causes[(int)Cause.DmaWait], causes[(int)Cause.TileWait]), (Of("waits for the DMA"), Of("waits for a tile")));
            Assert.InRange(Of("waits at a barrier"), causes[(int)Cause.Barrier], machine.Cycles);
        }
    }

    [Fact]
    public void The_tile_shows_every_vector_in_every_stage_and_every_pass()
    {
        var (machine, timeline, run) = Record(EngineKind.Auto, Contention.None);
        Assert.Equal(Shape.Tokens, Track(timeline, "tiles", "tile0 stream in").Spans.Count);
        Assert.Equal(Shape.Tokens, Track(timeline, "tiles", "tile0 stream out").Spans.Count);
        var passes = Track(timeline, "tiles", "tile0 integrate").Spans;
        Assert.All(passes, pass => Assert.Equal(256UL, pass.End - pass.Begin));
        Assert.Equal(run.Tile.Mvms, (ulong)passes.Count(p => p.Name == "integrate"));
        Assert.True(run.Tile.BoundPasses > 0, "the test needs a layer that saturates");
        Assert.Equal(run.Tile.BoundPasses, (ulong)passes.Count(p => p.Name == "bound-management pass"));

        var jobs = timeline.Tracks.Where(t => t.Name.StartsWith("tile0 context", StringComparison.Ordinal)).SelectMany(t => t.Spans).OrderBy(s => s.Begin).ToList();
        Assert.Equal([0UL, 1, 2, 3], jobs.Select(j => Detail(j, "tag")));
        Assert.Equal([6UL, 6, 6, 2], jobs.Select(j => Detail(j, "vectors")));
        Assert.Equal(machine.Platform.Harts, (int)Detail(Track(timeline, "barriers", "cluster barrier").Spans[0], "harts"));
    }

    [Fact]
    public void Transfers_add_up_to_the_bytes_the_DMA_counted()
    {
        var (machine, timeline, _) = Record(EngineKind.Auto, Contention.Exact);
        var transfers = Track(timeline, "dma", "transfers").Spans;
        var counters = machine.Devices.First(d => d.Device.Name == "dma").Device.Counters(machine.Cycles).ToDictionary(c => c.Name, c => c.Value);
        Assert.Equal(counters["bytes_moved"], transfers.Aggregate(0UL, (sum, t) => sum + Detail(t, "bytes")));
        Assert.Equal(counters["busy_cycles"], transfers.Aggregate(0UL, (sum, t) => sum + t.End - t.Begin));
        Assert.Equal(["ram to tcdm", "tcdm to ram"], transfers.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Regions_have_the_names_of_what_a_layer_computes()
    {
        var timeline = Record(EngineKind.Auto, Contention.None).Timeline;
        var regions = timeline.Tracks.Where(t => t.Kind == "regions").ToList();
        Assert.Equal(Harts, regions.Count);
        Assert.Equal(4, regions[1].Spans.Count(s => s.Name == "x A"));
        Assert.Equal(4, regions[1].Spans.Count(s => s.Name == "(x A) B"));
        Assert.Equal(4, regions[0].Spans.Count(s => s.Name == "tile wait"));
    }

    [Fact]
    public void Sleep_is_shown_where_it_ends_and_where_nobody_ends_it()
    {
        var program = TestMachine.Assemble("""
            csrr t0, mhartid
            li   t1, 0x02000000
            bnez t0, other
            li   t2, 200
            1: addi t2, t2, -1
            bnez t2, 1b
            li   t2, 1
            sw   t2, 4(t1)
            li   t2, 2000
            1: addi t2, t2, -1
            bnez t2, 1b
            j    done
            other:
            csrwi mie, 8
            wfi
            sw   zero, 4(t1)
            wfi
            """, TestMachine.OneHart with { Harts = 2 });
        var recorder = new TimelineRecorder(program.Machine);
        program.Finish();
        var spans = recorder.Finish().Tracks.First(t => t.Name == "hart 1").Spans;
        Assert.Equal([Timeline.Computing, "sleeps", Timeline.Computing, "sleeps, not woken"], spans.Select(s => s.Name));
        Assert.Equal(program.Machine.Cycles, spans[^1].End);
        Assert.Null(program.Machine.Observer);
    }

    internal static (EmulatedMachine Machine, Timeline Timeline, LayerMeasurement Run) Record(EngineKind engine, Contention contention)
    {
        TimelineRecorder? recorder = null;
        EmulatedMachine? machine = null;
        var run = Run(engine, contention, m => recorder = LayerTrace.Record(machine = m));
        return (machine!, recorder!.Finish(), run);
    }

    // Weights that lie all one way make columns saturate, so that bound management has something to do.
    private static LayerMeasurement Run(EngineKind engine, Contention contention, Action<EmulatedMachine>? attach)
    {
        var data = Data with { Weights = [.. Data.Weights.Select(w => Math.Abs(w) + 0.5f)], X = [.. Data.X.Select((x, i) => i / Shape.Inputs % 2 == 0 ? Math.Abs(x) : x)] };
        var options = new MachineOptions { Engine = engine, Contention = contention, Timing = TimingProfile.Named("cv32e40p"), HotThreshold = 8 };
        return LayerRun.Execute(data, LayerStrategy.DoubleBuffered, new PlatformDescription { Harts = Harts, Aimc = new AimcDescription { IntegrationNs = 256 } }, options, attach);
    }

    private static TimelineTrack Track(Timeline timeline, string kind, string name) => timeline.Tracks.Single(t => t.Kind == kind && t.Name == name);

    private static ulong Detail(TimelineSpan span, string name) => span.Details.Single(d => d.Name == name).Value;

    private static string Text(Timeline timeline)
    {
        using var text = new StringWriter();
        TraceFile.Write(text, timeline, [("layer", Shape.ToString())]);
        return text.ToString();
    }
}
