using System.Runtime.CompilerServices;

namespace AhwaLora.Machine.Isa;

// Conversions (F.7). The fast paths are what C casts compile to: float to integer towards zero, integer to float to
// nearest even. A conversion is exact iff converting back gives the operand. Integers are registers, signed or not.
public static partial class Float32
{
    private const float TwoTo31 = 2147483648f;
    private const float TwoTo32 = 4294967296f;

    /// <summary>FCVT.W.S: to a signed 32-bit integer; NV and saturation (F.7) if no integer is right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ToInt32(uint a, uint rm, ref uint fflags)
    {
        float x = AsFloat(a);
        bool isInRange = x >= -TwoTo31 && x < TwoTo31;
        if (rm != RoundingMode.TowardsZero || !isInRange) return SoftFloat32.ToInt32(a, rm, ref fflags);
        int truncated = float.ConvertToIntegerNative<int>(x);
        if (truncated != x) fflags |= FFlags.Inexact;
        return (uint)truncated;
    }

    /// <summary>FCVT.WU.S: to an unsigned 32-bit integer; NV and saturation (F.7) if no integer is right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ToUInt32(uint a, uint rm, ref uint fflags)
    {
        float x = AsFloat(a);
        bool isInRange = x > -1 && x < TwoTo32;
        if (rm != RoundingMode.TowardsZero || !isInRange) return SoftFloat32.ToUInt32(a, rm, ref fflags);
        long truncated = float.ConvertToIntegerNative<long>(x);
        if (truncated != x) fflags |= FFlags.Inexact;
        return (uint)truncated;
    }

    /// <summary>FCVT.S.W: from a signed 32-bit integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FromInt32(uint value, uint rm, ref uint fflags)
    {
        if (rm != RoundingMode.NearestEven) return SoftFloat32.FromInt32(value, rm, ref fflags);
        float r = (int)value;
        if (r != (double)(int)value) fflags |= FFlags.Inexact;
        return AsBits(r);
    }

    /// <summary>FCVT.S.WU: from an unsigned 32-bit integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FromUInt32(uint value, uint rm, ref uint fflags)
    {
        if (rm != RoundingMode.NearestEven) return SoftFloat32.FromUInt32(value, rm, ref fflags);
        float r = (long)value;
        if (r != (double)value) fflags |= FFlags.Inexact;
        return AsBits(r);
    }
}
