using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AhwaLora.Analog.Numerics;

/// <summary>The four 32-bit words of one Philox block, or of eight neighbouring blocks, lane by lane.</summary>
public readonly record struct PhiloxWords<T>(T W0, T W1, T W2, T W3);

/// <summary>
/// Philox4x32-10: a block of four random words is a pure function of a 64-bit key and a 128-bit counter, so any draw
/// can be made in any order, on any thread, after any snapshot. Salmon, Moraes, Dror, Shaw, "Parallel random numbers:
/// as easy as 1, 2, 3", SC 2011. Which counter and word belong to which draw: <see cref="Draws"/>.
/// </summary>
public static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>One block: counter words <paramref name="c0"/>..<paramref name="c3"/>, the key's low half first.</summary>
    public static PhiloxWords<uint> Block(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++, k0 += Weyl0, k1 += Weyl1)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
        }
        return new(c0, c1, c2, c3);
    }

    /// <summary>
    /// Eight blocks whose last counter word counts up from <paramref name="c3"/> (modulo 2^32): lane i of the result
    /// is <c>Block(key, c0, c1, c2, c3 + i)</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxWords<Vector256<uint>> Blocks(ulong key, uint c0, uint c1, uint c2, uint c3)
    {
        // Each counter word lies in the low half of a 64-bit lane, where the widening multiply takes it and leaves its
        // product; the high halves hold garbage that neither the multiply nor the final narrowing uses.
        Vector256<ulong> a0 = Vector256.Create((ulong)c0), a1 = Vector256.Create((ulong)c1), a2 = Vector256.Create((ulong)c2);
        Vector256<ulong> b0 = a0, b1 = a1, b2 = a2;
        Vector256<ulong> a3 = Vector256.Create((ulong)c3) + Vector256<ulong>.Indices;
        Vector256<ulong> b3 = a3 + Vector256.Create(4UL);
        Vector256<ulong> m0 = Vector256.Create((ulong)Multiplier0), m1 = Vector256.Create((ulong)Multiplier1);
        Vector256<ulong> k0 = Vector256.Create((ulong)(uint)key), k1 = Vector256.Create(key >> 32);
        Vector256<ulong> weyl0 = Vector256.Create((ulong)Weyl0), weyl1 = Vector256.Create((ulong)Weyl1);
        for (int round = 0; round < Rounds; round++, k0 += weyl0, k1 += weyl1)
        {
            Vector256<ulong> pa0 = WideningMultiply(a0, m0), pa1 = WideningMultiply(a2, m1);
            Vector256<ulong> pb0 = WideningMultiply(b0, m0), pb1 = WideningMultiply(b2, m1);
            a0 = (pa1 >>> 32) ^ a1 ^ k0; a1 = pa1; a2 = (pa0 >>> 32) ^ a3 ^ k1; a3 = pa0;
            b0 = (pb1 >>> 32) ^ b1 ^ k0; b1 = pb1; b2 = (pb0 >>> 32) ^ b3 ^ k1; b3 = pb0;
        }
        return new(Vector256.Narrow(a0, b0), Vector256.Narrow(a1, b1), Vector256.Narrow(a2, b2), Vector256.Narrow(a3, b3));
    }

    /// <summary>Low half of each 64-bit lane times low half, 64 bits wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> WideningMultiply(Vector256<ulong> a, Vector256<ulong> b)
    {
        if (Avx2.IsSupported)
            return Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
        return (a & Vector256.Create(0xFFFF_FFFFUL)) * b;
    }
}
