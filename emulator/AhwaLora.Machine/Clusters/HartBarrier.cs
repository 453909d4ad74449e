using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>The harts of a cluster wait for one another: granted to all in the cycle in which the last that has not ended arrives.</summary>
public sealed class HartBarrier : IStateful
{
    /// <summary>What a hart does that stands at a barrier.</summary>
    public const string WaitText = "waits at the barrier";

    [Unsaved("wired by the assembly")]
    private readonly IClusterMasters _masters;
    private readonly bool[] _isWaiting; // by local id
    private readonly string _name;
    private int _waiting;
    private ulong _firstArrival;

    /// <summary>A barrier at which nobody waits.</summary>
    /// <param name="masters">The cluster: 1 to 64 harts, and how many of them still run.</param>
    /// <param name="name">What a timeline calls it.</param>
    public HartBarrier(IClusterMasters masters, string name = "barrier")
    {
        var harts = masters.Harts.Count;
        if (harts is < 1 or > HartSet.Capacity) throw new ArgumentOutOfRangeException(nameof(masters), harts, $"Expected 1 to {HartSet.Capacity} harts.");
        _masters = masters;
        _name = name;
        _isWaiting = new bool[harts];
    }

    /// <summary>How many harts have to arrive.</summary>
    public int Participants => _masters.RunningHarts;

    /// <summary>A master arrives in cycle <paramref name="time"/>: Ok if it is the last hart of the cluster, Wait if it is another one, Fault if it is none.</summary>
    public BusResponse Arrive(int initiator, ulong time)
    {
        if (_masters.Harts.LocalId(initiator) is not { } hart) return BusResponse.Fault;
        if (!_isWaiting[hart] && _waiting + 1 >= Participants)
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
        if (_waiting == 0 || _waiting < Participants) return;
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
            _masters.Release(_masters.Harts.First + hart, time, 0, Cause.Barrier);
        }
    }
}
