using System.Runtime.InteropServices;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>A machine of one hart, one RedMulE and ideal memory from address 0 on, which runs one job after the other.</summary>
public sealed class EngineMachine
{
    /// <summary>Most bytes of memory.</summary>
    public const uint MostBytes = 0x1000_0000;

    /// <summary>Most cycles between the write to MACFG and the write to TRIGGER.</summary>
    public const int MostGap = 100_000;

    private const uint ClusterBase = 0x1020_0000, EngineBase = 0x1022_0000, ProgramBase = 0x8000_0000;
    private const uint MostProgramBytes = 4 * (MostGap + 64);

    private readonly EmulatedMachine _machine;
    private readonly RedMulE _engine;
    private readonly MemoryRegion _memory, _program;
    private PortGrants? _grants;

    /// <summary>Builds the machine.</summary>
    /// <param name="array">Size of the array.</param>
    /// <param name="isHardware">True for the behaviour of v2.0.4.</param>
    /// <param name="bytes">Bytes of memory, at most <see cref="MostBytes"/>.</param>
    /// <param name="isDeniable">True if the jobs say which accesses are granted; false if all are.</param>
    public EngineMachine(RedMulEArray array, bool isHardware, uint bytes, bool isDeniable = false)
    {
        var platform = new PlatformDescription
        {
            Name = "engine",
            Clint = null,
            Plic = null,
            Uart = null,
            Dma = null,
            Aimc = null,
            Cluster = new DeviceDescription { Base = ClusterBase },
            RedMulE = new RedMulEDescription { Base = EngineBase, H = array.Height, L = array.Length, P = array.Pipeline, Quirks = isHardware ? "v2.0.4" : "none" },
            Memories = [new() { Name = "memory", Base = 0, Size = bytes }, new() { Name = "program", Base = ProgramBase, Size = MostProgramBytes }],
        };
        var catalog = new DeviceCatalog(
        [
            DeviceKind.ForCluster("block", "cluster", ClusterRegisters.Map, static c => c.Block, static (_, site) => new ClusterBlock(site.Masters, site.Tcdm, site.Name)),
            DeviceKind.ForCluster("redmule", "redmule", RedMulERegisters.Map, static c => c.RedMulE, (engine, site) =>
                new RedMulE(engine.Build(site) with { Grants = isDeniable ? Grants : null }, site.Masters, site.Interrupt)),
        ]);
        _machine = new EmulatedMachine(platform, new MachineOptions { Engine = EngineKind.Interpreter, Devices = catalog });
        _engine = _machine.Devices.Select(mapping => mapping.Device).OfType<RedMulE>().Single();
        _memory = _machine.Space.FindMemory(0, 1)!;
        _program = _machine.Space.FindMemory(ProgramBase, 1)!;
    }

    private bool Grants(ulong cycle, uint address) => _grants is null || _grants(cycle, address);

    /// <summary>Runs a job, cleared before, to its event or until it hangs.</summary>
    /// <param name="job">The job.</param>
    /// <param name="grants">Decides each access of the port; null to grant all.</param>
    public RedMulEActivity Run(EngineJob job, PortGrants? grants = null)
    {
        _grants = grants;
        var program = EngineDriver.Program(job, EngineBase, ClusterBase);
        _program.Replace(0, MemoryMarshal.AsBytes<uint>(program));
        _machine.Reset(ProgramBase);
        var end = _machine.Run(RunLimits.None);
        return end.Reason == ExitReason.AllWaiting ? _engine.Job! : throw new InvalidOperationException($"the driver ended by {end}; expected it to wait");
    }

    /// <summary>Puts FP16 numbers into memory.</summary>
    public void Write(uint address, ReadOnlySpan<ushort> halves) => MemoryMarshal.AsBytes(halves).CopyTo(_memory.Data.AsSpan((int)address));

    /// <summary>FP16 numbers in memory.</summary>
    public ushort[] Read(uint address, int count) => MemoryMarshal.Cast<byte, ushort>(_memory.Data.AsSpan((int)address, 2 * count)).ToArray();
}
