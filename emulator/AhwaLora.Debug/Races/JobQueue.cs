namespace AhwaLora.Debug.Races;

/// <summary>Clocks of a device's jobs, which complete in the order of their launch.</summary>
internal sealed class JobQueue(int actors)
{
    private readonly Queue<(uint Id, uint[] Clock)> _running = [];
    private uint[] _done = new uint[actors];

    /// <summary>A job was launched.</summary>
    public void Add(uint id, uint[] clock) => _running.Enqueue((id, [.. clock]));

    /// <summary>All jobs were aborted; their numbers begin again.</summary>
    public void Clear()
    {
        while (_running.TryDequeue(out var job)) _done = job.Clock;
    }

    /// <summary>The clock of all jobs up to <paramref name="completed"/>.</summary>
    public uint[] Done(uint completed)
    {
        while (_running.TryPeek(out var job) && (int)(completed - job.Id) >= 0) _done = _running.Dequeue().Clock;
        return _done;
    }
}

/// <summary>Clocks at the barrier: all that any hart did before it is ordered before all that any hart does after it.</summary>
internal sealed class BarrierClock(int actors)
{
    private readonly HashSet<int> _waiting = [];
    private uint[] _arriving = new uint[actors];

    /// <summary>The joint clock of the harts that arrived at the last barrier.</summary>
    public uint[] Released { get; private set; } = new uint[actors];

    /// <summary>A hart arrives; the last of <paramref name="harts"/> releases all.</summary>
    public void Arrive(int hart, uint[] clock, int harts)
    {
        for (var n = 0; n < actors; n++) _arriving[n] = Math.Max(_arriving[n], clock[n]);
        clock[hart]++;
        _waiting.Add(hart);
        if (_waiting.Count < harts) return;
        (Released, _arriving) = (_arriving, new uint[actors]);
        _waiting.Clear();
    }
}
