using AhwaLora.Machine.Order;

namespace AhwaLora.Debug;

/// <summary>A watchpoint that an access has hit, and the first of its bytes that the access touches.</summary>
internal readonly record struct WatchHit(Watchpoint Watch, uint Address)
{
    /// <summary>The hit of an access that overlaps the watchpoint.</summary>
    public static WatchHit Of(Watchpoint watch, uint access) => new(watch, access - watch.Address < watch.Bytes ? access : watch.Address);

    /// <summary>The stop as a debugger is told of it.</summary>
    /// <param name="hart">The hart that makes the access, or for which it is made.</param>
    /// <param name="by">Who makes it for the hart; null if the hart does.</param>
    public StopEvent Stop(int hart, string? by) => new(
        Watch.Kind switch { WatchKind.Write => StopKind.WriteWatchpoint, WatchKind.Read => StopKind.ReadWatchpoint, _ => StopKind.AccessWatchpoint }, hart, Address, Text: by is null ? null : $"0x{Address:x8} is written by {by}");
}

/// <summary>
/// The last access that hit watchpoints, or the last other stop: where the machine was before it, and what to report. An
/// access may hit several watchpoints. GDB is told of one address at a time and looks at all watchpoints that hold it.
/// </summary>
internal sealed class WatchedAccess(MachinePosition before)
{
    private readonly List<(WatchHit Hit, int Hart, string? By)> _hits = [];
    private readonly List<StopEvent> _others = [];

    /// <summary>The machine's position before the access.</summary>
    public MachinePosition Before { get; } = before;

    /// <summary>True if a watchpoint was hit, so that the debugger wants to be stopped before the access.</summary>
    public bool IsWatched => _hits.Count != 0;

    /// <summary>Adds a watchpoint that the access hits.</summary>
    public void Add(WatchHit hit, int hart, string? by) => _hits.Add((hit, hart, by));

    /// <summary>Adds a stop of another kind.</summary>
    public void Add(StopEvent stop)
    {
        // A step that ends with a stop of another kind is not reported beside it.
        if (stop.Kind != StopKind.Step || (_hits.Count == 0 && _others.Count == 0)) _others.Add(stop);
    }

    /// <summary>
    /// The stops to report one after the other. Watchpoints come first, with the fewest addresses such that each watchpoint holds one:
    /// from the highest first byte down, a hit needs an address of its own only if its watchpoint holds none of those chosen.
    /// </summary>
    public IReadOnlyList<StopEvent> Stops()
    {
        var stops = new List<StopEvent>();
        foreach (var (hit, hart, by) in _hits.OrderByDescending(h => h.Hit.Address))
        {
            if (!stops.Exists(stop => stop.Address - hit.Watch.Address < hit.Watch.Bytes)) stops.Insert(0, hit.Stop(hart, by));
        }

        return [.. stops, .. _others];
    }
}
