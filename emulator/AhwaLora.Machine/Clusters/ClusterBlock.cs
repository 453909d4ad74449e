using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.ClusterRegisters;

namespace AhwaLora.Machine.Clusters;

/// <summary>What the harts of a cluster share: barrier, events, mutexes and performance counters.</summary>
public sealed class ClusterBlock : IDevice
{
    private const int None = -1;

    [Unsaved("wired by the assembly")]
    private readonly IBusMasters _masters;
    [Unsaved("wired by the assembly")]
    private readonly ITcdmCounters _tcdm;

    private ulong _events;
    private ulong _waitingForEvent;
    private readonly int[] _mutexHolders = new int[Mutexes];
    private readonly int[] _awaitedMutexes;
    private readonly ulong[] _waitingSince;

    /// <summary>A cluster block at reset.</summary>
    /// <param name="harts">Number of harts, 1 to 64.</param>
    /// <param name="masters">The harts that wait here.</param>
    /// <param name="tcdm">What the banks have counted.</param>
    public ClusterBlock(int harts, IBusMasters masters, ITcdmCounters tcdm)
    {
        Barrier = new HartBarrier(harts, masters, "cluster barrier");
        _masters = masters;
        _tcdm = tcdm;
        _awaitedMutexes = new int[harts];
        _waitingSince = new ulong[harts];
        Array.Fill(_mutexHolders, None);
        Array.Fill(_awaitedMutexes, None);
    }

    /// <inheritdoc/>
    public string Name => "cluster";

    /// <inheritdoc/>
    public IReadOnlyList<DeviceCounter> Counters(ulong time) => [new("tcdm_accesses", _tcdm.Accessed), new("tcdm_congested_cycles", _tcdm.Congested)];

    /// <summary>The barrier that its register reaches.</summary>
    public HartBarrier Barrier { get; }

    private int HartCount => _awaitedMutexes.Length;

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        var isHart = (uint)access.Initiator < (uint)HartCount;
        if (access.Offset == BarrierRead) return Barrier.Arrive(access.Initiator, access.Time);
        if (access.Offset == WaitEvent) return isHart ? AwaitEvent(access.Initiator) : BusResponse.Fault;
        if (MutexOf(access.Offset, Mutex0) is { } mutex) return isHart ? Lock(mutex, access) : BusResponse.Fault;
        if (MutexOf(access.Offset, TryMutex0) is { } tried)
        {
            if (!isHart) return BusResponse.Fault;
            if (value != 0) _mutexHolders[tried] = access.Initiator;
        }

        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out _)) return BusResponse.Fault;
        if (access.Offset == WakeLow) WakeHarts(value, access.Time);
        else if (access.Offset == WakeHigh) WakeHarts((ulong)value << 32, access.Time);
        else if (MutexOf(access.Offset, Mutex0) is { } mutex && _mutexHolders[mutex] == access.Initiator) PassOn(mutex, access.Time);
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
        state.Field(ref _events);
        state.Field(ref _waitingForEvent);
        state.Array(_mutexHolders);
        state.Array(_awaitedMutexes);
        state.Array(_waitingSince);
    }

    /// <summary>Raises the events of harts; a hart that waits for its event consumes it and goes on.</summary>
    /// <param name="harts">A bit per hart; bits beyond the last hart have no effect, as in the registers.</param>
    /// <param name="time">The cycle in which it happens.</param>
    public void WakeHarts(ulong harts, ulong time)
    {
        for (var hart = 0; hart < HartCount; hart++)
        {
            var bit = 1UL << hart;
            if ((harts & bit) == 0) continue;
            if ((_waitingForEvent & bit) == 0)
            {
                _events |= bit;
                continue;
            }

            _waitingForEvent &= ~bit;
            _masters.Release(hart, time, 1, WaitReason.Barrier);
        }
    }

    private static int? MutexOf(uint offset, uint first) =>
        RegisterWords.IsIn(offset, first, 4 * Mutexes) ? (int)((offset - first) / 4) : null;

    private BusResponse AwaitEvent(int hart)
    {
        var bit = 1UL << hart;
        var isRaised = (_events & bit) != 0;
        _events &= ~bit;
        if (!isRaised) _waitingForEvent |= bit;
        return isRaised ? BusResponse.Ok : BusResponse.Wait;
    }

    private BusResponse Lock(int mutex, in BusAccess access)
    {
        if (_mutexHolders[mutex] == None)
        {
            _mutexHolders[mutex] = access.Initiator;
            return BusResponse.Ok;
        }

        _awaitedMutexes[access.Initiator] = mutex;
        _waitingSince[access.Initiator] = access.Time;
        return BusResponse.Wait;
    }

    /// <summary>Hands a mutex to the hart that has waited longest; of equals the one of lowest id.</summary>
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
        _masters.Release(next, time, 1, WaitReason.Barrier);
    }
}
