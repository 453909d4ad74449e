using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Numerics;

/// <summary>
/// The functions that the analog tile needs, on eight float lanes at a time. They use only + - * / sqrt, fused
/// multiply-add and integer operations, each of which IEEE 754 (or arithmetic) fixes to the bit. The runtime lowers
/// eight lanes to one AVX-512, two AVX, four NEON or eight scalar operations; the lanes never meet, so the width
/// of the machine cannot change a result, and no libm is called.
/// </summary>
public static class LaneMath
{
    /// <summary>Lanes in a <see cref="Lanes"/>.</summary>
    public const int Width = 8;

    // ln 2 in two parts: the upper has 15 bits, so that an exponent times it is exact.
    private const float Ln2High = 0.693145751953125f, Ln2Low = 1.42860682e-6f, Log2E = 1.44269504f;

    /// <summary>Natural logarithm of positive, normal, finite x; error below 1 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Ln(Lanes x)
    {
        // x = 2^e m with m in [2/3, 4/3); ln m = f - f^2/2 + f^3 P(f) with f = m - 1.
        Vector256<int> bits = x.AsInt32();
        Vector256<int> e = (bits - Vector256.Create(0x3F2AAAAB)) >> 23;
        Lanes f = (bits - (e << 23)).AsSingle() - Lanes.One;
        Lanes p = Vector256.Create(0.113306173f);
        p = Fma(p, f, -0.124222006f);
        p = Fma(p, f, 0.109156548f);
        p = Fma(p, f, -0.122887216f);
        p = Fma(p, f, 0.142918672f);
        p = Fma(p, f, -0.166733163f);
        p = Fma(p, f, 0.199999484f);
        p = Fma(p, f, -0.249999442f);
        p = Fma(p, f, 0.333333333f);
        Lanes exponent = Vector256.ConvertToSingle(e);
        Lanes tail = Fma(f * f, Fma(f, p, -0.5f), exponent * Ln2Low);
        return Fma(exponent, Vector256.Create(Ln2High), f + tail);
    }

    /// <summary>e^x; error below 1 ulp. Arguments are held to [-87, 88], where the result is normal and finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp(Lanes x)
    {
        x = Clamp(x, -87f, 88f);
        Lanes n = RoundEven(x * Log2E);
        Lanes r = Fma(n, Vector256.Create(-Ln2High), x);
        r = Fma(n, Vector256.Create(-Ln2Low), r);
        Lanes q = Vector256.Create(1.98910932e-4f);
        q = Fma(q, r, 1.39336751e-3f);
        q = Fma(q, r, 8.33331081e-3f);
        q = Fma(q, r, 4.16664647e-2f);
        q = Fma(q, r, 0.166666667f);
        q = Fma(q, r, 0.5f);
        Lanes power = Fma(r * r, q, r) + Lanes.One;
        return (power.AsInt32() + (Vector256.ConvertToInt32(n) << 23)).AsSingle();
    }

    /// <summary>Sine and cosine of a fraction of a full turn, word / 2^32; errors below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes Sin, Lanes Cos) SinCosTurn(Vector256<uint> word)
    {
        const float RadiansPerUnit = 1.46291808e-9f; // 2 pi / 2^32
        // The nearest quarter turn k, and the angle from it within +-pi/4.
        Vector256<uint> k = (word + Vector256.Create(0x2000_0000u)) >>> 30;
        Lanes t = Vector256.ConvertToSingle((word - (k << 30)).AsInt32()) * RadiansPerUnit;
        Lanes t2 = t * t;
        Lanes s = Fma(Fma(Vector256.Create(-1.95878909e-4f), t2, 8.33274827e-3f), t2, -0.166666647f);
        Lanes c = Fma(Fma(Vector256.Create(2.45479421e-5f), t2, -1.38883030e-3f), t2, 0.0416666647f);
        s = Fma(t * t2, s, t);
        c = Fma(t2 * t2, c, Fma(t2, Vector256.Create(-0.5f), 1f));
        Lanes odd = (Vector256<uint>.Zero - (k & Vector256<uint>.One)).AsSingle();
        Vector256<uint> sinSign = (k >>> 1) << 31, cosSign = ((k + Vector256<uint>.One) >>> 1) << 31;
        return (
            (Vector256.ConditionalSelect(odd, c, s).AsUInt32() ^ sinSign).AsSingle(),
            (Vector256.ConditionalSelect(odd, s, c).AsUInt32() ^ cosSign).AsSingle());
    }

