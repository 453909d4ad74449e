namespace AhwaLora.Emu.Lab;

/// <summary>Seeded normal numbers, the same on every machine: SplitMix64, and the sum of twelve uniforms (no libm).</summary>
internal sealed class NormalSource(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number of mean 0 and variance 1.</summary>
    public double Next()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++) sum += (NextWord() >> 11) * (1.0 / (1UL << 53));
        return sum;
    }

    private ulong NextWord()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
