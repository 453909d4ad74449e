using AhwaLora.Machine.Bus.Registers;
using static AhwaLora.Machine.Bus.Registers.RegisterAccess;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>
/// The registers of an analog tile, one 4 KiB page. The head (00-14) follows the PULP HWPE convention. Registers are
/// words and take word accesses only; anything else is an access fault. Addresses and strides are in bytes.
/// </summary>
public static class AimcTileRegisters
{
#pragma warning disable CS1591 // Offsets: the map below describes them.
    public const uint
        Trigger = 0x00, Acquire = 0x04, Finished = 0x08, Status = 0x0C, RunningJob = 0x10, SoftClear = 0x14,
        IrqEnable = 0x18, IrqStatus = 0x1C, Caps = 0x20, Version = 0x24, Mode = 0x28, TIntNs = 0x2C, Wait = 0x30, WaitJob = 0x34, Size = 0x38,
        Src = 0x40, Dst = 0x44, SrcStride = 0x48, DstStride = 0x4C, Vectors = 0x50, FirstRow = 0x54, Rows = 0x58,
        FirstColumn = 0x5C, Columns = 0x60, Flags = 0x64, Scale = 0x68, Bias = 0x6C, Tag = 0x70, RunningTag = 0x74, FinishedTag = 0x78,
        BusyCycles = 0x80, Mvms = 0x88, BoundPasses = 0x90, DacClips = 0x98, AdcSaturations = 0xA0, EnergyFj = 0xA8,
        ProgramWeights = 0xB0, ProgramStride = 0xB4, ProgramRows = 0xB8, ProgramColumns = 0xBC,
        ProgramStart = 0xC0, ProgramStatus = 0xC4, ProgramRmsError = 0xC8, ProgramPulses = 0xCC,
        CalibrateStart = 0xD0, CalibrateStatus = 0xD4, CalibrateReference = 0xD8, CalibrateResponse = 0xDC, CalibrateAlpha = 0xE0,
        Age = 0xE8, AgeAdvance = 0xEC, ErrorCause = 0xF0, ErrorArgument = 0xF4, Saturation = 0x100;
#pragma warning restore CS1591

    /// <summary>The largest number of input lines, and of output lines, of a tile.</summary>
    public const int LongestSide = 4_096;

    /// <summary>Words of the saturation bitmap: 512 columns.</summary>
    public const int SaturationWords = 16;

    /// <summary>The largest number of vectors of one job.</summary>
    public const uint MaxVectors = 65_535;

    /// <summary>Longest integration time, in ns.</summary>
    public const uint MaxTIntNs = 65_535;

    /// <summary>VERSION: major 31:16, minor 15:0.</summary>
    public const uint VersionValue = 0x0001_0001;

