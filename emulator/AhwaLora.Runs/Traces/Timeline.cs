using AhwaLora.Machine.Bus;

namespace AhwaLora.Runs.Traces;

/// <summary>Something that took its time.</summary>
/// <param name="Begin">First cycle.</param>
/// <param name="End">First cycle behind it.</param>
/// <param name="Name">What it was.</param>
/// <param name="Details">What else there is to know.</param>
public sealed record TimelineSpan(ulong Begin, ulong End, string Name, IReadOnlyList<ActivityDetail> Details);

/// <summary>One line of a timeline: spans in the order of their begins, which do not overlap unless they nest.</summary>
/// <param name="Kind">What kind of thing: <c>harts</c>, <c>regions</c>, <c>dma</c>, <c>tiles</c>, <c>barriers</c>.</param>
/// <param name="Name">Which one.</param>
/// <param name="Spans">What it did.</param>
public sealed record TimelineTrack(string Kind, string Name, IReadOnlyList<TimelineSpan> Spans);

/// <summary>Who did what when in a run.</summary>
/// <param name="Cycles">Length of the run.</param>
/// <param name="ClockMhz">Cycles a microsecond.</param>
/// <param name="Tracks">By kind, in the order of <see cref="Kinds"/>, and number.</param>
public sealed record Timeline(ulong Cycles, double ClockMhz, IReadOnlyList<TimelineTrack> Tracks)
{
    /// <summary>The kinds of tracks.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["harts", "regions", "tiles", "dma", "barriers"];

    /// <summary>The name of a hart's span in which it waits for nothing.</summary>
    public const string Computing = "computing";
}
