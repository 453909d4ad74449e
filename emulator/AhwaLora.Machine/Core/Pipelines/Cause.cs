using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Why a hart spent a cycle. Every cycle of a hart has exactly one cause, so the counts add up to mcycle.</summary>
public enum Cause : byte
{
    /// <summary>An instruction issued.</summary>
    Issue,

    /// <summary>Waited for a load's result.</summary>
    LoadUse,

    /// <summary>Waited for a floating-point or multiplier result.</summary>
    FpuDependency,

    /// <summary>The floating-point unit, a queue or a write port was busy.</summary>
    FpuStructural,

    /// <summary>An integer division, or a multi-cycle multiplication.</summary>
    Division,

    /// <summary>A jump or a taken branch refilled the pipeline.</summary>
    JumpBranch,

    /// <summary>A CSR access or a fence drained or refilled the pipeline.</summary>
    Csr,

    /// <summary>Another master won the TCDM bank.</summary>
    BankConflict,

    /// <summary>Memory latency beyond one cycle, or a misaligned access's second half.</summary>
    MemoryLatency,

    /// <summary>Instruction memory or cache.</summary>
    InstructionFetch,

    /// <summary>Waited at the barrier.</summary>
    Barrier,

    /// <summary>Asleep in wfi.</summary>
    Wfi,

    /// <summary>Waited for the DMA.</summary>
    DmaWait,

    /// <summary>Waited for an analog tile.</summary>
    TileWait,

    /// <summary>Entered or left a trap handler.</summary>
    Trap,
}

/// <summary>Cycles by cause; the sum is the hart's time.</summary>
public sealed class CauseCounters
{
    /// <summary>Number of causes.</summary>
    public const int Count = (int)Cause.Trap + 1;

    /// <summary>Cycles, indexed by <see cref="Cause"/>.</summary>
    public readonly ulong[] Cycles = new ulong[Count];

    /// <summary>Adds <paramref name="cycles"/> to a cause.</summary>
    public void Add(Cause cause, ulong cycles) => Cycles[(int)cause] += cycles;

    /// <summary>All cycles accounted for.</summary>
    public ulong Total
    {
        get
        {
            var sum = 0UL;
            foreach (var cycles in Cycles) sum += cycles;
            return sum;
        }
    }
}
