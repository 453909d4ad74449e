using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>
/// A cluster: harts that share a TCDM with its banks, a barrier, and devices. Its harts have consecutive mhartids. The
/// cluster's own registers number them by local ids, which start at 0.
/// </summary>
public sealed class Cluster : IClusterMasters, ITcdmCounters, IStateful
{
    [Unsaved("fixed when the machine is built")]
    private readonly IBusMasters _bus;
    [Unsaved("they belong to the machine, which saves them")]
    private readonly List<Hart> _harts = [];
    [Unsaved("they belong to the machine, which saves them")]
    private readonly List<MappedDevice> _devices = [];
    private readonly HartBarrier _csrBarrier;
    private BankScheduler? _banks;

    /// <summary>Creates a cluster without harts and devices; the machine adds them.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="harts">The mhartids of its harts.</param>
    /// <param name="tcdm">Its TCDM; null if it has none.</param>
    /// <param name="bus">The machine that holds it.</param>
    public Cluster(int number, HartRange harts, MemoryRegion? tcdm, IBusMasters bus)
    {
        (Number, HartNumbers, Tcdm, _bus) = (number, harts, tcdm, bus);
        _csrBarrier = new HartBarrier(this, number == 0 ? "barrier CSR" : $"barrier CSR of cluster {number}");
    }

    /// <summary>Its number, from 0.</summary>
    public int Number { get; }

    /// <summary>The mhartids of its harts.</summary>
    public HartRange HartNumbers { get; }

    /// <summary>Its harts, by local id.</summary>
    public IReadOnlyList<Hart> Harts => _harts;

    /// <summary>Its TCDM; null if it has none.</summary>
    [field: Unsaved("it belongs to the machine, which saves it")]
    public MemoryRegion? Tcdm { get; }

    /// <summary>Its devices, at their addresses.</summary>
    public IReadOnlyList<MappedDevice> Devices => _devices;

    /// <summary>Its <see cref="ClusterBlock"/>; null if it has none.</summary>
    public ClusterBlock? Block => _devices.Select(mapping => mapping.Device).OfType<ClusterBlock>().FirstOrDefault();

    /// <summary>Cycles of waiting for banks, by bank and by the master that had the bank; empty without exact contention.</summary>
    public IEnumerable<BankConflict> BankConflicts => _banks?.Conflicts(Number) ?? [];

    /// <summary>What arbitrates the banks of its TCDM; null without exact contention.</summary>
    internal BankScheduler? Banks => _banks;

    /// <inheritdoc/>
    HartRange IClusterMasters.Harts => HartNumbers;

    /// <inheritdoc/>
    public int RunningHarts => _harts.Count(hart => hart.State is not (HartState.Ended or HartState.Stuck or HartState.Hung));

    /// <inheritdoc/>
    AddressSpace IBusMasters.Space => _bus.Space;

    /// <inheritdoc/>
    IActivityObserver? IBusMasters.Observer => _bus.Observer;

    /// <inheritdoc/>
    ulong ITcdmCounters.Accessed => _banks?.Accessed ?? 0;

    /// <inheritdoc/>
    ulong ITcdmCounters.Congested => _banks?.Congested ?? 0;

    /// <inheritdoc/>
    void IBusMasters.Release(int initiator, ulong time, uint value, Cause cause) => _bus.Release(initiator, time, value, cause);

    /// <inheritdoc/>
    void IClusterMasters.RaiseEvent(int initiator, ulong time)
    {
        if (HartNumbers.LocalId(initiator) is { } hart) Block?.RaiseEvent(hart, time);
    }

    /// <summary>The local ids of the harts in a set that belong to this cluster.</summary>
    public HartSet LocalIds(HartSet harts)
    {
        var own = default(HartSet);
        foreach (var hart in harts) own = HartNumbers.LocalId(hart) is { } id ? own.With(id) : own;
        return own;
    }

    /// <summary>A hart arrives at the barrier by reading the barrier CSR. False if it has to wait for the other harts of its cluster.</summary>
    public bool ArriveAtBarrier(Hart hart) => _csrBarrier.Arrive(hart.Id, hart.Time) == BusResponse.Ok;

    /// <summary>One of its harts has ended in cycle <paramref name="time"/>: the others no longer wait for it.</summary>
    public void HartEnded(ulong time)
    {
        _csrBarrier.ParticipantsChanged(time);
        foreach (var mapping in _devices) mapping.Device.HartEnded(time);
    }

    /// <summary>Saves or restores the banks and the barrier CSR. The machine saves or restores memories, devices and harts.</summary>
    public void SaveOrRestore(StateStream state)
    {
        _banks?.SaveOrRestore(state);
        _csrBarrier.SaveOrRestore(state);
    }

    /// <summary>Adds the next hart.</summary>
    internal void Add(Hart hart) => _harts.Add(hart);

    /// <summary>Adds a device.</summary>
    internal void Add(MappedDevice device) => _devices.Add(device);

    /// <summary>Starts arbitration of the TCDM's banks; call it after all harts and devices were added. Any hart of the machine and the cluster's own devices may ask for a bank.</summary>
    internal void Arbitrate(IScheduledMachine machine, uint dataOffset)
    {
        if (Tcdm is null) return;
        var masters = _devices.SelectMany(mapping => mapping.Device.BankMasters.Select(master => (mapping.Device.Name, master)));
        _banks = new BankScheduler(machine, Tcdm, [.. masters], dataOffset);
    }
}
