using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Emu.Aimc.Crossbar;

/// <summary>
/// The few functions the analog tile needs, on sixteen float lanes at a time. They use only + - * / sqrt, fused
/// multiply-add and integer operations, each of which IEEE 754 (or arithmetic) fixes to the bit. The runtime lowers
/// sixteen lanes to one AVX-512, two AVX, four NEON or sixteen scalar operations; the lanes never meet, so the width
/// of the machine cannot change a result, and no libm is called.
/// </summary>
public static class LaneMath
{
    /// <summary>Lanes in a <see cref="Lanes"/>.</summary>
    public const int Width = 16;

    // ln 2 in two parts: the upper has 15 bits, so that an exponent times it is exact.
    private const float Ln2High = 0.693145751953125f, Ln2Low = 1.42860682e-6f, Log2E = 1.44269504f;

    /// <summary>Natural logarithm of positive, normal, finite x; error below 1.5 ulp.</summary>
    public static Lanes Ln(Lanes x)
    {
        // x = 2^e m with m in [2/3, 4/3); ln m = f - f^2/2 + f^3 P(f) with f = m - 1.
        Vector512<int> bits = x.AsInt32();
        Vector512<int> e = (bits - Vector512.Create(0x3F2AAAAB)) >> 23;
        Lanes f = (bits - (e << 23)).AsSingle() - Lanes.One;
        Lanes p = Vector512.Create(0.113306173f);
        p = Fma(p, f, -0.124222006f);
        p = Fma(p, f, 0.109156548f);
        p = Fma(p, f, -0.122887216f);
        p = Fma(p, f, 0.142918672f);
        p = Fma(p, f, -0.166733163f);
        p = Fma(p, f, 0.199999484f);
        p = Fma(p, f, -0.249999442f);
        p = Fma(p, f, 0.333333333f);
        Lanes exponent = Vector512.ConvertToSingle(e);
        Lanes tail = Fma(f * f, Fma(f, p, -0.5f), exponent * Ln2Low);
        return Fma(exponent, Vector512.Create(Ln2High), f + tail);
    }

    /// <summary>e^x; error below 1.5 ulp. Arguments are held to [-87, 88], where the result is normal and finite.</summary>
    public static Lanes Exp(Lanes x)
    {
        x = Clamp(x, -87f, 88f);
        Lanes n = RoundEven(x * Log2E);
        Lanes r = Fma(n, Vector512.Create(-Ln2High), x);
        r = Fma(n, Vector512.Create(-Ln2Low), r);
        Lanes q = Vector512.Create(1.98910932e-4f);
        q = Fma(q, r, 1.39336751e-3f);
        q = Fma(q, r, 8.33331081e-3f);
        q = Fma(q, r, 4.16664647e-2f);
        q = Fma(q, r, 0.166666667f);
        q = Fma(q, r, 0.5f);
        Lanes power = Fma(r * r, q, r) + Lanes.One;
        return (power.AsInt32() + (Vector512.ConvertToInt32(n) << 23)).AsSingle();
    }

    /// <summary>
    /// A standard normal from each random word by inversion: the top bit is the sign, the other 31 bits m give the tail
    /// probability p = (m + 1/2) 2^-32. One word makes one normal; |xi| stays below 6.34; the mean of all words is 0.
    /// Relative error below 1e-6. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), PPND7.
    /// </summary>
    public static Lanes Normal(Vector512<uint> word)
    {
        const float Unit = 1f / 4294967296f;
        Vector512<int> m = (word & Vector512.Create(0x7FFF_FFFFu)).AsInt32();
        Lanes p = (Vector512.ConvertToSingle(m) + Vector512.Create(0.5f)) * Unit;
        Lanes q = (Vector512.ConvertToSingle(Vector512.Create(0x7FFF_FFFF) - m) + Vector512.Create(0.5f)) * Unit; // 1/2 - p

        Lanes r = Vector512.Create(0.180625f) - q * q;
        Lanes numerator = Fma(Fma(Fma(Vector512.Create(59.109374720f), r, 159.29113202f), r, 50.434271938f), r, 3.3871327179f);
        Lanes denominator = Fma(Fma(Fma(Vector512.Create(67.187563600f), r, 78.757757664f), r, 17.895169469f), r, 1f);
        Lanes central = q * numerator / denominator;

        r = Vector512.Sqrt(-Ln(p)) - Vector512.Create(1.6f);
        numerator = Fma(Fma(Fma(Vector512.Create(0.17023821103f), r, 1.3067284816f), r, 2.7568153900f), r, 1.4234372777f);
        denominator = Fma(Fma(Vector512.Create(0.12021132975f), r, 0.73700164250f), r, 1f);
        Lanes tail = numerator / denominator;

        Lanes magnitude = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(q, Vector512.Create(0.425f)), central, tail);
        return (magnitude.AsUInt32() | (word & Vector512.Create(0x8000_0000u))).AsSingle();
    }

    /// <summary>The greater, lane by lane; neither may be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Max(Lanes a, float b)
    {
        Lanes bound = Vector512.Create(b);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(a, bound), a, bound);
    }

    /// <summary>The smaller, lane by lane; neither may be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Min(Lanes a, float b)
    {
        Lanes bound = Vector512.Create(b);
        return Vector512.ConditionalSelect(Vector512.LessThan(a, bound), a, bound);
    }

    /// <summary>x held to [min, max]; NaN excluded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Clamp(Lanes x, float min, float max) => Min(Max(x, min), max);

    /// <summary>To the nearest integer, halves to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes RoundEven(Lanes x) => Vector512.Round(x);

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Fma(Lanes a, Lanes b, Lanes c) => Vector512.FusedMultiplyAdd(a, b, c);

    /// <summary>a b + c, rounded once, c the same in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Fma(Lanes a, Lanes b, float c) => Vector512.FusedMultiplyAdd(a, b, Vector512.Create(c));

    /// <summary>Sixteen values from <paramref name="at"/>, zeros beyond the end of the span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Load(ReadOnlySpan<float> values, int at)
    {
        ReadOnlySpan<float> rest = values[at..];
        return rest.Length >= Width ? Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(rest)) : LoadPart(rest);
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
        return Vector512.Create((ReadOnlySpan<float>)padded);
    }

    private static void StorePart(Lanes lanes, Span<float> rest)
    {
        Span<float> padded = stackalloc float[Width];
        lanes.CopyTo(padded);
        padded[..rest.Length].CopyTo(rest);
    }
}
