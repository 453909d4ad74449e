namespace AhwaLora.Common.Seeded;

/// <summary>Seeded bits, the same on every machine (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").</summary>
public static class SplitMix64
{
    /// <summary>The state that follows a state.</summary>
    public const ulong Gamma = 0x9e37_79b9_7f4a_7c15;

    /// <summary>The 64 output bits of a state.</summary>
    public static ulong Next(ulong state)
    {
        var x = state + Gamma;
        x = (x ^ x >> 30) * 0xbf58_476d_1ce4_e5b9;
        x = (x ^ x >> 27) * 0x94d0_49bb_1331_11eb;
        return x ^ x >> 31;
    }
}
