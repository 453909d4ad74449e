namespace AhwaLora.Machine.Isa;

/// <summary>The semantics of an instruction on whole registers of 64 bits (<see cref="Shape.Wide"/>): an x register's word is in the low half.</summary>
/// <param name="a">rs1.</param>
/// <param name="b">rs2.</param>
/// <param name="c">rs3, or rd's old value if the row names rd twice.</param>
/// <param name="rm">The rounding mode.</param>
/// <param name="fflags">Collects the flags raised.</param>
/// <returns>rd.</returns>
internal delegate ulong WideOperation(ulong a, ulong b, ulong c, uint rm, ref uint fflags);

/// <summary>The instructions that the F, D and Zfh extensions share, by format: <see cref="SoftFloat{TFormat}"/> on boxed registers.</summary>
internal static class ScalarFloat<TFormat>
    where TFormat : struct, IBinaryFormat
{
#pragma warning disable CS1591 // Named after the instructions.
    public static ulong Add(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Add(Unbox(a), Unbox(b), rm, ref fflags));

    public static ulong Sub(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Sub(Unbox(a), Unbox(b), rm, ref fflags));

    public static ulong Mul(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Mul(Unbox(a), Unbox(b), rm, ref fflags));

    public static ulong Div(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Div(Unbox(a), Unbox(b), rm, ref fflags));

    public static ulong Sqrt(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Sqrt(Unbox(a), rm, ref fflags));

    public static ulong MAdd(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Fma(Unbox(a), Unbox(b), Unbox(c), rm, ref fflags));

    public static ulong MSub(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.FmSub(Unbox(a), Unbox(b), Unbox(c), rm, ref fflags));

    public static ulong NmSub(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.FnmSub(Unbox(a), Unbox(b), Unbox(c), rm, ref fflags));

    public static ulong NmAdd(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.FnmAdd(Unbox(a), Unbox(b), Unbox(c), rm, ref fflags));

    public static ulong Sgnj(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Sgnj(Unbox(a), Unbox(b)));

    public static ulong Sgnjn(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Sgnjn(Unbox(a), Unbox(b)));

    public static ulong Sgnjx(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Sgnjx(Unbox(a), Unbox(b)));

    public static ulong Min(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Min(Unbox(a), Unbox(b), ref fflags));

    public static ulong Max(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.Max(Unbox(a), Unbox(b), ref fflags));

    public static ulong Eq(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => SoftFloat<TFormat>.Eq(Unbox(a), Unbox(b), ref fflags);

    public static ulong Lt(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => SoftFloat<TFormat>.Lt(Unbox(a), Unbox(b), ref fflags);

    public static ulong Le(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => SoftFloat<TFormat>.Le(Unbox(a), Unbox(b), ref fflags);

    public static ulong Classify(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => SoftFloat<TFormat>.Classify(Unbox(a));

    public static ulong ToInt32(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => (uint)SoftFloat<TFormat>.ToInteger(Unbox(a), rm, int.MinValue, int.MaxValue, ref fflags);

    public static ulong ToUInt32(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => (uint)SoftFloat<TFormat>.ToInteger(Unbox(a), rm, uint.MinValue, uint.MaxValue, ref fflags);

    public static ulong FromInt32(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.FromInteger((int)a, rm, ref fflags));

    public static ulong FromUInt32(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Box(SoftFloat<TFormat>.FromInteger((uint)a, rm, ref fflags));

    public static ulong Convert<TFrom>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
        where TFrom : struct, IBinaryFormat => Box(SoftFloat<TFormat>.Convert<TFrom>(NanBoxing.Unbox<TFrom>(a), rm, ref fflags));
#pragma warning restore CS1591

    /// <summary>Loads and moves into a register.</summary>
    public static ulong Boxed(ulong value) => Box(value);

    private static ulong Box(ulong value) => NanBoxing.Box<TFormat>(value);

    private static ulong Unbox(ulong register) => NanBoxing.Unbox<TFormat>(register);
}
