using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Machine.Platform;

/// <summary>The kinds of device that a machine can be made of: a new device is a line here. See docs/adding-a-peripheral.md.</summary>
/// <param name="kinds">In the order in which they are built and stand in snapshots: those of the machine, then those of a cluster.</param>
public sealed class DeviceCatalog(IEnumerable<DeviceKind> kinds)
{
    /// <summary>The product's kinds of device.</summary>
    public static DeviceCatalog Standard { get; } = new(
    [
        DeviceKind.ForMachine("clint", ClintRegisters.Map, static p => p.Clint, static (clint, site) =>
            new Clint(site.HartLines(InterruptBits.Msi), site.HartLines(InterruptBits.Mti), clint.CyclesPerTick)),
        DeviceKind.ForMachine("plic", PlicRegisters.Map, static p => p.Plic, static (_, site) =>
            new Plic(PlicRegisters.MaxSources, site.HartLines(InterruptBits.Mei))),
        DeviceKind.ForMachine("uart", UartRegisters.Map, static p => p.Uart, static (_, site) =>
            new Uart16550(site.ConsoleOutput, site.Interrupt, site.ConsoleInput)) with { Source = PlicRegisters.SourceUart },
        DeviceKind.ForCluster("block", "cluster", ClusterRegisters.Map, static c => c.Block, static (_, site) => new ClusterBlock(site.Masters, site.Tcdm, site.Name)),
        DeviceKind.ForCluster("barrier_word", "barrier", BarrierWord.Map, static c => c.BarrierWord, static (_, site) => new BarrierWord(site.Masters, site.Name)),
        DeviceKind.ForCluster("dma", "dma", DmaRegisters.Map, static c => c.Dma, static (dma, site) =>
            new Dma(site.Masters, site.Interrupt, dma.BytesPerCycle, dma.QueueDepth, dma.StartCycles, site.IsExact, site.Cluster, site.Initiator))
            with { Source = PlicRegisters.SourceDma },
        DeviceKind.ForCluster("aimc", "tile", AimcTileRegisters.Map, static c => c.Aimc, static (aimc, site) =>
            new AimcTile(aimc.BuildTile(site), new CrossbarArray(aimc.BuildCrossbar(site.Number, site.Seed)), site.Masters, site.Interrupt)) with { Source = PlicRegisters.SourceTile0, IsRow = true },
    ]);

    private readonly DeviceKind[] _kinds = [.. kinds];

    /// <summary>This catalog and another kind.</summary>
    public DeviceCatalog With(DeviceKind kind) => new([.. _kinds, kind]);

    /// <summary>Checks each description of a device.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="faults">Receives each value that does not fit, and each type of device that there is none of.</param>
    public void Check(PlatformDescription platform, PlatformFaults faults)
    {
        foreach (var (kind, description, field, _) in Described(platform))
        {
            if (kind is not null) description.Check(field, faults);
            else faults.Add(NoKind(description, field));
        }
    }

    /// <summary>The devices of a platform whose descriptions are sound, in the order in which they are built.</summary>
    /// <exception cref="PlatformException">There is no such type of device.</exception>
    public IReadOnlyList<PlannedDevice> Plan(PlatformDescription platform)
    {
        var plan = new List<PlannedDevice>();
        var numbers = new Dictionary<DeviceKind, int>();
        foreach (var (known, description, field, cluster) in Described(platform))
        {
            var kind = known ?? throw new PlatformException(NoKind(description, field));
            var first = numbers.GetValueOrDefault(kind);
            numbers[kind] = first + description.Count;
            for (var n = 0; n < description.Count; n++)
            {
                var (number, at) = (first + n, description.Base + (ulong)n * kind.Registers.Size);
                var name = NameOf(kind, description, cluster ?? 0, number);
                plan.Add(new PlannedDevice(kind, description, field, name, cluster, number, at, SourceOf(kind, description, cluster ?? 0, number, platform.Clusters.Count)));
            }
        }

        return plan;
    }

    private static string NameOf(DeviceKind kind, IDeviceDescription description, int cluster, int number) => description switch
    {
        TypedDeviceDescription typed => typed.Name ?? typed.Type,
        _ when kind.IsRow => $"{kind.Name}{number}",
        _ => cluster == 0 ? kind.Name : $"{kind.Name}{cluster}",
    };

    private static uint SourceOf(DeviceKind kind, IDeviceDescription description, int cluster, int number, int clusters) => description switch
    {
        TypedDeviceDescription typed => (uint)typed.Source,
        _ when kind.IsRow => PlicRegisters.SourceInRow(kind.Source, number, clusters),
        _ => PlicRegisters.SourceOf(cluster, kind.Source),
    };

    /// <summary>Every description of a device in a platform, with its kind (null if there is none such), the field in which it stands, and its cluster or null.</summary>
    private IEnumerable<(DeviceKind? Kind, IDeviceDescription Description, string Field, int? Cluster)> Described(PlatformDescription platform)
    {
        foreach (var kind in _kinds)
        {
            if (kind.OfMachine?.Invoke(platform) is { } description) yield return (kind, description, kind.Field, null);
        }

        foreach (var (number, cluster) in platform.Clusters.Index())
        {
            foreach (var kind in _kinds)
            {
                if (kind.OfCluster?.Invoke(cluster) is { } description) yield return (kind, description, platform.FieldOf(number, kind.Field), number);
            }

            foreach (var (index, typed) in (cluster.Devices ?? []).Index())
            {
                var field = platform.FieldOf(number, $"devices[{index}]");
                yield return (TypedKinds.FirstOrDefault(kind => kind.Name == typed?.Type), typed!, field, number);
            }
        }
    }

    private IEnumerable<DeviceKind> TypedKinds => _kinds.Where(kind => kind.OfMachine is null && kind.OfCluster is null);

    private string NoKind(IDeviceDescription? description, string field)
    {
        var known = TypedKinds.Any() ? $"expected {string.Join(", ", TypedKinds.Select(kind => kind.Name))}" : "there are none";
        return $"field '{field}.type': no device of type '{(description as TypedDeviceDescription)?.Type}'; {known}";
    }
}
