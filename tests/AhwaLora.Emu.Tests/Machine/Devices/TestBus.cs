using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Devices;

/// <summary>A hart let go by a device.</summary>
internal readonly record struct Released(int Hart, ulong Time, uint Value, Cause Cause);

/// <summary>The harts and memories around a device under test: a banked memory, a plain one and a device.</summary>
internal sealed class TestBus : IClusterMasters, ITcdmCounters
{
    public const uint Tcdm = 0x1000_0000, Ram = 0x8000_0000, Registers = 0x4000_0000;
    public const uint TcdmBytes = 0x1000, RamBytes = 0x4000;

    private readonly List<Released> _released = [];

    public TestBus(int harts, uint ramWidthBytes = 0, uint ramExtraCycles = 0, int firstHart = 0)
    {
        Harts = new HartRange(firstHart, harts);
        RunningHarts = harts;
        TcdmMemory = new MemoryRegion("tcdm", Tcdm, TcdmBytes) { Banks = 4 };
        RamMemory = new MemoryRegion("ram", Ram, RamBytes) { WidthBytes = ramWidthBytes, ExtraCycles = ramExtraCycles };
        var device = new AhwaLora.Machine.Soc.Uart16550(static _ => { }, InterruptLine.Unconnected());
        Space = new AddressSpace([TcdmMemory, RamMemory], [new MappedDevice(Registers, device)]);
    }

    public HartRange Harts { get; }

    public int RunningHarts { get; set; }

    public AddressSpace Space { get; }

    public MemoryRegion TcdmMemory { get; }

    public MemoryRegion RamMemory { get; }

    public ulong Accessed { get; set; }

    public ulong Congested { get; set; }

    public void Release(int initiator, ulong time, uint value, Cause cause) => _released.Add(new Released(initiator, time, value, cause));

    /// <summary>Releases since the last call, in order.</summary>
    public Released[] TakeReleased()
    {
        Released[] released = [.. _released];
        _released.Clear();
        return released;
    }

    public uint Word(uint address) => Space.FindMemory(address, 4)!.Load(address, 4);

    public void SetWord(uint address, uint value) => Space.FindMemory(address, 4)!.Store(address, 4, value, Initiators.Host);
}

/// <summary>Accesses as a hart makes them.</summary>
internal static class DeviceAccess
{
    public static BusResponse TryLoad(this IDevice device, uint offset, out uint value, int hart = 0, ulong time = 0, int bytes = 4) =>
        device.Read(new BusAccess(offset, bytes, hart, time), out value);

    public static BusResponse TryStore(this IDevice device, uint offset, uint value, int hart = 0, ulong time = 0, int bytes = 4) =>
        device.Write(new BusAccess(offset, bytes, hart, time), value);

    /// <summary>A load that must succeed.</summary>
    public static uint Load(this IDevice device, uint offset, int hart = 0, ulong time = 0, int bytes = 4)
    {
        Assert.Equal(BusResponse.Ok, device.TryLoad(offset, out var value, hart, time, bytes));
        return value;
    }

    /// <summary>A store that must succeed.</summary>
    public static void Store(this IDevice device, uint offset, uint value, int hart = 0, ulong time = 0, int bytes = 4) =>
        Assert.Equal(BusResponse.Ok, device.TryStore(offset, value, hart, time, bytes));

    public static void AssertWaits(this IDevice device, uint offset, int hart, ulong time = 0) =>
        Assert.Equal(BusResponse.Wait, device.TryLoad(offset, out _, hart, time));

    /// <summary>The device's snapshot.</summary>
    public static byte[] Save(this IStateful device)
    {
        using var stream = new MemoryStream();
        device.SaveOrRestore(new StateStream(stream, saving: true));
        return stream.ToArray();
    }

    public static void Restore(this IStateful device, byte[] snapshot)
    {
        using var stream = new MemoryStream(snapshot);
        device.SaveOrRestore(new StateStream(stream, saving: false));
        Assert.Equal(stream.Length, stream.Position);
    }
}
