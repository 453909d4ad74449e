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
}