    /// <summary>
    /// Two independent standard normals from two random words, after Box and Muller (1958): radius sqrt(-2 ln u) with
    /// u = (floor(word0 / 2) + 1/2) 2^-31, angle word1 / 2^32 turns; the cosine is the first. None is
    /// beyond 6.67; radii below 1e-3, one pair in two million, come in steps of up to 3.5e-4.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes First, Lanes Second) Normals(Vector256<uint> word0, Vector256<uint> word1)
    {
        Lanes u = (Vector256.ConvertToSingle((word0 >>> 1).AsInt32()) + Vector256.Create(0.5f)) * (1f / 2147483648f);
        Lanes radius = Vector256.Sqrt(Ln(u) * -2f);
        (Lanes sin, Lanes cos) = SinCosTurn(word1);
        return (radius * cos, radius * sin);
    }

    /// <summary>max |x|; infinite or NaN if any is. The bits of magnitudes order like integers, NaN last.</summary>
    public static float MaxMagnitude(ReadOnlySpan<float> x)
    {
        Vector256<int> max = Vector256<int>.Zero;
        for (int i = 0; i < x.Length; i += Width)
            max = Vector256.Max(max, Vector256.Abs(Load(x, i)).AsInt32());
        int most = 0;
        for (int lane = 0; lane < Width; lane++)
            most = Math.Max(most, max[lane]);
        return BitConverter.Int32BitsToSingle(most);
    }

    /// <summary>The greater, lane by lane; neither may be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Max(Lanes a, float b)
    {
        Lanes bound = Vector256.Create(b);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(a, bound), a, bound);
    }

    /// <summary>The smaller, lane by lane; neither may be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Min(Lanes a, float b)
    {
        Lanes bound = Vector256.Create(b);
        return Vector256.ConditionalSelect(Vector256.LessThan(a, bound), a, bound);
    }

    /// <summary>x held to [min, max]; NaN excluded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Clamp(Lanes x, float min, float max) => Min(Max(x, min), max);

    /// <summary>To the nearest integer, halves to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes RoundEven(Lanes x) => Vector256.Round(x);

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Fma(Lanes a, Lanes b, Lanes c) => Vector256.FusedMultiplyAdd(a, b, c);

    /// <summary>a b + c, rounded once, c the same in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Fma(Lanes a, Lanes b, float c) => Vector256.FusedMultiplyAdd(a, b, Vector256.Create(c));

    /// <summary>Eight values from <paramref name="at"/>, zeros beyond the end of the span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Load(ReadOnlySpan<float> values, int at)
    {
        ReadOnlySpan<float> rest = values[at..];
        return rest.Length >= Width ? Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(rest)) : LoadPart(rest);
    }

    /// <summary>Writes the lanes at <paramref name="at"/>, dropping those beyond the end of the span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes lanes, Span<float> values, int at)
    {
        Span<float> rest = values[at..];
        if (rest.Length >= Width)
            lanes.StoreUnsafe(ref MemoryMarshal.GetReference(rest));
        else
            StorePart(lanes, rest);
    }

    private static Lanes LoadPart(ReadOnlySpan<float> rest)
    {
        Span<float> padded = stackalloc float[Width];
        padded.Clear();
        rest.CopyTo(padded);
        return Vector256.Create((ReadOnlySpan<float>)padded);
    }

    private static void StorePart(Lanes lanes, Span<float> rest)
    {
        Span<float> padded = stackalloc float[Width];
        lanes.CopyTo(padded);
        padded[..rest.Length].CopyTo(rest);
    }
}
