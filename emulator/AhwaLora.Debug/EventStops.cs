using AhwaLora.Debug.Gdb;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Debug;

/// <summary>Stop events of tiles and of the TCDM, each switched on by its name.</summary>
internal sealed class EventStops : IProbe
{
    private const string Exit = "exit", JobDone = "job-done", Saturation = "saturation", Programming = "programming", Overwrite = "overwrite", Uninitialised = "uninitialised";
    private const uint IsProgramming = 2, PendingJobs = 0xf0;
    private static readonly MachinePosition Never = new(ulong.MaxValue, 0, 0);

    private readonly Debuggee _debuggee;
    private readonly (uint Finished, ulong Saturations)[] _seen;

    // By word, the position of its first write. After going back before that position, the word counts as not written.
    private readonly Dictionary<MemoryRegion, MachinePosition[]> _written = [];
    private IProbe? _trace;

    public EventStops(Debuggee debuggee)
    {
        _debuggee = debuggee;
        _seen = new (uint, ulong)[debuggee.Machine.Tiles.Count];
        debuggee.Machine.DeviceActed += LookAtTiles;
        debuggee.Starting += Look;
        foreach (var memory in debuggee.Machine.Memories) memory.Stored += OnStored;
    }

    /// <summary>The names of all events.</summary>
    public static IReadOnlyList<string> Names { get; } = [Exit, JobDone, Saturation, Programming, Overwrite, Uninitialised];

    /// <summary>The events that are switched on.</summary>
    public SortedSet<string> Enabled { get; } = new(StringComparer.Ordinal);

    /// <summary>A second probe that sees every instruction; null for none.</summary>
    public IProbe? Trace
    {
        get => _trace;
        set
        {
            _trace = value;
            Listen();
        }
    }

    /// <summary>Switches an event on or off; false if there is no event of that name.</summary>
    public bool TrySet(string name, bool isOn)
    {
        if (!Names.Contains(name)) return false;
        if (isOn) Enabled.Add(name);
        else Enabled.Remove(name);
        _debuggee.StopsAtExit = Enabled.Contains(Exit);
        if (name == Uninitialised && isOn) TakeWritten();
        foreach (var memory in _debuggee.Machine.Memories)
        {
            var isWatched = Enabled.Contains(Overwrite) || (Enabled.Contains(Uninitialised) && memory.Banks != 0);
            foreach (ref var granule in memory.Watches.AsSpan()) granule = isWatched ? granule | Watch.Event : granule & ~Watch.Event;
        }

        Listen();
        return true;
    }

    /// <summary>Switches all events off and detaches from the machine.</summary>
    public void Close()
    {
        Trace = null;
        foreach (var name in Names) TrySet(name, isOn: false);
        _debuggee.Machine.DeviceActed -= LookAtTiles;
        _debuggee.Starting -= Look;
        foreach (var memory in _debuggee.Machine.Memories) memory.Stored -= OnStored;
    }

