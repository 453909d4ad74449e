using System.Globalization;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Observe;

namespace AhwaLora.Runs.Traces;

/// <summary>
/// Records the timeline of a run. It only observes. Since each part of a machine reports in
/// its own order, the timeline is the same on every engine.
/// </summary>
public sealed class TimelineRecorder : IMachineObserver
{
    private readonly EmulatedMachine _machine;
    private readonly IReadOnlyDictionary<string, string> _regionNames;
    private readonly List<TimelineSpan>[] _waits;
    private readonly List<TimelineSpan>[] _regions;
    private readonly SortedDictionary<(int Kind, string Name), List<TimelineSpan>> _devices = [];
    private readonly ulong[] _begins;

    /// <summary>Starts recording a machine.</summary>
    /// <param name="machine">The machine, which can have only one observer.</param>
    /// <param name="regionNames">Names for regions that are called <c>region_ID</c>; null to keep that.</param>
    public TimelineRecorder(EmulatedMachine machine, IReadOnlyDictionary<string, string>? regionNames = null)
    {
        _machine = machine;
        _regionNames = regionNames ?? new Dictionary<string, string>();
        _waits = [.. machine.Harts.Select(_ => new List<TimelineSpan>())];
        _regions = [.. machine.Harts.Select(_ => new List<TimelineSpan>())];
        _begins = [.. machine.Harts.Select(h => h.Time)];
        machine.Observer = this;
    }

    /// <inheritdoc/>
    public void Waited(int hart, Cause cause, ulong begin, ulong end) => _waits[hart].Add(new TimelineSpan(begin, end, NameOf(cause), []));

    /// <inheritdoc/>
    public void LeftRegion(int hart, string region, ulong begin, ulong end) =>
        _regions[hart].Add(new TimelineSpan(begin, end, _regionNames.GetValueOrDefault(region, region), []));

    /// <inheritdoc/>
    public void Acted(string device, in Activity activity)
    {
        var (kind, name) = device switch
        {
            "dma" => ("dma", activity.Lane),
            "barriers" => (device, activity.Lane),
            _ => ("tiles", $"{device} {activity.Lane}"),
        };
        var key = (Timeline.Kinds.Index().First(k => k.Item == kind).Index, name);
        if (!_devices.TryGetValue(key, out var spans)) _devices[key] = spans = [];
        spans.Add(new TimelineSpan(activity.Begin, activity.End, activity.Name, activity.Details));
    }

    /// <summary>Stops recording and returns the timeline; harts that still wait are shown as waiting.</summary>
    public Timeline Finish()
    {
        if (_machine.Observer == this) _machine.Observer = null;
        var tracks = new List<TimelineTrack>();
        foreach (var hart in _machine.Harts) tracks.Add(new TimelineTrack("harts", Hart(hart.Id), States(hart)));
        foreach (var hart in _machine.Harts.Where(h => _regions[h.Id].Count != 0)) tracks.Add(new TimelineTrack("regions", Hart(hart.Id), Sorted(_regions[hart.Id])));
        foreach (var ((kind, name), spans) in _devices) tracks.Add(new TimelineTrack(Timeline.Kinds[kind], name, Sorted(spans)));
        tracks.RemoveAll(t => t.Spans.Count == 0);
        return new Timeline(_machine.Cycles, _machine.Platform.ClockMhz, tracks);
    }

    private static string Hart(int id) => string.Create(CultureInfo.InvariantCulture, $"hart {id}");

    private static string NameOf(Cause cause) => cause switch
    {
        Cause.Barrier => "waits at a barrier",
        Cause.DmaWait => "waits for the DMA",
        Cause.TileWait => "waits for a tile",
        Cause.Wfi => "sleeps",
        _ => "waits",
    };

    /// <summary>The waits of a hart, and between them its computing.</summary>
    private List<TimelineSpan> States(Hart hart)
    {
        var states = new List<TimelineSpan>();
        var time = _begins[hart.Id];
        void Compute(ulong until)
        {
            if (until > time) states.Add(new TimelineSpan(time, until, Timeline.Computing, []));
        }

        foreach (var wait in _waits[hart.Id].Where(w => w.End > w.Begin))
        {
            Compute(wait.Begin);
            states.Add(wait);
            time = wait.End;
        }

        var isWaiting = hart.State is HartState.WaitingForDevice or HartState.WaitingForInterrupt;
        var end = isWaiting && hart.Pending.IsActive ? hart.Pending.Time : hart.Time;
        Compute(end);
        if (isWaiting && _machine.Cycles > end) states.Add(new TimelineSpan(end, _machine.Cycles, hart.State == HartState.WaitingForInterrupt ? "sleeps, not woken" : "waits, not released", []));
        return states;
    }

    /// <summary>Orders spans by begin; of spans that begin together, the longer one comes first.</summary>
    private static List<TimelineSpan> Sorted(List<TimelineSpan> spans) => [.. spans.Where(s => s.End > s.Begin).OrderBy(s => s.Begin).ThenByDescending(s => s.End)];
}
