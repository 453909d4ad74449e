using AhwaLora.Machine.Clusters.Engines.RedMulE;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>
/// Reproducible denials of the port, as the stalled runs on the hardware had them: a hash of the cycle since TRIGGER decides, or one
/// of the cycle and the bank.
/// </summary>
/// <param name="Kind">
/// <see cref="ByCycle"/>: a cycle grants with the probability. <see cref="ByBank"/>: each of 32 word-interleaved banks is taken by
/// somebody else with the probability, and an access needs the banks of all its words.
/// </param>
/// <param name="Probability">The probability, in steps of 0.001.</param>
/// <param name="Seed">Seed of the hash.</param>
public sealed record Denials(string Kind, double Probability, uint Seed)
{
    /// <summary>The kinds.</summary>
    public const string ByCycle = "cycle", ByBank = "bank";

    private const uint Banks = 32, Steps = 1000;

    /// <summary>The decisions for an array's port.</summary>
    public PortGrants For(RedMulEArray array)
    {
        var threshold = (uint)(Probability * Steps + 0.5);
        if (Kind == ByCycle) return (cycle, _) => Hash((uint)cycle, Seed) % Steps < threshold;
        var words = (uint)array.PortWords;
        return (cycle, address) =>
        {
            for (var word = 0u; word < words; word++)
            {
                var bank = (address >> 2) + word & (Banks - 1);
                if (Hash((uint)cycle * Banks + bank, Seed) % Steps < threshold) return false;
            }

            return true;
        };
    }

    /// <summary>A 32-bit hash of two rounds of xor-shift and multiplication.</summary>
    private static uint Hash(uint value, uint seed)
    {
        var hash = value + seed * 0x9E37_79B9;
        hash ^= hash >> 16;
        hash *= 0x7FEB_352D;
        hash ^= hash >> 15;
        hash *= 0x846C_A68B;
        return hash ^ hash >> 16;
    }
}
