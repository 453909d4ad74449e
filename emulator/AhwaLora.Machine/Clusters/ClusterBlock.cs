using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.ClusterRegisters;

namespace AhwaLora.Machine.Clusters;

/// <summary>The device that the harts of a cluster share: barrier, events, mutexes and performance counters.</summary>
public sealed class ClusterBlock : IOrderingDevice
{
    private const int None = -1;

    [Unsaved("fixed when the machine is built")]
    private readonly IClusterMasters _masters;
    [Unsaved("fixed when the machine is built")]
    private readonly ITcdmCounters _tcdm;

    // Harts have their local ids here.
    private HartSet _events;
    private HartSet _waitingForEvent;
    private readonly int[] _mutexHolders = new int[Mutexes];
    private readonly int[] _awaitedMutexes;
    private readonly ulong[] _waitingSince;

    /// <summary>Creates a cluster block at reset.</summary>
    /// <param name="masters">The cluster, 1 to 64 harts.</param>
    /// <param name="tcdm">The counters of the banks.</param>
    /// <param name="name">Its name in reports.</param>
    public ClusterBlock(IClusterMasters masters, ITcdmCounters tcdm, string name = "cluster")
    {
        var harts = masters.Harts.Count;
        Name = name;
        Barrier = new HartBarrier(masters, $"{name} barrier");
        _masters = masters;
        _tcdm = tcdm;
        _awaitedMutexes = new int[harts];
        _waitingSince = new ulong[harts];
        Array.Fill(_mutexHolders, None);
        Array.Fill(_awaitedMutexes, None);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceCounter> Counters(ulong time) => [new("tcdm_accesses", _tcdm.Accessed), new("tcdm_congested_cycles", _tcdm.Congested)];

    /// <summary>The barrier at which a read of BARRIER waits.</summary>
    public HartBarrier Barrier { get; }

    private int HartCount => _awaitedMutexes.Length;

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        return access.Offset switch
        {
            BarrierRead => Barrier.Arrive(access.Initiator, access.Time),
            WaitEvent or >= Mutex0 => _masters.Harts.LocalId(access.Initiator) is { } hart ? ReadOwn(access.Offset, hart, access.Time, value) : BusResponse.Fault,
            _ => BusResponse.Ok,
        };
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out _)) return BusResponse.Fault;
        if (access.Offset is WakeLow or WakeHigh) WakeHarts(Named(access.Offset, value), access.Time);
        else if (MutexOf(access.Offset, Mutex0) is { } mutex && _masters.Harts.LocalId(access.Initiator) is { } hart && _mutexHolders[mutex] == hart) PassOn(mutex, access.Time);
        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        if (!RegisterWords.IsWord(offset, bytes)) return false;
        switch (offset)
        {
            case BarrierRead or WakeLow or WakeHigh: return true;
            case Harts: value = (uint)HartCount; return true;
            case WaitEvent: value = 1; return true;
            case Cycle or Cycle + 4: value = RegisterWords.Word(time, offset); return true;
            case TcdmAccessed or TcdmAccessed + 4: value = RegisterWords.Word(_tcdm.Accessed, offset); return true;
            case TcdmCongested or TcdmCongested + 4: value = RegisterWords.Word(_tcdm.Congested, offset); return true;
        }

        if (MutexOf(offset, Mutex0) is not null) value = 1;
        else if (MutexOf(offset, TryMutex0) is { } tried) value = _mutexHolders[tried] == None ? 1u : 0u;
        else return false;
        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        Barrier.SaveOrRestore(state);
        HartSet.SaveOrRestore(state, ref _events);
        HartSet.SaveOrRestore(state, ref _waitingForEvent);
        state.Array(_mutexHolders);
        state.Array(_awaitedMutexes);
        state.Array(_waitingSince);
    }

    /// <inheritdoc/>
    public string DescribeWait(uint offset) => offset switch
    {
        BarrierRead => HartBarrier.WaitText,
        WaitEvent => "waits for its event",
        _ => MutexOf(offset, Mutex0) is { } mutex ? $"waits for mutex {mutex}" : $"waits for {Name}",
    };

    /// <inheritdoc/>
    public void HartEnded(ulong time) => Barrier.ParticipantsChanged(time);

    /// <inheritdoc/>
    public void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order)
    {
        if (isLoad)
        {
            if (access.Offset == BarrierRead) order.Arrive(Barrier, Barrier.Participants);
        }
        else if (access.Offset is WakeLow or WakeHigh)
        {
            foreach (var hart in Named(access.Offset, value)) order.Release(this, EventKey(hart));
        }
        else
        {
            order.Release(this, access.Offset);
        }
    }

    /// <inheritdoc/>
    public void Answered(uint offset, int hart, IAccessOrder order)
    {
        if (offset == BarrierRead) order.Leave(Barrier);
        else if (offset == WaitEvent) order.Acquire(this, EventKey(hart - _masters.Harts.First));
        else order.Acquire(this, offset >= TryMutex0 ? offset - TryMutex0 + Mutex0 : offset);
    }

    /// <summary>The key of a hart's event. A register's key is its offset, so events follow the last register.</summary>
    private static uint EventKey(int hart) => Map.Size + (uint)hart;

    /// <summary>The harts that a write of WAKE_LO or WAKE_HI names.</summary>
    private static HartSet Named(uint offset, uint value) => HartSet.FromWord(value, offset == WakeLow ? 0 : 32);

    private static int? MutexOf(uint offset, uint first) =>
        RegisterWords.IsIn(offset, first, 4 * Mutexes) ? (int)((offset - first) / 4) : null;

    /// <summary>Reads a register that acts for the reading hart.</summary>
    private BusResponse ReadOwn(uint offset, int hart, ulong time, uint value)
    {
        if (offset == WaitEvent) return AwaitEvent(hart);
        if (MutexOf(offset, Mutex0) is { } mutex) return Lock(mutex, hart, time);
        if (MutexOf(offset, TryMutex0) is { } tried && value != 0) _mutexHolders[tried] = hart;
        return BusResponse.Ok;
    }

    private BusResponse AwaitEvent(int hart)
    {
        var isRaised = _events.Contains(hart);
        _events = _events.Without(hart);
        if (!isRaised) _waitingForEvent = _waitingForEvent.With(hart);
        return isRaised ? BusResponse.Ok : BusResponse.Wait;
    }

    /// <summary>Raises the events of harts; a hart that waits for its event consumes the event and continues.</summary>
    /// <param name="harts">The harts, by local id; ids after the last hart have no effect, as in the registers.</param>
    /// <param name="time">The cycle in which the events are raised.</param>
    public void WakeHarts(HartSet harts, ulong time)
    {
        foreach (var hart in harts)
        {
            if (hart >= HartCount) return;
            if (_waitingForEvent.Contains(hart))
            {
                _waitingForEvent = _waitingForEvent.Without(hart);
                Release(hart, time);
            }
            else
            {
                _events = _events.With(hart);
            }
        }
    }

    private BusResponse Lock(int mutex, int hart, ulong time)
    {
        if (_mutexHolders[mutex] == None)
        {
            _mutexHolders[mutex] = hart;
            return BusResponse.Ok;
        }

        _awaitedMutexes[hart] = mutex;
        _waitingSince[hart] = time;
        return BusResponse.Wait;
    }

    /// <summary>Hands a mutex to the hart that has waited longest; among equals, to the one with the lowest id.</summary>
    private void PassOn(int mutex, ulong time)
    {
        var next = None;
        for (var hart = 0; hart < HartCount; hart++)
        {
            if (_awaitedMutexes[hart] == mutex && (next == None || _waitingSince[hart] < _waitingSince[next])) next = hart;
        }

        _mutexHolders[mutex] = next;
        if (next == None) return;
        _awaitedMutexes[next] = None;
        Release(next, time);
    }

    private void Release(int hart, ulong time) => _masters.Release(_masters.Harts.First + hart, time, 1, Cause.Barrier);
}
