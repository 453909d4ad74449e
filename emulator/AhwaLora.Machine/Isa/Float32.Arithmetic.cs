using System.Runtime.CompilerServices;

namespace AhwaLora.Machine.Isa;

// Computational instructions (F.6), bits in and bits out, on HostFloat32.
public static partial class Float32
{
    /// <summary>FADD.S: a + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint a, uint b, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.Add(AsFloat(a), AsFloat(b), rm, ref fflags));

    /// <summary>FSUB.S: a - b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sub(uint a, uint b, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.Sub(AsFloat(a), AsFloat(b), rm, ref fflags));

    /// <summary>FMUL.S: a * b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mul(uint a, uint b, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.Mul(AsFloat(a), AsFloat(b), rm, ref fflags));

    /// <summary>FDIV.S: a / b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Div(uint a, uint b, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.Div(AsFloat(a), AsFloat(b), rm, ref fflags));

    /// <summary>FSQRT.S: the square root of a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Sqrt(uint a, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.Sqrt(AsFloat(a), rm, ref fflags));

    /// <summary>FMADD.S: a * b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Fma(uint a, uint b, uint c, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.Fma(AsFloat(a), AsFloat(b), AsFloat(c), rm, ref fflags));

    /// <summary>FMSUB.S: a * b - c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FmSub(uint a, uint b, uint c, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.FmSub(AsFloat(a), AsFloat(b), AsFloat(c), rm, ref fflags));

    /// <summary>FNMSUB.S: -(a * b) + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FnmSub(uint a, uint b, uint c, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.FnmSub(AsFloat(a), AsFloat(b), AsFloat(c), rm, ref fflags));

    /// <summary>FNMADD.S: -(a * b) - c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FnmAdd(uint a, uint b, uint c, uint rm, ref uint fflags) =>
        AsBits(HostFloat32.FnmAdd(AsFloat(a), AsFloat(b), AsFloat(c), rm, ref fflags));

    // For code specialised on "rounding to nearest even, NX already accrued"; see HostFloat32.

    /// <summary><see cref="Add"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AddSticky(uint a, uint b, ref uint fflags) =>
        AsBits(HostFloat32.AddSticky(AsFloat(a), AsFloat(b), ref fflags));

    /// <summary><see cref="Sub"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SubSticky(uint a, uint b, ref uint fflags) =>
        AsBits(HostFloat32.SubSticky(AsFloat(a), AsFloat(b), ref fflags));

    /// <summary><see cref="Mul"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MulSticky(uint a, uint b, ref uint fflags) =>
        AsBits(HostFloat32.MulSticky(AsFloat(a), AsFloat(b), ref fflags));

    /// <summary><see cref="Div"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint DivSticky(uint a, uint b, ref uint fflags) =>
        AsBits(HostFloat32.DivSticky(AsFloat(a), AsFloat(b), ref fflags));

    /// <summary><see cref="Sqrt"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint SqrtSticky(uint a, ref uint fflags) =>
        AsBits(HostFloat32.SqrtSticky(AsFloat(a), ref fflags));

    /// <summary><see cref="Fma"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FmaSticky(uint a, uint b, uint c, ref uint fflags) =>
        AsBits(HostFloat32.FmaSticky(AsFloat(a), AsFloat(b), AsFloat(c), ref fflags));

    /// <summary><see cref="FmSub"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FmSubSticky(uint a, uint b, uint c, ref uint fflags) =>
        AsBits(HostFloat32.FmSubSticky(AsFloat(a), AsFloat(b), AsFloat(c), ref fflags));

    /// <summary><see cref="FnmSub"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FnmSubSticky(uint a, uint b, uint c, ref uint fflags) =>
        AsBits(HostFloat32.FnmSubSticky(AsFloat(a), AsFloat(b), AsFloat(c), ref fflags));

    /// <summary><see cref="FnmAdd"/> to nearest even, once <paramref name="fflags"/> holds NX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FnmAddSticky(uint a, uint b, uint c, ref uint fflags) =>
        AsBits(HostFloat32.FnmAddSticky(AsFloat(a), AsFloat(b), AsFloat(c), ref fflags));
}
