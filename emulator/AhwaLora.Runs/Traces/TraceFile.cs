using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Runs.Traces;

/// <summary>
/// A timeline in the trace event format, which Perfetto (ui.perfetto.dev) and chrome://tracing read: a process for each
/// kind of track, a thread for each track, times in microseconds to the nanosecond. Equal timelines give equal bytes.
/// </summary>
public static class TraceFile
{
    /// <summary>Writes a timeline.</summary>
    /// <param name="path">The file; <c>-</c> is standard output.</param>
    /// <param name="timeline">What to write.</param>
    /// <param name="about">Facts that identify the run, for the file's <c>otherData</c>.</param>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, Timeline timeline, IEnumerable<(string Name, string Value)> about) => AtomicFile.WriteText(path, output => Write(output, timeline, about));

    /// <summary>Writes a timeline, one event per line.</summary>
    public static void Write(TextWriter output, Timeline timeline, IEnumerable<(string Name, string Value)> about)
    {
        var data = new Dictionary<string, string> { ["version"] = Product.Version };
        foreach (var (name, value) in about) data[name] = value;
        output.Write($"{{\"displayTimeUnit\":\"ns\",\"otherData\":{JsonSerializer.Serialize(data, JsonStyles.Lines)},\"traceEvents\":[");
        var separator = "\n";
        foreach (var line in Events(timeline))
        {
            output.Write(separator);
            output.Write(JsonSerializer.Serialize(line, JsonStyles.Lines));
            separator = ",\n";
        }

        output.Write("\n]}\n");
    }

    /// <summary>Describes a machine, for <c>otherData</c>.</summary>
    public static IEnumerable<(string Name, string Value)> About(EmulatedMachine machine) =>
    [
        ("platform", machine.Platform.Name),
        ("clock_mhz", machine.Platform.ClockMhz.ToString(CultureInfo.InvariantCulture)),
        ("timing", machine.Options.Timing.Name),
        ("contention", machine.Options.Contention == Contention.Exact ? "exact" : "none"),
        ("seed", machine.Options.Seed.ToString(CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<object> Events(Timeline timeline)
    {
        foreach (var kind in Timeline.Kinds.Where(k => timeline.Tracks.Any(t => t.Kind == k)))
        {
            var process = Process(kind);
            yield return Naming("process_name", process, 0, kind);
            yield return Order("process_sort_index", process, 0, process);
            foreach (var (index, track) in timeline.Tracks.Where(t => t.Kind == kind).Index())
            {
                var thread = index + 1;
                yield return Naming("thread_name", process, thread, track.Name);
                yield return Order("thread_sort_index", process, thread, thread);
                foreach (var span in track.Spans) yield return Slice(timeline, span, kind, process, thread);
            }
        }
    }

    private static int Process(string kind) => Timeline.Kinds.Index().First(k => k.Item == kind).Index + 1;

    private static object Naming(string what, int process, int thread, string name) => new { ph = "M", name = what, pid = process, tid = thread, args = new { name } };

    private static object Order(string what, int process, int thread, int position) => new { ph = "M", name = what, pid = process, tid = thread, args = new { sort_index = position } };

    private static object Slice(Timeline timeline, TimelineSpan span, string kind, int process, int thread)
    {
        var args = new Dictionary<string, ulong> { ["begin_cycle"] = span.Begin, ["cycles"] = span.End - span.Begin };
        foreach (var (name, value) in span.Details) args[name] = value;
        var (begin, end) = (Nanoseconds(span.Begin, timeline), Nanoseconds(span.End, timeline));
        return new { ph = "X", name = span.Name, cat = kind, pid = process, tid = thread, ts = begin / 1000m, dur = (end - begin) / 1000m, args };
    }

    // Begin and end are rounded alike, so that adjacent spans stay adjacent.
    private static decimal Nanoseconds(ulong cycle, Timeline timeline) => decimal.Round(cycle * 1000m / (decimal)timeline.ClockMhz);
}
