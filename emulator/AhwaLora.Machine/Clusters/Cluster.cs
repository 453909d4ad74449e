using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters;

/// <summary>
/// A cluster: harts that share a TCDM with its banks, a barrier, and devices. Its harts have consecutive mhartids and, from
/// 0 on, local ids, by which the cluster's own registers know them.
/// </summary>
public sealed class Cluster : IClusterMasters, ITcdmCounters, IStateful
{
    [Unsaved("wired by the assembly")]
    private readonly IBusMasters _bus;
    [Unsaved("the machine's, which passes them")]
    private readonly List<Hart> _harts = [];
    [Unsaved("the machine's, which passes them")]
    private readonly List<MappedDevice> _devices = [];
    private readonly HartBarrier _csrBarrier;
    private BankScheduler? _banks;

    /// <summary>A cluster without devices so far.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="harts">The mhartids of its harts.</param>
    /// <param name="tcdm">Its TCDM; null if it has none.</param>
    /// <param name="bus">The machine around it.</param>
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

    /// <summary>Its memory with banks; null if it has none.</summary>
    [field: Unsaved("the machine's, which passes it")]
    public MemoryRegion? Tcdm { get; }

    /// <summary>Its devices, at their addresses.</summary>
    public IReadOnlyList<MappedDevice> Devices => _devices;

    /// <summary>Its block; null if it has none.</summary>
    public ClusterBlock? Block => _devices.Select(mapping => mapping.Device).OfType<ClusterBlock>().FirstOrDefault();

    /// <summary>Waits for banks, by bank and by the master that had it; none without exact contention.</summary>
    public IEnumerable<BankConflict> BankConflicts => _banks?.Conflicts ?? [];

    /// <summary>What arbitrates the banks of its TCDM; null without exact contention.</summary>
    internal BankScheduler? Banks => _banks;

    /// <inheritdoc/>
    HartRange IClusterMasters.Harts => HartNumbers;

    /// <inheritdoc/>
    public int RunningHarts => _harts.Count(hart => hart.State is not (HartState.Ended or HartState.Stuck));

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

    /// <summary>The local ids of those of a set of harts that are the cluster's.</summary>
    public HartSet LocalIds(HartSet harts)
    {
        var own = default(HartSet);
        foreach (var hart in harts) own = HartNumbers.LocalId(hart) is { } id ? own.With(id) : own;
        return own;
    }

    /// <summary>A hart reads the barrier CSR; false if it has to wait for the others of its cluster.</summary>
    public bool ArriveAtBarrier(Hart hart) => _csrBarrier.Arrive(hart.Id, hart.Time) == BusResponse.Ok;

    /// <summary>One of its harts has ended in cycle <paramref name="time"/>: those that wait for it need not do so any more.</summary>
    public void HartEnded(ulong time)
    {
        _csrBarrier.ParticipantsChanged(time);
        foreach (var mapping in _devices) mapping.Device.HartEnded(time);
    }

    /// <summary>Passes the banks and the barrier CSR; memories, devices and harts are the machine's to pass.</summary>
    public void SaveOrRestore(StateStream state)
    {
        _banks?.SaveOrRestore(state);
        _csrBarrier.SaveOrRestore(state);
    }

    /// <summary>Adds the next hart.</summary>
    internal void Add(Hart hart) => _harts.Add(hart);

    /// <summary>Adds a device.</summary>
    internal void Add(MappedDevice device) => _devices.Add(device);

    /// <summary>Lets the banks of the TCDM be arbitrated, once all harts and devices are there. Any hart of the machine may ask for them, and the cluster's own devices.</summary>
    internal void Arbitrate(IScheduledMachine machine, uint dataOffset)
    {
        if (Tcdm is null) return;
        var masters = _devices.SelectMany(mapping => mapping.Device.BankMasters.Select(master => (mapping.Device.Name, master)));
        _banks = new BankScheduler(machine, Tcdm, masters, dataOffset);
    }
}
