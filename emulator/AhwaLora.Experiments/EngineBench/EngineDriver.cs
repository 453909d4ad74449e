using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using static AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulERegisters;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>A job as the bench runs it.</summary>
/// <param name="Shape">What it computes.</param>
/// <param name="X">Byte address of X.</param>
/// <param name="W">Byte address of W.</param>
/// <param name="Z">Byte address of Y and Z.</param>
/// <param name="Gap">Idle cycles between the write to MACFG and the write to TRIGGER.</param>
public sealed record EngineJob(RedMulEShape Shape, uint X, uint W, uint Z, int Gap = 0);

/// <summary>
/// The program of the hart beside the engine: clear, acquire, write the registers, trigger, wait for the event. It is made of six
/// instructions (unprivileged spec 20240411, chapter 2), each of which takes one cycle in functional timing.
/// </summary>
internal sealed class EngineDriver
{
    private const uint Zero = 0, Engine = 5, Value = 6, Cluster = 7;
    private const uint Wfi = 0x1050_0073;

    private readonly List<uint> _words = [];

    private EngineDriver()
    {
    }

    /// <summary>The program that runs one job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="engine">First address of the engine's registers.</param>
    /// <param name="cluster">First address of the cluster's registers.</param>
    public static uint[] Program(EngineJob job, uint engine, uint cluster)
    {
        var driver = new EngineDriver();
        driver.Load(Engine, engine);
        driver.Load(Cluster, cluster);
        driver.Store(Zero, SoftClear);
        driver.Idle(ClearDelay + ClearCycles);
        driver.Fetch(Engine, Acquire);
        var (operation, m, n, k) = job.Shape;
        driver.Write(XAddress, job.X);
        driver.Write(WAddress, job.W);
        driver.Write(ZAddress, job.Z);
        driver.Write(Sizes0, (uint)k << 16 | (uint)m);
        driver.Write(Sizes1, (uint)n);
        driver.Write(Operation, (uint)operation << OperationShift | FormatFp16 << FormatShift);
        driver.Idle(job.Gap);
        driver.Store(Zero, Trigger);
        driver.Fetch(Cluster, ClusterRegisters.WaitEvent);
        driver._words.Add(Wfi);
        return [.. driver._words];
    }

    private void Write(uint offset, uint value)
    {
        Load(Value, value);
        Store(Value, offset);
    }

    /// <summary>lui and addi; the upper part makes up for the sign of the lower.</summary>
    private void Load(uint register, uint value)
    {
        _words.Add(value + 0x800 & 0xFFFF_F000 | register << 7 | 0x37);
        _words.Add(value << 20 | register << 15 | register << 7 | 0x13);
    }

    private void Store(uint register, uint offset) => _words.Add(offset >> 5 << 25 | register << 20 | Engine << 15 | 2 << 12 | (offset & 31) << 7 | 0x23);

    private void Fetch(uint block, uint offset) => _words.Add(offset << 20 | block << 15 | 2 << 12 | Value << 7 | 0x03);

    private void Idle(int cycles) => _words.AddRange(Enumerable.Repeat(0x13u, cycles));
}
