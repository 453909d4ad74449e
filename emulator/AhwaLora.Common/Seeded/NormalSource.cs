namespace AhwaLora.Common.Seeded;

/// <summary>Seeded normal numbers, the same on every machine: <see cref="SplitMix64"/>, and the sum of twelve uniforms (no libm).</summary>
public sealed class NormalSource(ulong seed)
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
        var word = SplitMix64.Next(_state);
        _state += SplitMix64.Gamma;
        return word;
    }
}
