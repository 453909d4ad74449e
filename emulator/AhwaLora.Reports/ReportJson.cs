using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Reports;

/// <summary>A report's numbers as JSON, for the page and for other programs; units stand in the names. No date and nothing of the host is in it.</summary>
internal static class ReportJson
{
    // Half a part in a million of what is drawn, and a few bytes a number.
    private const int Digits = 6;

    private static readonly JsonSerializerOptions Compact = new(JsonStyles.Results) { WriteIndented = false, Converters = { new RoundedConverter() } };

    // What stands in a page must not end its script element: < is escaped there, as the default encoder does.
    private static readonly JsonSerializerOptions ForPage = new(Compact) { Encoder = JavaScriptEncoder.Default };

    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    /// <summary>All of it, in a line that can stand in a script element.</summary>
    public static string ForScript(ReportData data) => JsonSerializer.Serialize(Of(data, TimelineOf(data.Timeline)), ForPage);

    /// <summary>Of a run alone, in a line that can stand in a script element.</summary>
    public static string ForScript(RunTrace trace) => JsonSerializer.Serialize(
        new
        {
            Version = Product.Version,
            Run = new { trace.Name, Harts = trace.Causes.Count },
            Timeline = TimelineOf(trace.Timeline),
            Causes = new { Names = CauseNames.All, Harts = trace.Causes },
            Facts = trace.About.Select(fact => new { Group = "Run", fact.Name, fact.Value, Source = FactSource.Chosen, Note = "" }),
        },
        ForPage);

    /// <summary>For reading: without the timeline, which <c>layer --trace</c> writes.</summary>
    public static string Readable(ReportData data) => JsonSerializer.Serialize(Of(data, timeline: null), Indented) + "\n";

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

    private static object LayerOf(ReportData data)
    {
        var (request, layer) = (data.Request, data.Layer);
        LayerMeasurement[] runs = [.. new[] { layer.Analog, layer.Sequential, layer.Pipelined }.Distinct()];
        return new
        {
            request.Shape.Inputs,
            request.Shape.Outputs,
            request.Shape.Rank,
            request.Shape.Tokens,
            ChunkTokens = request.Shape.Chunk,
            request.Platform.Aimc!.IntegrationNs,
            request.Platform.Harts,
            Strategy = request.Strategy.Name,
            Timing = request.Options.Timing.Name,
            request.Platform.Aimc.Preset,
            layer.OverheadPercent,
            layer.MultiplyAddsPerCycle,
            layer.Pipelined.ExposedCycles,
            BaselineExposedCycles = layer.Analog.ExposedCycles,
            Runs = runs.Select(m => new
            {
                Name = m == layer.Analog ? "tile alone" : m.Strategy.Name,
                m.Result.Cycles,
                OverheadPercent = 100.0 * ((double)m.Result.Cycles / layer.Analog.Result.Cycles - 1),
                m.Result.TcdmBytes,
                RelativeErrorPercent = double.IsNaN(m.RelativeError) ? (double?)null : 100 * m.RelativeError,
                m.Instructions,
                m.Tile.BoundPasses,
            }),
        };
    }

    // A span is [begin, cycles, index of its name, details...]; a track names the details, which are the same for all its spans.
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

    /// <summary>Writes a double with few digits, the same on every machine.</summary>
    private sealed class RoundedConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            var rounded = double.Parse(value.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            writer.WriteRawValue(rounded.ToString("R", CultureInfo.InvariantCulture));
        }
    }
}
