using AhwaLora.Machine.Bus;

namespace AhwaLora.Runs.Traces;

/// <summary>A span of time in which something was done.</summary>
/// <param name="Begin">First cycle.</param>
/// <param name="End">First cycle after it.</param>
/// <param name="Name">What was done.</param>
/// <param name="Details">Further facts.</param>
public sealed record TimelineSpan(ulong Begin, ulong End, string Name, IReadOnlyList<ActivityDetail> Details);

/// <summary>One track of a timeline: spans in order of their begin; they may nest but do not overlap otherwise.</summary>
/// <param name="Kind">Kind of track: <c>harts</c>, <c>regions</c>, <c>dma</c>, <c>tiles</c>, <c>barriers</c>.</param>
/// <param name="Name">Name of the track.</param>
/// <param name="Spans">Spans of the track.</param>
public sealed record TimelineTrack(string Kind, string Name, IReadOnlyList<TimelineSpan> Spans);

/// <summary>What each part of a machine did over the cycles of a run.</summary>
/// <param name="Cycles">Length of the run.</param>
/// <param name="ClockMhz">Cycles per microsecond.</param>
/// <param name="Tracks">Tracks ordered by kind, as in <see cref="Kinds"/>, then by number.</param>
public sealed record Timeline(ulong Cycles, double ClockMhz, IReadOnlyList<TimelineTrack> Tracks)
{
    /// <summary>The kinds of tracks.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["harts", "regions", "tiles", "dma", "barriers"];

    /// <summary>The name of a hart's span in which it does not wait.</summary>
    public const string Computing = "computing";
}
