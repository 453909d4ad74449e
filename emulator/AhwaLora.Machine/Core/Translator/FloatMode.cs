using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>How floating-point instructions are translated; regions that hold any are valid in one mode only.</summary>
internal enum FloatMode : byte
{
    /// <summary>The region holds none: valid in any mode.</summary>
    Any,

    /// <summary>mstatus.FS is not dirty, frm is reserved, or an f register holds no value in single precision: left to the interpreter.</summary>
    Interpreted,

    /// <summary>To nearest even, and NX has yet to be raised: an inexact result is left to the interpreter.</summary>
    Exact,

    /// <summary>To nearest even, with NX accrued already: an ordinary result raises nothing more.</summary>
    Inexact,

    /// <summary>frm holds another rounding mode: every operation calls its row.</summary>
    Directed,
}

/// <summary>The mode that a hart is in.</summary>
internal static class FloatModes
{
    /// <summary>How to translate what is to run on <paramref name="hart"/> now.</summary>
    public static FloatMode Of(Hart hart) =>
        (hart.Mstatus & MstatusBits.Fs) != MstatusBits.Fs || !RoundingMode.IsValid(hart.Frm) || !hart.F.AreSingle ? FloatMode.Interpreted
        : hart.Frm != RoundingMode.NearestEven ? FloatMode.Directed
        : (hart.Fflags & FFlags.Inexact) != 0 ? FloatMode.Inexact
        : FloatMode.Exact;
}
