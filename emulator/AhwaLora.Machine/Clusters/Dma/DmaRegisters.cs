using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Clusters.Dma;

/// <summary>Offsets, codes and datasheet of the <c>Dma</c>.</summary>
public static class DmaRegisters
{
#pragma warning disable CS1591 // The map below describes each register.
    public const uint Src = 0x00, Dst = 0x04, Bytes = 0x08, SrcStride = 0x0C, DstStride = 0x10, Rows = 0x14;
    public const uint Launch = 0x18, Status = 0x1C, Completed = 0x20, Wait = 0x24;
    public const uint IrqEnable = 0x28, IrqStatus = 0x2C, ErrorCause = 0x30, ErrorArgument = 0x34, Caps = 0x38;
    public const uint BytesMoved = 0x40, BusyCycles = 0x48;

    public const uint IrqDone = 1, IrqError = 2;
    public const uint QueueFull = unchecked((uint)-1), BadRequest = unchecked((uint)-2);
    public const uint MaxRows = 65535, MaxTotalBytes = int.MaxValue;
#pragma warning restore CS1591

    private static readonly RegisterField[] _interrupts =
    [
        new("DONE",  0, 0, "A transfer has completed."),
        new("ERROR", 1, 1, "A request was bad: see ERROR_CAUSE."),
    ];

    /// <summary>The register map, for the datasheet.</summary>
    public static readonly RegisterMap Map = new("DMA", 0x1000, "1-D and 2-D copies between memories, served in order. Each hart has its own SRC to ROWS, so no lock is needed. Word accesses.",
    [
        new(Src,           "SRC",            ReadWrite, "Address of the first row's source; a multiple of 4."),
        new(Dst,           "DST",            ReadWrite, "Address of the first row's destination; a multiple of 4. Source and destination must not overlap."),
        new(Bytes,         "BYTES",          ReadWrite, "Bytes of a row; a multiple of 4, above 0."),
        new(SrcStride,     "SRC_STRIDE",     ReadWrite, "Bytes from one row's source to the next's; a multiple of 4, may be negative."),
        new(DstStride,     "DST_STRIDE",     ReadWrite, "Bytes from one row's destination to the next's; a multiple of 4, may be negative."),
        new(Rows,          "ROWS",           ReadWrite, "Rows, 1 to 65535, with ROWS x BYTES below 2^31; 1 at reset, which makes a 1-D copy."),
        new(Launch,        "LAUNCH",         ReadActs,  "A read queues the transfer and returns its id, 1 or more, or a negative code."),
        new(Status,        "STATUS",         ReadOnly,  "Transfers in flight: queued or moving, of all harts."),
        new(Completed,     "COMPLETED",      ReadOnly,  "Id of the last completed transfer, 0 before the first; they complete in the order of their ids."),
        new(Wait,          "WAIT",           ReadActs,  "A read waits until no transfer of this hart is in flight, and returns COMPLETED."),
        new(IrqEnable,     "IRQ_ENABLE",     ReadWrite, "Events that interrupt.") { Fields = _interrupts },
        new(IrqStatus,     "IRQ_STATUS",     WriteOneToClear, "Events that have happened.") { Fields = _interrupts },
        new(ErrorCause,    "ERROR_CAUSE",    ReadOnly,  "Why the last bad request was refused; cleared with IRQ_STATUS.ERROR."),
        new(ErrorArgument, "ERROR_ARGUMENT", ReadOnly,  "The offending address or number."),
        new(Caps,          "CAPS",           ReadOnly,  "What this DMA can do.")
        {
            Fields = [new("BYTES_PER_CYCLE", 15, 0, "Width."), new("QUEUE_DEPTH", 31, 16, "Transfers that may be in flight.")],
        },
        new(BytesMoved,    "BYTES_MOVED",    ReadOnly,  "Bytes of completed transfers.", Bytes: 8, Stride: 8),
        new(BusyCycles,    "BUSY_CYCLES",    ReadOnly,  "Cycles with a transfer under way, start-up included.", Bytes: 8, Stride: 8),
    ],
    [
        new("QUEUE_FULL",        QueueFull,  "LAUNCH: as many transfers are in flight as CAPS allows; try again."),
        new("BAD_REQUEST",       BadRequest, "LAUNCH: refused, see ERROR_CAUSE."),
        new("ERROR_NONE",        (uint)DmaError.None,       "No bad request."),
        new("ERROR_MISALIGNED",  (uint)DmaError.Misaligned, "SRC, DST, BYTES or a used stride is not a multiple of 4."),
        new("ERROR_SIZE",        (uint)DmaError.Size,       "BYTES or ROWS is 0 or too large."),
        new("ERROR_UNMAPPED",    (uint)DmaError.Unmapped,   "The rows of SRC, or of DST, are not all in one memory."),
        new("ERROR_DEVICE",      (uint)DmaError.Device,     "A row lies in a device's registers."),
    ]);
}

/// <summary>Values of ERROR_CAUSE.</summary>
public enum DmaError : uint
{
    /// <summary>No error.</summary>
    None,

    /// <summary>An address, a size or a stride is not a multiple of 4.</summary>
    Misaligned,

    /// <summary>The bytes or rows are 0 or too large.</summary>
    Size,

    /// <summary>The rows do not all lie in one memory.</summary>
    Unmapped,

    /// <summary>A row lies in a device's registers.</summary>
    Device,
}
