namespace AhwaLora.Machine.Isa;

/// <summary>What a packed operation does with one element of each operand.</summary>
internal interface ILaneOperation
{
    /// <summary>The element of the result.</summary>
    static abstract ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
        where TFormat : struct, IBinaryFormat;
}

/// <summary>
/// The packed operations of Snitch's FPU on a register's elements of one format. The flags of all elements are or-ed; boxing
/// plays no part.
/// </summary>
internal static class PackedFloat<TFormat, TOperation>
    where TFormat : struct, IBinaryFormat
    where TOperation : struct, ILaneOperation
{
    /// <summary>Element j of each operand makes element j of the result.</summary>
    public static ulong Each(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
    {
        var width = SoftFloat<TFormat>.Width;
        var element = ulong.MaxValue >> (64 - width);
        var result = 0UL;
        for (var at = 0; at < 64; at += width)
        {
            var raised = 0u;
            var value = TOperation.Apply<TFormat>(a >> at & element, b >> at & element, c >> at & element, rm, ref raised);
            fflags |= SnitchFloat.Correct<TFormat>(value, raised);
            result |= value << at;
        }

        return result;
    }

    /// <summary>As <see cref="Each"/>, with element 0 of the second operand for all.</summary>
    public static ulong Replicated(ulong a, ulong b, ulong c, uint rm, ref uint fflags) => Each(a, Replicate(b), c, rm, ref fflags);

    private static ulong Replicate(ulong b)
    {
        var width = SoftFloat<TFormat>.Width;
        var element = b & ulong.MaxValue >> (64 - width);
        var result = 0UL;
        for (var at = 0; at < 64; at += width) result |= element << at;
        return result;
    }
}

/// <summary>How the rounding of Snitch's FPU departs from the RISC-V specification, in operations that this does not define.</summary>
internal static class SnitchFloat
{
    /// <summary>
    /// Flags as the FPU raises them: underflow if the result is inexact and, rounded, subnormal or zero. A value that rounds up to the
    /// smallest normal number is none, though tiny by the specification (F.4).
    /// </summary>
    public static uint Correct<TFormat>(ulong result, uint raised)
        where TFormat : struct, IBinaryFormat =>
        SoftFloat<TFormat>.Magnitude(result) == SoftFloat<TFormat>.SmallestNormal ? raised & ~FFlags.Underflow : raised;

    /// <summary>Rounds an exact value.</summary>
    public static ulong Round<TFormat>(in ExactNumber exact, uint rm, ref uint fflags)
        where TFormat : struct, IBinaryFormat
    {
        var raised = 0u;
        var result = SoftFloat<TFormat>.Round(exact, rm, ref raised);
        fflags |= Correct<TFormat>(result, raised);
        return result;
    }

    /// <summary>A conversion between H and S; it raises NX for an infinity, too (measured).</summary>
    public static ulong Convert<TFrom, TTo>(ulong a, uint rm, ref uint fflags)
        where TFrom : struct, IBinaryFormat
        where TTo : struct, IBinaryFormat
    {
        var exact = SoftFloat<TFrom>.Unpack(a);
        if (exact.Kind == NumberKind.Infinite) fflags |= FFlags.Inexact;
        return Round<TTo>(exact, rm, ref fflags);
    }
}

/// <summary>The elements' operations.</summary>
internal static class Lanes
{
#pragma warning disable CS1591 // Named after the instructions.
    public readonly struct Add : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Add(a, b, rm, ref fflags);
    }

    public readonly struct Sub : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Sub(a, b, rm, ref fflags);
    }

    public readonly struct Mul : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Mul(a, b, rm, ref fflags);
    }

    public readonly struct Mac : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Fma(a, b, c, rm, ref fflags);
    }

    public readonly struct Mre : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.FnmSub(a, b, c, rm, ref fflags);
    }

    public readonly struct Min : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Min(a, b, ref fflags);
    }

    public readonly struct Max : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Max(a, b, ref fflags);
    }

    public readonly struct Sgnj : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Sgnj(a, b);
    }

    public readonly struct Sgnjn : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Sgnjn(a, b);
    }

    public readonly struct Sgnjx : ILaneOperation
    {
        public static ulong Apply<TFormat>(ulong a, ulong b, ulong c, uint rm, ref uint fflags)
            where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Sgnjx(a, b);
    }
#pragma warning restore CS1591
}