    public bool Before(Hart hart, in Instruction instruction) => true;

    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
        if (!Enabled.Contains(Uninitialised) || hart.Space.FindMemory(address, (uint)bytes) is not { } memory || !_written.TryGetValue(memory, out var written)) return;
        if (written[(address - memory.Base) / 4] > _debuggee.Machine.Position) Stop(hart.Id, $"hart {hart.Id} reads 0x{address:x8}, which was never written");
    }

    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
    }

    public void Retired(Hart hart, uint pc, in Instruction instruction) => Trace?.Retired(hart, pc, instruction);

    public void Trapped(Hart hart, uint pc) => Trace?.Trapped(hart, pc);

    public void DeviceAccess(Hart hart, MappedDevice mapping, in BusAccess access, bool isLoad, uint value)
    {
        if (isLoad || !Enabled.Contains(Programming) || mapping.Device is not AimcTile tile) return;
        var status = TileReport.Register(tile, AimcTileRegisters.Status);
        if (access.Offset == AimcTileRegisters.Trigger && (status & IsProgramming) != 0) Stop(hart.Id, $"hart {hart.Id} triggers a job on tile {tile.Options.Number}, which is being programmed");
        if (access.Offset == AimcTileRegisters.ProgramStart && (status & PendingJobs) != 0) Stop(hart.Id, $"hart {hart.Id} programs tile {tile.Options.Number}, which has jobs pending");
    }

    private void Listen() => _debuggee.Listener = Trace is not null || Enabled.Any(name => name != Exit) ? this : null;

    private void Stop(int hart, string text) => _debuggee.Report(new StopEvent(StopKind.Event, hart, Text: text));

    /// <summary>Records what the tiles have done up to now, and forgets writes after the present position: the machine may have gone back.</summary>
    private void Look()
    {
        for (var n = 0; n < _seen.Length; n++) _seen[n] = Now(_debuggee.Machine.Tiles[n]);
        var position = _debuggee.Machine.Position;
        foreach (var written in _written.Values)
        {
            foreach (ref var first in written.AsSpan()) first = first > position ? Never : first;
        }
    }

    /// <summary>Jobs finished, modulo 2^32, and saturations.</summary>
    private static (uint Finished, ulong Saturations) Now(AimcTile tile) =>
        (TileReport.Register(tile, AimcTileRegisters.Finished), TileReport.Counter(tile, AimcTileRegisters.AdcSaturations));

    private void LookAtTiles()
    {
        if (!Enabled.Contains(JobDone) && !Enabled.Contains(Saturation)) return;
        for (var n = 0; n < _seen.Length; n++)
        {
            var tile = _debuggee.Machine.Tiles[n];
            var now = Now(tile);
            var before = _seen[n];
            _seen[n] = now;
            if (Enabled.Contains(JobDone) && (int)(now.Finished - before.Finished) > 0)
            {
                Stop(tile.ServedHart, $"tile {n} has finished {TileReport.Name(now.Finished, TileReport.Register(tile, AimcTileRegisters.FinishedTag))}");
            }

            if (Enabled.Contains(Saturation) && now.Saturations > before.Saturations && tile.LastIntegrated is { } job)
            {
                Stop(job.Hart, $"tile {n} has saturated its ADC {now.Saturations - before.Saturations} times in {TileReport.Name(job.Number, job.Tag)}");
            }
        }
    }

    /// <summary>Words that are not zero now count as written.</summary>
    private void TakeWritten()
    {
        foreach (var memory in _debuggee.Machine.Memories.Where(m => m.Banks != 0))
        {
            var written = new MachinePosition[memory.Size / 4];
            for (var word = 0; word < written.Length; word++) written[word] = memory.Load(memory.Base + 4 * (uint)word, 4) != 0 ? default : Never;
            _written[memory] = written;
        }
    }

    /// <summary>Records words as written now; a hart's store is complete at the end of its instruction.</summary>
    private void TakeFirst(Span<MachinePosition> written, int initiator)
    {
        var now = _debuggee.Machine.Position;
        if (Initiators.IsHart(initiator)) now = now with { Retired = now.Retired + 1 };
        foreach (ref var first in written) first = first > now ? now : first;
    }

    private void OnStored(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator)
    {
        if ((kinds & Watch.Event) == 0 || initiator == Initiators.Host) return;
        if (_written.TryGetValue(region, out var written)) TakeFirst(written.AsSpan((int)(address - region.Base) / 4, (int)(address % 4 + bytes + 3) / 4), initiator);
        if (!Enabled.Contains(Overwrite)) return;
        foreach (var tile in _debuggee.Machine.Tiles)
        {
            if (tile.IsUnreadInput(address, bytes))
            {
                var hart = Initiators.IsHart(initiator) ? initiator : _debuggee.Machine.DeviceOf(initiator)?.ServedHart ?? _debuggee.Machine.ActingHart;
                Stop(hart, $"0x{address:x8} is written, but it is an input that tile {tile.Options.Number} has not read yet");
            }
        }
    }
}
