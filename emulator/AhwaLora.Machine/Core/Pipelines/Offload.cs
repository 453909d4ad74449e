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
        offload = new Offload(floatSources, kind, tag, latency, isDirect, extraCycles, granted);
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

    /// <summary>FP load.</summary>
    FloatLoad,

    /// <summary>FP store.</summary>
    FloatStore,

    /// <summary>Integer multiplication.</summary>
    Multiply,

    /// <summary>Integer division.</summary>
    Divide,
}

/// <summary>Where a result goes, as one byte; 0 is an empty pipeline register.</summary>
public static class ResultTag
{
    /// <summary>Base of the tags for x registers: add the register number, 0-31.</summary>
    public const byte Integer = 0x80;

    /// <summary>Base of the tags for f registers: add the register number, 0-31.</summary>
    public const byte Float = 0x40;

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
    /// <summary>Saves or restores its fields.</summary>
    internal static void SaveOrRestore(StateStream state, ref MemoryRequest request)
    {
        var (time, extraCycles, tag, isFloat) = request;
        state.Field(ref time);
        state.Field(ref extraCycles);
        state.Field(ref tag);
        state.Field(ref isFloat);
        request = new MemoryRequest(time, extraCycles, tag, isFloat);
    }
}
