using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Order;

/// <summary>A master of banks whose ports make the accesses of a list, from a cycle on, and that notes when each is granted.</summary>
internal sealed class ScriptedMaster(ulong start, IEnumerable<uint> addresses) : IBankMaster
{
    private readonly Queue<uint> _left = new(addresses);
    private readonly List<uint> _asking = [];
    private readonly List<int> _done = [];

    public int Ports { get; init; } = 1;

    public int AccessBytes { get; init; } = 4;

    public WidePriority Priority { get; init; } = WidePriority.Rotate;

    public int? Hart { get; init; }

    public List<(ulong Time, uint Address)> Grants { get; } = [];

    public IEnumerable<ulong> Times => Grants.Select(grant => grant.Time);

    public ulong NextRequest => _left.Count + _asking.Count > _done.Count ? start : ulong.MaxValue;

    public int Requests(Span<uint> addresses)
    {
        foreach (var index in _done.OrderDescending()) _asking.RemoveAt(index);
        _done.Clear();
        while (_asking.Count < Ports && _left.Count != 0) _asking.Add(_left.Dequeue());
        for (var n = 0; n < _asking.Count; n++) addresses[n] = _asking[n];
        return _asking.Count;
    }

    public void Granted(ulong time, int index)
    {
        Grants.Add((time, _asking[index]));
        _done.Add(index);
    }
}

/// <summary>A device that has nothing but masters of banks.</summary>
internal sealed class MasterDevice(string name, IReadOnlyList<IBankMaster> masters) : IDevice
{
    public string Name => name;

    public RegisterMap Registers { get; } = new("MASTERS", 0x1000, "Masters of banks.", [], []);

    public IReadOnlyList<IBankMaster> BankMasters => masters;

    /// <summary>The product's devices and one of these for each type in <paramref name="devices"/>.</summary>
    public static DeviceCatalog Catalog(params (string Type, IReadOnlyList<IBankMaster> Masters)[] devices) =>
        devices.Aggregate(DeviceCatalog.Standard, (catalog, d) => catalog.With(
            new DeviceKind(d.Type, new MasterDevice(d.Type, d.Masters).Registers, site => new MasterDevice(site.Name, d.Masters))));

    /// <summary>The descriptions of such devices, for a cluster.</summary>
    public static IReadOnlyList<TypedDeviceDescription> Describe(params string[] types) =>
        [.. types.Index().Select(t => new TypedDeviceDescription { Type = t.Item, Base = 0x5000_0000 + 0x1000 * (uint)t.Index })];

    public BusResponse Read(in BusAccess access, out uint value)
    {
        value = 0;
        return BusResponse.Fault;
    }

    public BusResponse Write(in BusAccess access, uint value) => BusResponse.Fault;

    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        return false;
    }

    public void SaveOrRestore(StateStream state)
    {
    }
}