    /// <summary>The register map, for the datasheet.</summary>
    public static RegisterMap Map { get; } = new("TILE", 0x1000, "Analog in-memory-computing tile: y = W x for jobs of vectors. A row is an input line, a column an output line. Word accesses.",
    [
        new(Trigger,            "TRIGGER",             ReadWrite, "Write: queues the job in the hart's context. Read: number of the hart's latest job; 1 is the first since the last clear, 0 means none."),
        new(Acquire,            "ACQUIRE",             ReadActs,  "A read locks a free job context for its hart and returns the context's id, or a negative code. "
            + "A hart that holds a context gets the same one again. Its registers keep the values of its last job."),
        new(Finished,           "FINISHED",            ReadOnly,  "Jobs finished since the last clear; jobs finish in the order of their numbers."),
        new(Status,             "STATUS",              ReadOnly,  "What the tile is doing.")
        {
            Fields =
            [
                new("BUSY", 0, 0, "A job runs."),
                new("PROGRAMMING", 1, 1, "Weights are being written: the tile is locked."),
                new("CALIBRATING", 2, 2, "The response is being measured: the tile is locked."),
                new("ERROR", 3, 3, "ERROR_CAUSE is not 0."),
                new("PENDING", 7, 4, "Jobs triggered and not finished."),
                new("FREE", 11, 8, "Contexts that ACQUIRE could lock."),
            ],
        },
        new(RunningJob,         "RUNNING_JOB",         ReadOnly,  "Number of the oldest unfinished job; 0 = none."),
        new(SoftClear,          "SOFT_CLEAR",          WriteOnly, "Any value: aborts all jobs, frees and zeroes the contexts, zeroes job numbers, FINISHED, IRQ_ENABLE, "
            + "IRQ_STATUS, errors and saturation bits; weights, age, alpha, T_INT_NS and counters stay; a programming or calibration that has begun goes on."),
        new(IrqEnable,          "IRQ_ENABLE",          ReadWrite, "Interrupt line = any bit of IRQ_ENABLE and IRQ_STATUS.") { Fields = Interrupts() },
        new(IrqStatus,          "IRQ_STATUS",          WriteOneToClear, "What has happened.") { Fields = Interrupts() },
        new(Caps,               "CAPS",                ReadOnly,  "What this tile offers: read it before assuming a size.")
        {
            Fields =
            [
                new("ROWS", 10, 0, "Input lines; 2047 if there are more: see SIZE."),
                new("COLUMNS", 21, 11, "Output lines; 2047 if there are more: see SIZE."),
                new("DAC_BITS", 25, 22, "0 = ideal."),
                new("ADC_BITS", 29, 26, "0 = ideal."),
                new("CONTEXTS", 31, 30, "Job contexts, less one."),
            ],
        },
        new(Version,            "VERSION",             ReadOnly,  "Of this interface.") { Fields = [new("MAJOR", 31, 16, "Changes that break firmware."), new("MINOR", 15, 0, "Additions.")] },
        new(Mode,               "MODE",                ReadOnly,  "How the tile computes, as the platform set it.")
        {
            Fields =
            [
                new("ABS_MAX", 0, 0, "Inputs are scaled by their largest magnitude; else by a constant."),
                new("BOUND_MANAGEMENT", 1, 1, "A saturating vector is repeated with halved inputs."),
                new("DEVICE_NOISE", 2, 2, "Conductances are noisy and drift."),
                new("TIMING_ONLY", 3, 3, "The tile holds no weights: outputs are zeros, in the time of real ones."),
            ],
        },
        new(TIntNs,             "T_INT_NS",            ReadWrite, "Integration time of one pass, 1 to 65535 ns; a job uses the value at its trigger."),
        new(Wait,               "WAIT",                ReadActs,  "A read waits until the tile is idle - no job, programming or calibration - and returns FINISHED."),
        new(WaitJob,            "WAIT_JOB",            ReadActs,  "Write: the number of a job, kept for each hart. Read: waits until FINISHED has reached it, or the tile is idle, and returns FINISHED."),
        new(Size,               "SIZE",                ReadOnly,  "How large the tile is.") { Fields = [new("ROWS", 15, 0, "Input lines."), new("COLUMNS", 31, 16, "Output lines.")] },

        new(Src,                "SRC",                 ReadWrite, "Context: address of the first input vector; word aligned, as all addresses and strides."),
        new(Dst,                "DST",                 ReadWrite, "Context: address of the first output vector."),
        new(SrcStride,          "SRC_STRIDE",          ReadWrite, "Context: bytes from one input vector to the next; 0 repeats the same."),
        new(DstStride,          "DST_STRIDE",          ReadWrite, "Context: bytes from one output vector to the next."),
        new(Vectors,            "VECTORS",             ReadWrite, "Context: number of vectors, 1 to 65535."),
        new(FirstRow,           "FIRST_ROW",           ReadWrite, "Context: first input line of the region."),
        new(Rows,               "ROWS",                ReadWrite, "Context: input lines; elements of an input vector."),
        new(FirstColumn,        "FIRST_COLUMN",        ReadWrite, "Context: first output line of the region."),
        new(Columns,            "COLUMNS",             ReadWrite, "Context: output lines; elements of an output vector."),
        new(Flags,              "FLAGS",               ReadWrite, "Context: options of the job; other bits must be 0.")
        {
            Fields =
            [
                new("ACCUMULATE", 0, 0, "DST = DST + y, one addition per element in the format of DST; reading DST doubles the stream-out time."),
                new("RAW", 1, 1, "SRC holds int8 DAC codes and DST takes int8 ADC codes, four per word: one pass, no scaling, no SCALE, alpha or BIAS; not with ACCUMULATE or HALF."),
                new("HALF", 2, 2, "SRC and DST hold binary16, two per word. Each element of y is rounded once, to nearest even, before ACCUMULATE adds it; SCALE and BIAS stay float32."),
            ],
        },
        new(Scale,              "SCALE",               ReadWrite, "Context: address of float32 factors, one per column, in addition to the scales that the weights were mapped with; 0 = none; read once per job."),
        new(Bias,               "BIAS",                ReadWrite, "Context: address of float32 addends, one per column; 0 = none; read once per job."),
        new(Tag,                "TAG",                 ReadWrite, "Context: any number by which the firmware recognizes the job."),
        new(RunningTag,         "RUNNING_TAG",         ReadOnly,  "TAG of the oldest unfinished job; 0 = none."),
        new(FinishedTag,        "FINISHED_TAG",        ReadOnly,  "TAG of the job finished last."),

        new(BusyCycles,         "BUSY_CYCLES",         ReadOnly,  "Cycles in which a job, programming or calibration ran; read high, low, high.", Bytes: 8, Stride: 8),
        new(Mvms,               "MVMS",                ReadOnly,  "Vectors multiplied, each counted once.", Bytes: 8, Stride: 8),
        new(BoundPasses,        "BOUND_PASSES",        ReadOnly,  "Further passes of bound management.", Bytes: 8, Stride: 8),
        new(DacClips,           "DAC_CLIPS",           ReadOnly,  "Inputs beyond the DAC's bound, over all passes.", Bytes: 8, Stride: 8),
        new(AdcSaturations,     "ADC_SATURATIONS",     ReadOnly,  "Outputs beyond the ADC's bound, over all passes.", Bytes: 8, Stride: 8),
        new(EnergyFj,           "ENERGY_FJ",           ReadOnly,  "Femtojoules spent in passes and programming.", Bytes: 8, Stride: 8),

        new(ProgramWeights,     "PROGRAM_WEIGHTS",     ReadWrite, "Address of float32 weights [out, in]: PROGRAM_COLUMNS.COUNT lines of PROGRAM_ROWS.COUNT values."),
        new(ProgramStride,      "PROGRAM_STRIDE",      ReadWrite, "Bytes from the weights of one column to those of the next."),
        new(ProgramRows,        "PROGRAM_ROWS",        ReadWrite, "Input lines of the region; at reset the region that the host programmed, or the whole tile.") { Fields = Range() },
        new(ProgramColumns,     "PROGRAM_COLUMNS",     ReadWrite, "Output lines of the region.") { Fields = Range() },
        new(ProgramStart,       "PROGRAM_START",       WriteOnly, "Any value: reads the weights and programs the region. The tile is locked until that is done; then its age is 0."),
        new(ProgramStatus,      "PROGRAM_STATUS",      ReadOnly,  "The programming started last.") { Fields = Progress() },
        new(ProgramRmsError,    "PROGRAM_RMS_ERROR",   ReadOnly,  "Float32: root mean square of programmed less intended conductance, microsiemens."),
        new(ProgramPulses,      "PROGRAM_PULSES",      ReadOnly,  "Pulses that the last programming took."),

        new(CalibrateStart,     "CALIBRATE_START",     WriteOnly, "Measures the region in PROGRAM_ROWS and PROGRAM_COLUMNS: 1 = take the response as reference R0, alpha = 1; 2 = alpha = R0/R; takes one MVM per input line.")
        {
            Fields = [new("COMMAND", 1, 0, "1 or 2.")],
        },
        new(CalibrateStatus,    "CALIBRATE_STATUS",    ReadOnly,  "The calibration started last.") { Fields = Progress() },
        new(CalibrateReference, "CALIBRATE_REFERENCE", ReadOnly,  "Float32: R0, the mean magnitude of the response after programming; 0 = not measured."),
        new(CalibrateResponse,  "CALIBRATE_RESPONSE",  ReadOnly,  "Float32: the mean magnitude measured last."),
        new(CalibrateAlpha,     "CALIBRATE_ALPHA",     ReadWrite, "Float32: factor on every output; finite."),

        new(Age,                "AGE",                 ReadOnly,  "Float32: seconds since programming: simulated time and advances."),
        new(AgeAdvance,         "AGE_ADVANCE",         WriteOnly, "Float32: lets that many seconds pass for the devices, then reads them again; not while the tile computes."),
        new(ErrorCause,         "ERROR_CAUSE",         ReadOnly,  "What was wrong last; cleared, with ERROR_ARGUMENT, by IRQ_STATUS.ERROR."),
        new(ErrorArgument,      "ERROR_ARGUMENT",      ReadOnly,  "The value that was wrong."),
        new(Saturation,         "SATURATION",          WriteOneToClear, "A bit for each column that has saturated in any pass; columns beyond 511 share bits modulo 512.", SaturationWords),
    ],
    [
        new("ACQUIRE_FULL", unchecked((uint)AcquireFull), "ACQUIRE: no context is free."),
        new("ACQUIRE_LOCKED", unchecked((uint)AcquireLocked), "ACQUIRE: the tile is programmed or calibrated."),
        new("CALIBRATE_COMMAND_REFERENCE", 1, "CALIBRATE_START."),
        new("CALIBRATE_COMMAND_COMPENSATE", 2, "CALIBRATE_START."),
        new("ERROR_NONE", (uint)AimcTileError.None, "No error."),
        new("ERROR_NOT_ACQUIRED", (uint)AimcTileError.NotAcquired, "TRIGGER or a context register written without ACQUIRE; argument: the register's offset."),
        new("ERROR_ROWS", (uint)AimcTileError.Rows, "No rows, or rows outside the tile; argument: first << 16 | count."),
        new("ERROR_COLUMNS", (uint)AimcTileError.Columns, "No columns, or columns outside the tile; argument: first << 16 | count."),
        new("ERROR_VECTORS", (uint)AimcTileError.Vectors, "No vectors, or more than 65535; argument: VECTORS."),
        new("ERROR_FLAGS", (uint)AimcTileError.Flags, "Unknown flags, RAW with ACCUMULATE or HALF, or RAW with converters that are off or wider than 8 bits; argument: FLAGS."),
        new("ERROR_MISALIGNED", (uint)AimcTileError.Misaligned, "An address or stride that is not a multiple of 4; argument: it."),
        new("ERROR_UNMAPPED", (uint)AimcTileError.Unmapped, "Not all of an operand lies in one memory; argument: its address."),
        new("ERROR_INPUT", (uint)AimcTileError.Input, "An input vector with a NaN or infinite element: its output is not written; argument: the element's address."),
        new("ERROR_WEIGHT", (uint)AimcTileError.Weight, "A NaN or infinite weight; argument: its address."),
        new("ERROR_BUSY", (uint)AimcTileError.Busy, "Programming, calibration or ageing was requested while the tile computes; argument: the register's offset."),
        new("ERROR_NO_REFERENCE", (uint)AimcTileError.NoReference, "Alpha was requested before the reference was measured; argument: 0."),
        new("ERROR_VALUE", (uint)AimcTileError.Value, "T_INT_NS, CALIBRATE_START, CALIBRATE_ALPHA or AGE_ADVANCE out of range; argument: the value written."),
    ]);

