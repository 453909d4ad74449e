using System.Diagnostics.CodeAnalysis;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.State;

namespace AhwaLora.Debug.TimeTravel;

/// <summary>A point of history: a state that the machine can go back to.</summary>
/// <param name="Position">Position in the machine's order.</param>
/// <param name="Retired">Instructions retired, by hart.</param>
/// <param name="Steps">Instructions and traps, by hart.</param>
/// <param name="Pages">Contents of the memories.</param>
/// <param name="Rest">All other state.</param>
/// <param name="HostCalls">Number of calls that the host had answered.</param>
/// <param name="IsBranch">True if the user changed something here: replay from an earlier point does not reach this state.</param>
internal sealed record HistoryPoint(MachinePosition Position, ulong[] Retired, ulong[] Steps, PageVersion[] Pages, SharedBytes Rest, int HostCalls, bool IsBranch);

/// <summary>
/// The past of a machine: points taken as it runs, from which it can run again to any later position. Points share what
/// did not change. When they take more memory than allowed, every second one is dropped, then the oldest.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The stream holds nothing but memory.")]
internal sealed class History
{
    private const ulong FirstInterval = 2_000_000;

    private readonly EmulatedMachine _machine;
    private readonly RecordedHost _host;
    private readonly PageHistory[] _memories;
    private readonly long _limitBytes;
    private readonly List<HistoryPoint> _points = [];
    private readonly MemoryStream _rest = new();
    private ulong _interval = FirstInterval;
    private long _newBytes;
    private bool _hasChange;

    /// <summary>A history that begins now.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="host">The record of the host's answers.</param>
    /// <param name="limitBytes">Memory it may take, bytes.</param>
    public History(EmulatedMachine machine, RecordedHost host, long limitBytes)
    {
        _machine = machine;
        _host = host;
        _limitBytes = limitBytes;
        _memories = [.. machine.Memories.Select(m => new PageHistory(m))];
        Begin = Add(isBranch: true);
    }

    /// <summary>The point where history begins. It is kept when memory is short, since a reset goes back to it.</summary>
    public HistoryPoint Begin { get; private set; }

    /// <summary>The points, oldest first.</summary>
    public IReadOnlyList<HistoryPoint> Points => _points;

    /// <summary>Instructions the machine may run before <see cref="Pass"/> is due.</summary>
    public ulong InstructionsToNext
    {
        get
        {
            var now = _machine.RetiredInstructions;
            var next = _points.Find(p => p.Position.Retired > now)?.Position.Retired ?? _points[^1].Position.Retired + _interval;
            return next > now ? next - now : 1;
        }
    }

    /// <summary>To be called when the machine has run on: takes a point if one is due.</summary>
    public void Pass()
    {
        if (_machine.Position > _points[^1].Position && _machine.RetiredInstructions >= _points[^1].Position.Retired + _interval) Add(isBranch: false);
    }

    /// <summary>Takes a point at the present position in the past, which makes searches near it fast.</summary>
    public void Mark() => Add(isBranch: false);

    /// <summary>To be called after the user has changed registers, memory or the order of harts: a new future begins.</summary>
    public void Changed() => _hasChange = true;

    /// <summary>If there was a change, drops the old future and begins the new one.</summary>
    public void Commit()
    {
        if (!_hasChange) return;
        _hasChange = false;
        var now = _machine.Position;
        _points.RemoveAll(p => p.Position > now);
        _host.Cut();
        Add(isBranch: true);
    }

    /// <summary>Drops all points; history begins at the present state.</summary>
    public void Clear()
    {
        _points.Clear();
        _hasChange = false;
        _host.Cut();
        Begin = Add(isBranch: true);
    }

    /// <summary>The last point at or before a position.</summary>
    public HistoryPoint Before(MachinePosition position) => _points.FindLast(p => p.Position <= position)!;

    /// <summary>Brings the machine back to a point.</summary>
    public void Restore(HistoryPoint point)
    {
        for (var n = 0; n < _memories.Length; n++) _memories[n].Restore(point.Pages[n]);
        _rest.SetLength(0);
        point.Rest.CopyTo(_rest);
        _rest.Position = 0;
        _machine.SaveOrRestoreBesideMemory(new StateStream(_rest, saving: false));
        _host.MoveTo(point.HostCalls);
    }

    /// <summary>The machine's present state, to return to it; it does not become a point of history.</summary>
    public HistoryPoint Capture() => Capture(_points[^1], isBranch: false);

    private HistoryPoint Add(bool isBranch)
    {
        var index = _points.FindIndex(p => p.Position > _machine.Position);
        if (index < 0) index = _points.Count;
        var before = index == 0 ? null : _points[index - 1];
        var point = Capture(before, isBranch);
        _newBytes += NewBytes(point, before);
        _points.Insert(index, point);
        if (_newBytes > _limitBytes) Thin();
        return point;
    }

    /// <summary>The machine's present state, which shares with another point what is equal.</summary>
    private HistoryPoint Capture(HistoryPoint? before, bool isBranch)
    {
        _rest.SetLength(0);
        _machine.SaveOrRestoreBesideMemory(new StateStream(_rest, saving: true));
        var harts = _machine.Harts;
        return new HistoryPoint(
            _machine.Position,
            [.. harts.Select(h => h.Retired)],
            [.. harts.Select(h => h.Retired + h.TrapsTaken)],
            [.. _memories.Select(m => m.Capture())],
            new SharedBytes(_rest.GetBuffer().AsSpan(0, (int)_rest.Length), before?.Rest),
            _host.Cursor,
            isBranch);
    }

    /// <summary>Drops every second point between branches, then the oldest points until the limit is kept.</summary>
    private void Thin()
    {
        var keeps = true;
        for (var n = _points.Count - 2; n > 0; n--)
        {
            keeps = !keeps || _points[n].IsBranch;
            if (!keeps) _points.RemoveAt(n);
        }

        _interval *= 2;
        _newBytes = AllBytes();
        while (_newBytes > _limitBytes && _points.Count > 1)
        {
            _points.RemoveRange(0, Math.Max(1, _points.Count / 4));
            _newBytes = AllBytes();
        }
    }

    private long AllBytes()
    {
        var sum = 0L;
        for (var n = 0; n < _points.Count; n++) sum += NewBytes(_points[n], n == 0 ? null : _points[n - 1]);
        return sum;
    }

    /// <summary>Bytes of a point that it does not share with the one before.</summary>
    private static long NewBytes(HistoryPoint point, HistoryPoint? before)
    {
        var sum = 0L;
        for (var n = 0; n < point.Rest.Chunks.Count; n++)
        {
            var chunk = point.Rest.Chunks[n];
            if (before is null || n >= before.Rest.Chunks.Count || before.Rest.Chunks[n] != chunk) sum += chunk.Length;
        }

        for (var m = 0; m < point.Pages.Length; m++)
        {
            var (leaves, earlier) = (point.Pages[m].Leaves, before?.Pages[m].Leaves);
            for (var leaf = 0; leaf < leaves.Length; leaf++)
            {
                if (leaves[leaf] == earlier?[leaf]) continue;
                for (var page = 0; page < PageHistory.LeafPages; page++)
                {
                    var bytes = leaves[leaf][page];
                    if (bytes is not null && bytes != earlier?[leaf][page]) sum += bytes.Length;
                }
            }
        }

        return sum;
    }
}
