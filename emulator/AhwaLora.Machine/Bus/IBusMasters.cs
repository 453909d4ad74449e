using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Bus;

/// <summary>What a device may know of the masters that wait for it.</summary>
public interface IBusMasters
{
    /// <summary>Releases an initiator that was told to wait: its read is granted in cycle <paramref name="time"/> and returns <paramref name="value"/>; the cycles that it waited have <paramref name="cause"/>.</summary>
    void Release(int initiator, ulong time, uint value, Cause cause);

    /// <summary>Memory and devices as masters other than harts see them.</summary>
    AddressSpace Space { get; }

    /// <summary>Is told what devices do; null if there is no observer.</summary>
    IActivityObserver? Observer => null;
}

/// <summary>What a device that belongs to a cluster may know of its masters.</summary>
public interface IClusterMasters : IBusMasters
{
    /// <summary>The cluster's harts.</summary>
    HartRange Harts { get; }

    /// <summary>How many of them have not ended.</summary>
    int RunningHarts { get; }

    /// <summary>Raises the event of one of its harts, which wakes a hart that waits for it. Nothing happens for another initiator, or in a cluster without events.</summary>
    void RaiseEvent(int initiator, ulong time)
    {
    }
}