    /// <summary>ACQUIRE: no context is free.</summary>
    public const int AcquireFull = -1;

    /// <summary>ACQUIRE: a programming or calibration of the tile is in progress.</summary>
    public const int AcquireLocked = -2;

    private static RegisterField[] Interrupts() =>
    [
        new("DONE", 0, 0, "A job has finished."),
        new("QUEUE_EMPTY", 1, 1, "The last triggered job has finished."),
        new("ADC_SATURATED", 2, 2, "An output lay beyond the ADC's bound, in any pass."),
        new("BOUND_LIMIT", 3, 3, "An output left the tile clipped: bound management is off or gave up."),
        new("PROGRAM_DONE", 4, 4, "Programming has ended."),
        new("CALIBRATION_DONE", 5, 5, "Calibration has ended."),
        new("ERROR", 6, 6, "ERROR_CAUSE was set."),
    ];

    private static RegisterField[] Range() => [new("FIRST", 31, 16, "First line."), new("COUNT", 15, 0, "Number of lines.")];

    private static RegisterField[] Progress() => [new("BUSY", 0, 0, "Under way."), new("DONE", 1, 1, "Ended.")];
}

/// <summary>Values of ERROR_CAUSE; for their meaning see <see cref="AimcTileRegisters.Map"/>.</summary>
public enum AimcTileError : uint
{
#pragma warning disable CS1591 // The map says what each means.
    None, NotAcquired, Rows, Columns, Vectors, Flags, Misaligned, Unmapped, Input, Weight, Busy, NoReference, Value,
#pragma warning restore CS1591
}
