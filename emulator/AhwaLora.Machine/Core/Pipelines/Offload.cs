using AhwaLora.Machine.State;


namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>What the integer core hands to the FP subsystem or the shared multiplier and divider.</summary>
/// <param name="FloatSources">f registers read, one bit for each.</param>
/// <param name="Kind">Who executes it.</param>
/// <param name="Tag">Where its result goes (<see cref="ResultTag"/>).</param>
/// <param name="Latency">For a division or root: cycles in its unit.</param>
/// <param name="IsDirect">True if it bypasses an empty sequencer.</param>
/// <param name="ExtraCycles">For an FP access: latency of the memory beyond one cycle.</param>
/// <param name="Granted">For an FP access that needed a grant: the cycle of the grant.</param>
public readonly record struct Offload(
    uint FloatSources, OffloadKind Kind, byte Tag, byte Latency, bool IsDirect, uint ExtraCycles, ulong Granted)
{
    /// <summary>The slice of the unit for moves and comparisons: one per format.</summary>
    public byte Slice { get; init; }

    /// <summary>True if it is executed when the FP side issues it; false if it is executed already, in program order.</summary>
    public bool IsDeferred { get; init; }

    /// <summary>Its rounding mode.</summary>
    public byte Rounding { get; init; }

    /// <summary>The instruction, if it is deferred; the number of a stream's configuration register times 32, plus the lane's.</summary>
    public uint Word { get; init; }

    /// <summary>Operand from the integer core: an x register, an address, or the value of a configuration register.</summary>
    public uint Operand { get; init; }

    /// <summary>The flags that it has raised, if it is executed already: they show when its result leaves the FPU.</summary>
    public byte Flags { get; init; }

    /// <summary>True for what an ordinary core's program has: no slice of its own, nothing deferred, no flag raised.</summary>
    internal bool IsPlain => !IsDeferred && Slice == 0 && Flags == 0 && Kind != OffloadKind.DotProduct;

    /// <summary>Saves or restores its fields.</summary>
    internal static void SaveOrRestore(StateStream state, ref Offload offload)
    {
        var (floatSources, kind, tag, latency, isDirect, extraCycles, granted) = offload;
        state.Field(ref floatSources);
        state.Field(ref kind);
        state.Field(ref tag);
        state.Field(ref latency);
        state.Field(ref isDirect);
        state.Field(ref extraCycles);
        state.Field(ref granted);
        var (slice, isDeferred, rounding, word, operand) = (offload.Slice, offload.IsDeferred, offload.Rounding, offload.Word, offload.Operand);
        state.Field(ref slice);
        state.Field(ref isDeferred);
        state.Field(ref rounding);
        state.Field(ref word);
        state.Field(ref operand);
        var flags = offload.Flags;
        state.Field(ref flags);
        offload = new Offload(floatSources, kind, tag, latency, isDirect, extraCycles, granted)
        {
            Slice = slice,
            IsDeferred = isDeferred,
            Rounding = rounding,
            Word = word,
            Operand = operand,
            Flags = flags,
        };
    }
}

/// <summary>Who executes an offloaded instruction. The FPU's units come first, numbered as its output arbiter does.</summary>
public enum OffloadKind : byte
{
    /// <summary>FP addition, multiplication, fused multiply-add.</summary>
    AddMultiply,

    /// <summary>FP division and root.</summary>
    DivideSqrt,

    /// <summary>Moves, comparisons, sign injection, minimum, maximum, classification.</summary>
    NonComputational,

    /// <summary>Conversions.</summary>
    Convert,

    /// <summary>Dot products.</summary>
    DotProduct,

    /// <summary>FP load.</summary>
    FloatLoad,

    /// <summary>FP store.</summary>
    FloatStore,

    /// <summary>Switches the streams on or off.</summary>
    StreamSwitch,

    /// <summary>What the FPU never takes.</summary>
    Never,

    /// <summary>Integer multiplication.</summary>
    Multiply,

    /// <summary>Integer division.</summary>
    Divide,

    /// <summary>Read of a stream's configuration.</summary>
    StreamRead,

    /// <summary>Write of a stream's configuration.</summary>
    StreamWrite,

    /// <summary>Loop for the sequencer.</summary>
    Repeat,
}

/// <summary>Where a result goes, as one byte; 0 is an empty pipeline register.</summary>
public static class ResultTag
{
    /// <summary>Base of the tags for x registers: add the register number, 0-31.</summary>
    public const byte Integer = 0x80;

    /// <summary>Base of the tags for f registers: add the register number, 0-31.</summary>
    public const byte Float = 0x40;

    /// <summary>Base of the tags for f registers whose result also goes to a stream.</summary>
    public const byte Stream = 0x60;

    /// <summary>A store: it has no result.</summary>
    public const byte Nowhere = 0x20;

    /// <summary>The register's number.</summary>
    public static int Register(byte tag) => tag & 31;
}

/// <summary>An access on its way through the TCDM port.</summary>
/// <param name="Time">Cycle of its grant, or of its response.</param>
/// <param name="ExtraCycles">Latency beyond one cycle.</param>
/// <param name="Tag">Where a load's value goes.</param>
/// <param name="IsFloat">True if it is the FP subsystem's.</param>
public readonly record struct MemoryRequest(ulong Time, uint ExtraCycles, byte Tag, bool IsFloat)
{
    /// <summary>True for a later pass of a repeated instruction, which has no entry in the address queue.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Saves or restores its fields.</summary>
    internal static void SaveOrRestore(StateStream state, ref MemoryRequest request)
    {
        var (time, extraCycles, tag, isFloat) = request;
        state.Field(ref time);
        state.Field(ref extraCycles);
        state.Field(ref tag);
        state.Field(ref isFloat);
        var isRepeated = request.IsRepeated;
        state.Field(ref isRepeated);
        request = new MemoryRequest(time, extraCycles, tag, isFloat) { IsRepeated = isRepeated };
    }
}
