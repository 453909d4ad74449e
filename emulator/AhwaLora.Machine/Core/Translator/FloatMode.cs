using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>How floating-point instructions are translated. A region that holds any is valid in one mode only.</summary>
internal enum FloatMode : byte
{
    /// <summary>The region holds no floating-point instruction: it is valid in any mode.</summary>
    Any,

    /// <summary>mstatus.FS is not dirty, frm is reserved, or an f register does not hold a value in single precision: the interpreter executes the instructions.</summary>
    Interpreted,

    /// <summary>To nearest even, and NX is not yet raised: the interpreter executes an operation with an inexact result.</summary>
    Exact,

    /// <summary>To nearest even, and NX is already raised: an ordinary result raises no further flag.</summary>
    Inexact,

    /// <summary>frm holds another rounding mode: every operation calls its row.</summary>
    Directed,
}

/// <summary>The mode that a hart is in.</summary>
internal static class FloatModes
{
    /// <summary>How to translate code that runs on <paramref name="hart"/> now.</summary>
    public static FloatMode Of(Hart hart) =>
        (hart.Mstatus & MstatusBits.Fs) != MstatusBits.Fs || !RoundingMode.IsValid(hart.Frm) || !hart.F.AreSingle ? FloatMode.Interpreted
        : hart.Frm != RoundingMode.NearestEven ? FloatMode.Directed
        : (hart.Fflags & FFlags.Inexact) != 0 ? FloatMode.Inexact
        : FloatMode.Exact;
}
