using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Emu.Tests.Machine.Platform;

/// <summary>Which devices a platform asks for, and that the machine has just these.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class DeviceCatalogTests
{
    [Fact]
    public void The_default_platform_has_its_devices_where_its_map_says_with_their_sources()
    {
        var plan = DeviceCatalog.Standard.Plan(new PlatformDescription());
        Assert.Equal(
            [("clint", 0x0200_0000, 0), ("plic", 0x0c00_0000, 0), ("uart", 0x4000_0000, 1), ("cluster", 0x1020_0000, 0), ("dma", 0x1021_0000, 2), ("tile0", 0x3000_0000, 8)],
            plan.Select(device => (device.Name, (int)device.Base, (int)device.Source)));
    }

    [Fact]
    public void A_machine_has_more_tiles_than_its_plic_once_had_sources_and_each_interrupts()
    {
        const int tiles = 100;
        var machine = new EmulatedMachine(new PlatformDescription { Aimc = new AimcDescription { Tiles = tiles, Rows = 4, Columns = 4 } }, new MachineOptions());
        Assert.Equal(Enumerable.Range(0, tiles).Select(n => 0x3000_0000 + 0x1000 * (uint)n), machine.Devices.Where(d => d.Device is AimcTile).Select(d => d.Base));

        var plic = machine.Devices.Select(d => d.Device).OfType<Plic>().Single();
        var last = machine.Tiles[^1];
        last.Write(new BusAccess(AimcTileRegisters.IrqEnable, 4, Initiators.Host, 0), 0x7f);
        last.Write(new BusAccess(AimcTileRegisters.Trigger, 4, Initiators.Host, 0), 0); // without a context: an error, which interrupts
        const uint source = PlicRegisters.SourceTile0 + tiles - 1;
        Assert.True(plic.Peek(PlicRegisters.Pending + source / 32 * 4, 4, 0, out var pending));
        Assert.Equal(1u << (int)(source % 32), pending);
    }

    [Fact]
    public void A_device_is_found_by_its_number_on_the_bus()
    {
        var machine = new EmulatedMachine(new PlatformDescription(), new MachineOptions());
        Assert.Equal(machine.Devices.Select(d => d.Device), Enumerable.Range(0, machine.Devices.Count).Select(n => machine.DeviceOf(Initiators.Device0 + n)));
        Assert.Null(machine.DeviceOf(0));
        Assert.Null(machine.DeviceOf(Initiators.Host));
    }
}
