using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>Harts that wait for one another: granted to all in the cycle in which the last that has not ended arrives.</summary>
public sealed class HartBarrier : IStateful
{
    [Unsaved("wired by the assembly")]
    private readonly IBusMasters _masters;
    private readonly bool[] _isWaiting;
    private readonly string _name;
    private int _waiting;
    private ulong _firstArrival;

    /// <summary>A barrier at which nobody waits.</summary>
    /// <param name="harts">Number of harts, 1 to 64.</param>
    /// <param name="masters">Who knows how many of them still run.</param>
    /// <param name="name">What a timeline calls it.</param>
    public HartBarrier(int harts, IBusMasters masters, string name = "barrier")
    {
        if (harts is < 1 or > ClusterRegisters.MaxHarts) throw new ArgumentOutOfRangeException(nameof(harts), harts, $"Expected 1 to {ClusterRegisters.MaxHarts} harts.");
        _masters = masters;
        _name = name;
        _isWaiting = new bool[harts];
    }

    /// <summary>Hart <paramref name="hart"/> arrives in cycle <paramref name="time"/>: Ok where it is the last, else Wait; Fault for a master that is not a hart.</summary>
    public BusResponse Arrive(int hart, ulong time)
    {
        if ((uint)hart >= (uint)_isWaiting.Length) return BusResponse.Fault;
        if (!_isWaiting[hart] && _waiting + 1 >= _masters.RunningHarts)
        {
            if (_waiting == 0) _firstArrival = time;
            Tell(time, arrived: _waiting + 1);
            ReleaseAll(time);
            return BusResponse.Ok;
        }

        if (_waiting == 0) _firstArrival = time;
        if (!_isWaiting[hart]) _waiting++;
        _isWaiting[hart] = true;
        return BusResponse.Wait;
    }

    /// <summary>A hart has ended in cycle <paramref name="time"/>, so the others may be complete.</summary>
    public void ParticipantsChanged(ulong time)
    {
        if (_waiting == 0 || _waiting < _masters.RunningHarts) return;
        Tell(time, _waiting);
        ReleaseAll(time);
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_isWaiting);
        state.Field(ref _waiting);
        state.Field(ref _firstArrival);
    }

    private void Tell(ulong time, int arrived) =>
        _masters.Observer?.Acted("barriers", new Activity(_name, "barrier", _firstArrival, time, new ActivityDetail("harts", (ulong)arrived)));

    private void ReleaseAll(ulong time)
    {
        for (var hart = 0; _waiting != 0; hart++)
        {
            if (!_isWaiting[hart]) continue;
            _isWaiting[hart] = false;
            _waiting--;
            _masters.Release(hart, time, 0, WaitReason.Barrier);
        }
    }
}
