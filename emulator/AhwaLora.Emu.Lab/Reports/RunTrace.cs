using AhwaLora.Emu.Lab.Traces;

namespace AhwaLora.Emu.Lab.Reports;

/// <summary>A run's timeline with what else there is to say of the run.</summary>
/// <param name="Name">The program, or the layer.</param>
/// <param name="About">What run it is.</param>
/// <param name="Timeline">Who did what when.</param>
/// <param name="Causes">[hart][cause]: cycles.</param>
public sealed record RunTrace(string Name, IReadOnlyList<(string Name, string Value)> About, Timeline Timeline, IReadOnlyList<IReadOnlyList<ulong>> Causes)
{
    private const string PageExtension = ".html";

    /// <summary>The trace of a run that has ended.</summary>
    public static RunTrace Of(string name, Machine machine, TimelineRecorder recorder, params IEnumerable<(string Name, string Value)> about) =>
        new(name, [.. about, .. TraceFile.About(machine)], recorder.Finish(), [.. machine.Harts.Select(h => machine.CausesOf(h.Id).Cycles)]);

    /// <summary>Writes a page where <paramref name="path"/> ends with <c>.html</c>, else a file in the trace event format. The same run gives the same bytes.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Write(string path)
    {
        if (path.EndsWith(PageExtension, StringComparison.OrdinalIgnoreCase)) AtomicFile.WriteText(path, ReportPage.Build(ReportJson.ForScript(this)));
        else TraceFile.Write(path, Timeline, About);
    }
}
