using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Memory;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu;

/// <summary>What one hart spent in one region, all entries together.</summary>
public sealed class RegionRecord
{
    /// <summary>Times the region was entered and left.</summary>
    public ulong Entries;

    /// <summary>Cycles from the issue of the marker that begins it to the issue of the one that ends it.</summary>
    public ulong Cycles;

    /// <summary>Instructions retired, the marker that begins it included.</summary>
    public ulong Instructions;

    /// <summary>The cycles by cause.</summary>
    public readonly ulong[] Causes = new ulong[CauseCounters.Count];
}

/// <summary>
/// Regions that firmware marks by writing CSR 0x7C8: an id with the top bit set begins a region, the same id without it
/// ends it. Regions may nest; each counts all that lies inside. An end without a beginning is ignored, and one that ends
/// an outer region ends those inside it.
/// </summary>
public sealed class RegionRecorder : IStateful
{
    private const uint BeginFlag = 1u << 31;

    private readonly record struct Open(uint Id, ulong Time, ulong Retired, ulong[] Causes);

    private readonly List<Open>[] _open;
    private readonly SortedDictionary<(int Hart, uint Id), RegionRecord> _records = [];

    /// <summary>A recorder for that many harts.</summary>
    public RegionRecorder(int harts) => _open = [.. Enumerable.Range(0, harts).Select(_ => new List<Open>())];

    /// <summary>Raised when a hart begins a region, with its id.</summary>
    public event Action<Hart, uint>? Begun;

    /// <summary>What was recorded, by hart and id.</summary>
    public IReadOnlyDictionary<(int Hart, uint Id), RegionRecord> Records => _records;

    /// <summary>A marker of <paramref name="hart"/>, whose time is the marker's issue.</summary>
    public void Mark(Hart hart, uint marker, CauseCounters causes)
    {
        var open = _open[hart.Id];
        var id = marker & ~BeginFlag;
        if ((marker & BeginFlag) != 0)
        {
            open.Add(new Open(id, hart.Time, hart.Retired, [.. causes.Cycles]));
            Begun?.Invoke(hart, id);
            return;
        }

        if (!open.Exists(o => o.Id == id)) return;
        while (true)
        {
            var region = open[^1];
            open.RemoveAt(open.Count - 1);
            Close(hart, region, causes);
            if (region.Id == id) return;
        }
    }

    /// <inheritdoc/>
    public void Transfer(StateStream state)
    {
        foreach (var open in _open) TransferOpen(state, open);
        var records = _records.ToList();
        var count = records.Count;
        state.Field(ref count);
        if (!state.IsSaving) _records.Clear();
        for (var n = 0; n < count; n++)
        {
            var ((hart, id), record) = state.IsSaving ? records[n] : new((0, 0), new RegionRecord());
            state.Field(ref hart);
            state.Field(ref id);
            state.Field(ref record.Entries);
            state.Field(ref record.Cycles);
            state.Field(ref record.Instructions);
            state.Array(record.Causes);
            _records[(hart, id)] = record;
        }
    }

    private static void TransferOpen(StateStream state, List<Open> open)
    {
        var count = open.Count;
        state.Field(ref count);
        if (!state.IsSaving) open.Clear();
        for (var n = 0; n < count; n++)
        {
            var (id, time, retired, causes) = state.IsSaving ? open[n] : new Open(0, 0, 0, new ulong[CauseCounters.Count]);
            state.Field(ref id);
            state.Field(ref time);
            state.Field(ref retired);
            state.Array(causes);
            if (!state.IsSaving) open.Add(new Open(id, time, retired, causes));
        }
    }

    private void Close(Hart hart, Open region, CauseCounters causes)
    {
        if (!_records.TryGetValue((hart.Id, region.Id), out var record)) _records[(hart.Id, region.Id)] = record = new RegionRecord();
        record.Entries++;
        record.Cycles += hart.Time - region.Time;
        record.Instructions += hart.Retired - region.Retired;
        for (var n = 0; n < CauseCounters.Count; n++) record.Causes[n] += causes.Cycles[n] - region.Causes[n];
    }
}
