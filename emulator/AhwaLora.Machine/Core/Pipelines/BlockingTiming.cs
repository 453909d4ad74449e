namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// Latencies of the blocking pipeline, in cycles from one issue to the next unless said otherwise. The defaults are
/// CV32E40P's. Rules without a number, and those of division and root, are in the code of <see cref="BlockingPipeline"/>.
/// </summary>
public sealed record BlockingTiming
{
    /// <summary>Cycles an FP addition, multiplication or fused multiply-add adds to its one in EX (the RTL's FPU_ADDMUL_LAT); from 2 on the unit takes one operation at a time.</summary>
    [Rule(Provenance.Measured, 0, 8)]
    public int FloatAddMultiplyLatency { get; init; } = 1;

    /// <summary>The same for moves, comparisons, sign injections and conversions (FPU_OTHERS_LAT).</summary>
    [Rule(Provenance.Measured, 0, 8)]
    public int FloatOtherLatency { get; init; } = 1;

    /// <summary>mulh, mulhsu, mulhu.</summary>
    [Rule(Provenance.Documented, 1, 64)]
    public int MultiplyHighCycles { get; init; } = 5;

    /// <summary>jal and jalr.</summary>
    [Rule(Provenance.Documented, 1, 64)]
    public int JumpCycles { get; init; } = 2;

    /// <summary>Additional cycles of a jalr that overwrites its own source register.</summary>
    [Rule(Provenance.Measured, 0, 64)]
    public int JumpOverwriteCycles { get; init; } = 1;

    /// <summary>A taken branch.</summary>
    [Rule(Provenance.Documented, 1, 64)]
    public int TakenBranchCycles { get; init; } = 3;

    /// <summary>Accesses of mstatus, mtvec, mepc, mcause, counters and debug registers; writes of frm and fcsr.</summary>
    [Rule(Provenance.Measured, 1, 64)]
    public int SlowCsrCycles { get; init; } = 4;

    /// <summary>fence and fence.i.</summary>
    [Rule(Provenance.Measured, 1, 64)]
    public int FenceCycles { get; init; } = 4;

    /// <summary>mret.</summary>
    [Rule(Provenance.Measured, 1, 64)]
    public int ReturnCycles { get; init; } = 5;

    /// <summary>From a trapping instruction to its handler's first (measured for ecall).</summary>
    [Rule(Provenance.Measured, 1, 64)]
    public int ExceptionCycles { get; init; } = 4;

    /// <summary>From the cycle in which an interrupt is taken to its handler's first instruction.</summary>
    [Rule(Provenance.Derived, 1, 64)]
    public int InterruptCycles { get; init; } = 4;
}
