using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>A barrier of a cluster's harts: all go on in the cycle in which the last hart arrives. It does not wait for harts that have ended.</summary>
public sealed class HartBarrier : IStateful
{
    /// <summary>The description of a hart's wait at a barrier.</summary>
    public const string WaitText = "waits at the barrier";

    [Unsaved("fixed when the machine is built")]
    private readonly IClusterMasters _masters;
    private readonly bool[] _isWaiting; // by local id
    private readonly string _name;
    private int _waiting;
    private ulong _firstArrival;

    /// <summary>Creates a barrier at which no hart waits.</summary>
    /// <param name="masters">The cluster: 1 to 64 harts, and how many of them still run.</param>
    /// <param name="name">Its name in timelines.</param>
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

    /// <summary>A master arrives in cycle <paramref name="time"/>: Ok if it is the last hart of the cluster to arrive, Wait if others are missing, Fault if it is not a hart of the cluster.</summary>
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

    /// <summary>A hart has ended in cycle <paramref name="time"/>, so all the others may have arrived already.</summary>
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
        state.Require(_waiting == _isWaiting.Count(static waits => waits));
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
