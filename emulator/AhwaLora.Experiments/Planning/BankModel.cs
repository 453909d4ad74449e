using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Planning;

/// <summary>The cost of a kernel without bank conflicts, and the number of its memory accesses.</summary>
/// <param name="Cycles">Cycles of a hart.</param>
/// <param name="Accesses">Its loads and stores.</param>
internal readonly record struct KernelCost(long Cycles, long Accesses)
{
    public static KernelCost operator +(KernelCost a, KernelCost b) => new(a.Cycles + b.Cycles, a.Accesses + b.Accesses);

    public static KernelCost operator *(long count, KernelCost a) => new(count * a.Cycles, count * a.Accesses);

    /// <summary>Cycles if each access waits for <paramref name="wait"/> cycles.</summary>
    public long With(double wait) => Cycles + (long)(Accesses * wait);
}

/// <summary>
/// The average wait of an access for its bank while harts, tile and DMA access banks at random, as in a queue with one server and
/// constant service: load / (2 (1 - load)). Harts wait less, because they fall into step with each other.
/// </summary>
/// <param name="platform">The platform, for its TCDM.</param>
/// <param name="contention">The contention setting; unless it is exact, nobody waits.</param>
/// <param name="wordsPerCycle">Words per cycle that tile and DMA move.</param>
/// <param name="factor">Factor on every wait: 1 for the expected wait.</param>
internal sealed class BankModel(PlatformDescription platform, Contention contention, double wordsPerCycle, double factor)
{
    // Measured on the firmware with 8 to 64 harts on 32 banks: harts wait 0.6 to 0.8 times as long.
    private const double Spared = 0.7;
    private const int Halvings = 30;

    private readonly int _banks = contention == Contention.Exact ? LayerFootprint.TcdmOf(platform)?.Banks ?? 0 : 0;

    /// <summary>Cycles that an access waits while the given number of harts run a kernel.</summary>
    public double Wait(int harts, KernelCost kernel)
    {
        if (_banks == 0) return 0;
        var (least, most) = (0.0, 1.0);
        for (var i = 0; i < Halvings; i++)
        {
            var load = (least + most) / 2;
            var asked = (harts * kernel.Accesses / (kernel.Cycles + kernel.Accesses * factor * WaitAt(load)) + wordsPerCycle) / _banks;
            if (asked > load) least = load;
            else most = load;
        }

        return factor * WaitAt(least);
    }

    /// <summary>Cycles that a word of a streamer waits if an access of a hart waits the given time. A streamer's ports ask again at once.</summary>
    public static double OfStreamer(double wait) => wait / Spared;

    private static double WaitAt(double load) => Spared * load / (2 * (1 - load));
}
