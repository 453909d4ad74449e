using AhwaLora.Machine.Core.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Keys;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Results;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Reports;

/// <summary>A report's numbers as JSON, for the page and for other programs. The names contain the units. It contains no date and nothing about the host.</summary>
internal static class ReportJson
{
    /// <summary>The whole report, as one line that may stand in a script element.</summary>
    public static string ForScript(ReportData data) => JsonSerializer.Serialize(Of(data, TimelineOf(data.Timeline)), JsonStyles.ScriptFigures);

    /// <summary>The numbers of a run alone, as one line that may stand in a script element.</summary>
    public static string ForScript(RunTrace trace) => JsonSerializer.Serialize(
        new
        {
            Version = Product.Version,
            Run = new { trace.Name, Harts = trace.Causes.Count },
            Timeline = TimelineOf(trace.Timeline),
            Causes = new { Names = CauseNames.All, Harts = trace.Causes },
            Facts = trace.About.Select(fact => new { Group = "Run", fact.Name, fact.Value, Source = FactSource.Chosen, Note = "" }),
        },
        JsonStyles.ScriptFigures);

    /// <summary>The report as JSON for people, without the timeline, which <c>layer --trace</c> writes.</summary>
    public static string Readable(ReportData data) => JsonSerializer.Serialize(Of(data, timeline: null), JsonStyles.Figures) + "\n";

    private static object Of(ReportData data, object? timeline) => new
    {
        Version = Product.Version,
        Layer = LayerOf(data),
        Timeline = timeline,
        Causes = new { Names = CauseNames.All, Harts = data.Causes },
        Overhead = new { Source = data.Request.ResultsPath is { } path ? Path.GetFileName(path) : null, data.Points },
        Roofline = RooflineOf(data),
        Tile = TileOf(data.Tile),
        Facts = ReportFacts.Of(data.Request).Select(f => new { f.Group, f.Name, f.Value, f.Source, f.Note }),
    };

    private static LayerSection LayerOf(ReportData data)
    {
        var (request, layer) = (data.Request, data.Layer);
        LayerMeasurement[] runs = [.. new[] { layer.TileAlone, layer.Sequential, layer.Pipelined }.Distinct()];
        return new(LayerConditions.Of(request.Shape, request.Strategy, request.Platform, request.Options))
        {
            OverheadPercent = layer.OverheadPercent,
            MultiplyAddsPerCycleAndHart = layer.MultiplyAddsPerCycle,
            MultiplyAddsPerCycle = layer.MultiplyAddsPerCycle,
            ExposedCycles = layer.Pipelined.ExposedCycles,
            TileAloneExposedCycles = layer.TileAlone.ExposedCycles,
            Runs = runs.Select(run => RunNumbers.Of(run, run == layer.TileAlone ? "tile alone" : run.Strategy.Name, layer.TileAlone)),
        };
    }

    // A span is [begin, cycles, index of its name, details...]. The track names the details; they are the same for all its spans.
    private static object TimelineOf(Timeline timeline)
    {
        var names = timeline.Tracks.SelectMany(t => t.Spans).Select(s => s.Name).Distinct().ToList();
        var indices = names.Index().ToDictionary(n => n.Item, n => (ulong)n.Index);
        return new
        {
            timeline.Cycles,
            timeline.ClockMhz,
            Names = names,
            Tracks = timeline.Tracks.Select(t => new
            {
                t.Kind,
                t.Name,
                Details = t.Spans.Count == 0 ? [] : t.Spans[0].Details.Select(d => d.Name),
                Spans = t.Spans.Select(s => s.Details.Select(d => d.Value).Prepend(indices[s.Name]).Prepend(s.End - s.Begin).Prepend(s.Begin)),
            }),
        };
    }

    private static object RooflineOf(ReportData data)
    {
        var harts = data.Request.Platform.Harts;
        var banks = data.Request.Platform.Memories.FirstOrDefault(m => m.Banks != 0)?.Banks ?? harts;
        return new
        {
            Harts = harts,
            PeakMultiplyAddsPerCycle = harts,
            BandwidthBytesPerCycle = 4 * Math.Min(harts, banks),
            Points = data.Kernels,
        };
    }

    private static object TileOf(TileMeasurements tile) => new
    {
        Preset = tile.Study.Preset.Name,
        Model = tile.Study.Model.Name,
        tile.Study.Lines,
        tile.Study.FirstSeed,
        tile.Study.Seeds,
        TileStudy.Vectors,
        AdcBound = tile.Study.Preset.Adc.Bound,
        ErrorOverAge = tile.Errors,
        ConductanceRangeMicroSiemens = ConductanceHistogram.RangeMicroSiemens(tile.Study.Model),
        Conductances = tile.Histograms,
        Saturation = tile.Saturation is { } map ? map.Bounds.Select((bound, i) => new { Bound = bound, Columns = Enumerable.Range(0, tile.Study.Lines).Select(column => map.Fractions[i, column]) }) : null,
    };

    /// <summary>The layer that a report is about.</summary>
    private sealed record LayerSection : LayerConditions
    {
        public LayerSection(LayerConditions conditions)
            : base(conditions)
        {
        }

        public required double OverheadPercent { get; init; }

        public required double MultiplyAddsPerCycleAndHart { get; init; }

        /// <summary>The same value under its older key. Elsewhere in a report, that key means the multiply-adds of all harts.</summary>
        public required double MultiplyAddsPerCycle { get; init; }

        public required long ExposedCycles { get; init; }

        [JsonPropertyName(ResultKeys.TileAloneExposedCycles)]
        public required long TileAloneExposedCycles { get; init; }

        public required IEnumerable<RunNumbers> Runs { get; init; }
    }
}
