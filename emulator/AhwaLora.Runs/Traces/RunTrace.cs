using AhwaLora.Common.Files;
using AhwaLora.Machine;

namespace AhwaLora.Runs.Traces;

/// <summary>A run's timeline, with facts about the run.</summary>
/// <param name="Name">The program, or the layer.</param>
/// <param name="About">Facts that identify the run.</param>
/// <param name="Timeline">Spans of all parts of the machine.</param>
/// <param name="Causes">[hart][cause]: cycles.</param>
public sealed record RunTrace(string Name, IReadOnlyList<(string Name, string Value)> About, Timeline Timeline, IReadOnlyList<IReadOnlyList<ulong>> Causes)
{
    /// <summary>The trace of a run that has ended.</summary>
    public static RunTrace Of(string name, EmulatedMachine machine, TimelineRecorder recorder, params IEnumerable<(string Name, string Value)> about) =>
        new(name, [.. about, .. TraceFile.About(machine)], recorder.Finish(), [.. machine.Harts.Select(h => machine.CausesOf(h.Id).Cycles)]);

    /// <summary>Writes a file in the trace event format. Equal runs give equal bytes.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Write(string path) => TraceFile.Write(path, Timeline, About);
}
