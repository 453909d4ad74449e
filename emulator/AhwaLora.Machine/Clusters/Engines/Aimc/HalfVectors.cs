namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>The tile's front end for vectors of binary16 (IEEE 754), as FPUs and RedMulE have them: rounding to nearest even, and one NaN.</summary>
internal static class HalfVectors
{
    private static readonly Half CanonicalNaN = BitConverter.UInt16BitsToHalf(0x7E00);

    /// <summary>The same values in float32; exact.</summary>
    public static void Widen(ReadOnlySpan<Half> vector, Span<float> widened)
    {
        for (var n = 0; n < vector.Length; n++) widened[n] = (float)vector[n];
    }

    /// <summary>Rounds each element once.</summary>
    public static void Round(ReadOnlySpan<float> vector, Span<Half> rounded)
    {
        for (var n = 0; n < vector.Length; n++) rounded[n] = Canonical((Half)vector[n]);
    }

    /// <summary>
    /// sum[n] = before[n] + sum[n], rounded once. The sum in float32 is rounded as well, but that does not matter: 24 bits are at
    /// least 2 x 11 + 2, so rounding twice gives the bits of rounding once (Figueroa, "When is double rounding innocuous?").
    /// </summary>
    public static void Add(ReadOnlySpan<Half> before, Span<Half> sum)
    {
        for (var n = 0; n < sum.Length; n++) sum[n] = Canonical((Half)((float)before[n] + (float)sum[n]));
    }

    private static Half Canonical(Half value) => Half.IsNaN(value) ? CanonicalNaN : value;
}
