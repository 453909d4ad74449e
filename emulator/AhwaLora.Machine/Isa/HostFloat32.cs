using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using static AhwaLora.Machine.Isa.Float32;
using HostFma = System.Runtime.Intrinsics.X86.Fma;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// The operations of <see cref="Float32"/>, done with the host's arithmetic: small inlined bodies, on values that stay in
/// floating-point registers. They leave every hard case to <see cref="SoftFloat32"/>. A <c>float</c> here is a
/// guest's 32 bits, signalling NaNs included: moving one does not change it.
/// </summary>
/// <remarks>
/// When rounding to nearest even, host and hart agree on the result, and exactness can be tested without the host's
/// flags. If r = x op y is not zero, tiny, infinite or NaN (<see cref="IsOrdinary"/>), inexact is the only flag
/// that can be raised, and
/// <code>
///   x + y     is exact iff r - x = y and r - y = x     the difference to the larger operand is itself exact
///   x * y     is exact iff r = x * y in binary64       24 + 24 bits of product fit 53
///   x / y     is exact iff r * y = x in binary64
///   sqrt x    is exact iff r * r = x in binary64
///   x * y + z is exact iff r - z = p and r - p = z     in binary64, with p = x * y exact there
/// </code>
/// .NET evaluates each operation in the precision of its type and never contracts two into one.
/// </remarks>
public static class HostFloat32
{
    /// <summary>x + y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float x, float y, uint rm, ref uint fflags)
    {
        float r = x + y;
        if (rm != RoundingMode.NearestEven || !IsOrdinary(r)) return SoftAdd(x, y, rm, ref fflags);
        if (r - x != y || r - y != x) fflags |= FFlags.Inexact;
        return r;
    }

    /// <summary>x - y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sub(float x, float y, uint rm, ref uint fflags) => Add(x, -y, rm, ref fflags);

    /// <summary>x * y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Mul(float x, float y, uint rm, ref uint fflags)
    {
        float r = x * y;
        if (rm != RoundingMode.NearestEven || !IsOrdinary(r)) return SoftMul(x, y, rm, ref fflags);
        if ((double)x * y != r) fflags |= FFlags.Inexact;
        return r;
    }

    /// <summary>x / y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Div(float x, float y, uint rm, ref uint fflags)
    {
        float r = x / y;
        if (rm != RoundingMode.NearestEven || !IsOrdinary(r)) return SoftDiv(x, y, rm, ref fflags);
        if ((double)r * y != x) fflags |= FFlags.Inexact;
        return r;
    }

    /// <summary>The square root of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float x, uint rm, ref uint fflags)
    {
        float r = MathF.Sqrt(x);
        if (rm != RoundingMode.NearestEven || !IsOrdinary(r)) return SoftSqrt(x, rm, ref fflags);
        if ((double)r * r != x) fflags |= FFlags.Inexact;
        return r;
    }

    /// <summary>x * y + z, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fma(float x, float y, float z, uint rm, ref uint fflags)
    {
        if (!HostHasFma || rm != RoundingMode.NearestEven) return SoftFma(x, y, z, rm, ref fflags);
        float r = MathF.FusedMultiplyAdd(x, y, z);
        if (!IsOrdinary(r)) return SoftFma(x, y, z, rm, ref fflags);
        double product = (double)x * y;
        if ((double)r - z != product || r - product != z) fflags |= FFlags.Inexact;
        return r;
    }

    /// <summary>x * y - z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FmSub(float x, float y, float z, uint rm, ref uint fflags) => Fma(x, y, -z, rm, ref fflags);

    /// <summary>-(x * y) + z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FnmSub(float x, float y, float z, uint rm, ref uint fflags) => Fma(-x, y, z, rm, ref fflags);

    /// <summary>-(x * y) - z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FnmAdd(float x, float y, float z, uint rm, ref uint fflags) => Fma(-x, y, -z, rm, ref fflags);

    /// <summary>A constant for the JIT. Without the instruction, .NET would call the host's libm.</summary>
    private static bool HostHasFma => HostFma.IsSupported || AdvSimd.IsSupported;

    /// <summary>
    /// True if a result rounded to nearest can raise no flag except inexact: it is not zero, tiny, infinite or NaN. The
    /// smallest normal number is excluded too: a value that is tiny after rounding can become it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinary(float r) =>
        (AsBits(r) & ~SignBit) - (SmallestNormal + 1) < Infinity - (SmallestNormal + 1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float SoftAdd(float x, float y, uint rm, ref uint fflags) =>
        AsFloat(SoftFloat32.Add(AsBits(x), AsBits(y), rm, ref fflags));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float SoftMul(float x, float y, uint rm, ref uint fflags) =>
        AsFloat(SoftFloat32.Mul(AsBits(x), AsBits(y), rm, ref fflags));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float SoftDiv(float x, float y, uint rm, ref uint fflags) =>
        AsFloat(SoftFloat32.Div(AsBits(x), AsBits(y), rm, ref fflags));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float SoftSqrt(float x, uint rm, ref uint fflags) =>
        AsFloat(SoftFloat32.Sqrt(AsBits(x), rm, ref fflags));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float SoftFma(float x, float y, float z, uint rm, ref uint fflags) =>
        AsFloat(SoftFloat32.Fma(AsBits(x), AsBits(y), AsBits(z), rm, ref fflags));
}
