using System.Globalization;
using System.Text;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Observe;

/// <summary>What one hart spent in one region, summed over all entries.</summary>
public sealed class RegionRecord
{
    /// <summary>Times the region was entered and left.</summary>
    public ulong Entries;

    /// <summary>Cycles from the one after the marker that begins it to the issue of the marker that ends it.</summary>
    public ulong Cycles;

    /// <summary>Instructions retired between the markers.</summary>
    public ulong Instructions;

    /// <summary>The cycles by cause.</summary>
    public readonly ulong[] Causes = new ulong[CauseCounters.Count];
}

/// <summary>
/// Regions that firmware marks by writing CSR 0x7C8: an id with the top bit set begins a region, the same id without it
/// ends it. Regions may nest; each counts all that lies inside, without its own markers. An end without a beginning is
/// ignored, and one that ends an outer region ends those inside it.
/// An id that is the address of a string (its top bit taken as set) gives the region that name; others are "region_ID".
/// </summary>
public sealed class RegionRecorder : IStateful
{
    private const uint BeginFlag = 1u << 31;

    // A number must not be taken for the address of a name, even if code lies there: ids below 256 are numbers, and a name
    // begins with a letter or _ and has two characters or more.
    private const uint FirstAddress = BeginFlag + 256;
    private const int MinNameBytes = 2, MaxNameBytes = 64;

    private const int MostSaved = 1 << 20;

    private readonly record struct Open(uint Id, ulong Time, ulong Retired, ulong[] Causes);

    private readonly List<Open>[] _open;
    private readonly SortedDictionary<(int Hart, uint Id), RegionRecord> _records = [];
    private readonly Dictionary<uint, uint> _ids = [];
    private readonly Dictionary<uint, string> _names = [];

    /// <summary>A recorder for that many harts.</summary>
    public RegionRecorder(int harts) => _open = [.. Enumerable.Range(0, harts).Select(_ => new List<Open>())];

    /// <summary>Raised when a hart begins a region, with its id.</summary>
    [field: Unsaved("an observer, which changes nothing")]
    public event Action<Hart, uint>? Begun;

    /// <summary>What was recorded, by hart and id.</summary>
    public IReadOnlyDictionary<(int Hart, uint Id), RegionRecord> Records => _records;

    /// <summary>Regions that have begun and not ended, by hart and id, the innermost last.</summary>
    public IEnumerable<(int Hart, uint Id)> OpenRegions => _open.SelectMany((regions, hart) => regions.Select(r => (hart, r.Id)));

    /// <summary>The name of a region that was marked; no two have the same.</summary>
    public string NameOf(uint id) => _names[id];

    /// <summary>A marker of <paramref name="hart"/>, whose time is the marker's issue; <paramref name="observer"/> is told of the regions that end.</summary>
    public void Mark(Hart hart, uint marker, CauseCounters causes, IMachineObserver? observer = null)
    {
        var open = _open[hart.Id];
        var id = Identify(hart.Space, marker & ~BeginFlag);
        if ((marker & BeginFlag) != 0)
        {
            open.Add(Begin(id, hart, causes));
            Begun?.Invoke(hart, id);
            return;
        }

        if (!open.Exists(o => o.Id == id)) return;
        while (true)
        {
            var region = open[^1];
            open.RemoveAt(open.Count - 1);
            Close(hart, region, causes);
            observer?.LeftRegion(hart.Id, _names[region.Id], region.Time, hart.Time);
            if (region.Id == id) return;
        }
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        SaveOrRestoreNames(state);
        foreach (var open in _open) SaveOrRestoreOpen(state, open);
        var records = _records.ToList();
        var count = records.Count;
        state.Count(ref count, MostSaved);
        if (!state.IsSaving) _records.Clear();
        for (var n = 0; n < count; n++)
        {
            var ((hart, id), record) = state.IsSaving ? records[n] : new((0, 0), new RegionRecord());
            state.Index(ref hart, _open.Length);
            state.Field(ref id);
            state.Field(ref record.Entries);
            state.Field(ref record.Cycles);
            state.Field(ref record.Instructions);
            state.Array(record.Causes);
            _records[(hart, id)] = record;
        }
    }

    private static void SaveOrRestoreOpen(StateStream state, List<Open> open)
    {
        var count = open.Count;
        state.Count(ref count, MostSaved);
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

    private void SaveOrRestoreNames(StateStream state)
    {
        var ids = _ids.ToList();
        var count = ids.Count;
        state.Count(ref count, MostSaved);
        if (!state.IsSaving)
        {
            _ids.Clear();
            _names.Clear();
        }

        for (var n = 0; n < count; n++)
        {
            var (id, first) = state.IsSaving ? ids[n] : default;
            var name = new byte[MaxNameBytes];
            if (state.IsSaving) Encoding.ASCII.GetBytes(_names[first], name);
            state.Field(ref id);
            state.Field(ref first);
            state.Array(name);
            _ids[id] = first;
            _names[first] = Encoding.ASCII.GetString(name).TrimEnd('\0');
        }
    }

    /// <summary>The marker itself is about to spend its cycle and retire; it is not part of the region that it begins.</summary>
    private static Open Begin(uint id, Hart hart, CauseCounters causes)
    {
        var region = new Open(id, hart.Time + 1, hart.Retired + 1, [.. causes.Cycles]);
        region.Causes[(int)Cause.Issue]++;
        return region;
    }

    /// <summary>The name of a region that has none of its own.</summary>
    public static string NumberedName(uint id) => string.Create(CultureInfo.InvariantCulture, $"region_{id}");

    /// <summary>The id of a region: equal strings at several addresses name one region.</summary>
    private uint Identify(AddressSpace space, uint id)
    {
        if (_ids.TryGetValue(id, out var known)) return known;
        var name = ReadName(space, id | BeginFlag) ?? NumberedName(id);
        if (_names.FirstOrDefault(n => n.Value == name) is { Value: not null } first) return _ids[id] = first.Key;
        _names[id] = name;
        return _ids[id] = id;
    }

    private static string? ReadName(AddressSpace space, uint address)
    {
        if (address < FirstAddress) return null;
        var name = new StringBuilder();
        while (name.Length < MaxNameBytes && space.FindMemory(address, 1)?.Load(address++, 1) is { } letter)
        {
            if (letter == 0) return name.Length >= MinNameBytes ? name.ToString() : null;
            if (letter is < ' ' or > '~' || (name.Length == 0 && !char.IsAsciiLetter((char)letter) && letter != '_')) return null;
            name.Append((char)letter);
        }

        return null;
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
