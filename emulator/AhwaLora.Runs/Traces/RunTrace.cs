using AhwaLora.Common.Files;
using AhwaLora.Machine;

namespace AhwaLora.Runs.Traces;

/// <summary>A run's timeline with what else there is to say of the run.</summary>
/// <param name="Name">The program, or the layer.</param>
/// <param name="About">What run it is.</param>
/// <param name="Timeline">Who did what when.</param>
/// <param name="Causes">[hart][cause]: cycles.</param>
public sealed record RunTrace(string Name, IReadOnlyList<(string Name, string Value)> About, Timeline Timeline, IReadOnlyList<IReadOnlyList<ulong>> Causes)
{
    /// <summary>The trace of a run that has ended.</summary>
    public static RunTrace Of(string name, EmulatedMachine machine, TimelineRecorder recorder, params IEnumerable<(string Name, string Value)> about) =>
        new(name, [.. about, .. TraceFile.About(machine)], recorder.Finish(), [.. machine.Harts.Select(h => machine.CausesOf(h.Id).Cycles)]);

    /// <summary>Writes a file in the trace event format. The same run gives the same bytes.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Write(string path) => TraceFile.Write(path, Timeline, About);
}
