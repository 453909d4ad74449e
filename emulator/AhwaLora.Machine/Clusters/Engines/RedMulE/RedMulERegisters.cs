using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>Offsets, codes and datasheet of the <c>RedMulE</c>.</summary>
public static class RedMulERegisters
{
#pragma warning disable CS1591 // The map below describes each register.
    public const uint Trigger = 0x00, Acquire = 0x04, Finished = 0x08, Status = 0x0C, RunningJob = 0x10, SoftClear = 0x14, SoftwareEvent = 0x1C;
    public const uint XAddress = 0x40, WAddress = 0x44, ZAddress = 0x48, Sizes0 = 0x4C, Sizes1 = 0x50, Operation = 0x54;

    public const uint BothBusy = 0xFFFF_FFFF, Locked = 0xFFFF_FFFE;
    public const int Contexts = 2, OperationShift = 10, FormatShift = 7;
    public const uint FormatMask = 7, FormatFp16 = 1;
    public const int SizeCycles = 35, ClearDelay = 2, ClearCycles = 3, StartCycles = 5;
#pragma warning restore CS1591

    /// <summary>The register map, for the datasheet.</summary>
    public static readonly RegisterMap Map = new("REDMULE", 0x1000, "Matrix engine: Z = X W + Y in FP16, where Z overwrites Y. X is M x N, W is N x K, Y and Z are M x K, dense, row by row. Word accesses.",
    [
        new(Trigger,       "TRIGGER",     WriteOnly, "0 commits the job and starts what is committed when the engine is free; another value only commits. The event goes to the hart that writes."),
        new(Acquire,       "ACQUIRE",     ReadActs,  "A read locks a context for programming and returns the job's id, from 0 up to 255 and again, or a code."),
        new(Finished,      "FINISHED",    ReadActs,  "Jobs finished since the last read, at most 2; a read clears it and ends the interrupt."),
        new(Status,        "STATUS",      ReadOnly,  "Which contexts are queued or run.")
        {
            Fields = [new("CONTEXT0", 7, 0, "1 if context 0 is queued or runs."), new("CONTEXT1", 15, 8, "1 if context 1 is queued or runs.")],
        },
        new(RunningJob,    "RUNNING_JOB", ReadOnly,  "Jobs finished since the last clear, which is the id of the job that runs or is next."),
        new(SoftClear,     "SOFT_CLEAR",  WriteOnly, "Clears the engine and the queue for 3 cycles, from 2 cycles after the write on; 0 clears the job's registers too. Wait 5 cycles. v2.0.4 needs it before every job."),
        new(SoftwareEvent, "SW_EVENT",    WriteOnly, "Raises the event of the hart that writes."),
        new(XAddress,      "X_ADDR",      WriteOnly, "Byte address of X."),
        new(WAddress,      "W_ADDR",      WriteOnly, "Byte address of W."),
        new(ZAddress,      "Z_ADDR",      WriteOnly, "Byte address of Y and Z. v2.0.4 writes whole tiles of L rows, so leave room after row M."),
        new(Sizes0,        "MCFIG0",      WriteOnly, "Sizes.") { Fields = [new("M", 15, 0, "Rows of X and Z."), new("K", 31, 16, "Columns of W and Z.")] },
        new(Sizes1,        "MCFIG1",      WriteOnly, "Sizes.") { Fields = [new("N", 15, 0, "Columns of X, rows of W.")] },
        new(Operation,     "MACFG",       WriteOnly, "Operation; written last, since the write starts the size computation of 35 cycles.")
        {
            Fields = [new("FORMAT", 9, 7, "1, which is FP16; no other format is modelled."), new("OP", 12, 10, "One of OP_MATMUL and the following.")],
        },
    ],
    [
        new("BOTH_BUSY",  BothBusy, "ACQUIRE: both contexts are busy; try again."),
        new("LOCKED",     Locked,   "ACQUIRE: a context is locked whose job has not been triggered."),
        new("OP_MATMUL",  (uint)RedMulEOperation.Matmul, "X W."),
        new("OP_GEMM",    (uint)RedMulEOperation.Gemm,   "X W + Y."),
        new("OP_ADDMAX",  (uint)RedMulEOperation.AddMax, "max(x + w, acc)."),
        new("OP_ADDMIN",  (uint)RedMulEOperation.AddMin, "min(x + w, acc)."),
        new("OP_MULMAX",  (uint)RedMulEOperation.MulMax, "max(x w, acc)."),
        new("OP_MULMIN",  (uint)RedMulEOperation.MulMin, "min(x w, acc)."),
        new("OP_MAXMIN",  (uint)RedMulEOperation.MaxMin, "min(max(x, w), acc)."),
        new("OP_MINMAX",  (uint)RedMulEOperation.MinMax, "max(min(x, w), acc)."),
        new("FORMAT_FP16", FormatFp16, "MACFG.FORMAT: FP16."),
        new("CLEAR_WAIT",  5, "Cycles to wait after a write to SOFT_CLEAR."),
    ]);
}
