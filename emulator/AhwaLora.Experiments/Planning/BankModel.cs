using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Planning;

/// <summary>What a kernel takes while no bank is asked twice in a cycle, and how often it asks one.</summary>
/// <param name="Cycles">Of a hart.</param>
/// <param name="Accesses">Its loads and stores.</param>
internal readonly record struct KernelCost(long Cycles, long Accesses)
{
    public static KernelCost operator +(KernelCost a, KernelCost b) => new(a.Cycles + b.Cycles, a.Accesses + b.Accesses);

    public static KernelCost operator *(long count, KernelCost a) => new(count * a.Cycles, count * a.Accesses);

    /// <summary>Cycles if each access waits so long.</summary>
    public long With(double wait) => Cycles + (long)(Accesses * wait);
}

/// <summary>
/// How long an access waits for its bank on average while harts, tile and DMA ask at random: as in a queue with one server and
/// constant service, load / (2 (1 - load)); harts, which fall into step with each other, wait less.
/// </summary>
/// <param name="platform">Its TCDM.</param>
/// <param name="contention">Nobody waits unless it is exact.</param>
/// <param name="wordsPerCycle">That tile and DMA move.</param>
/// <param name="factor">On every wait: 1 for what is expected.</param>
internal sealed class BankModel(PlatformDescription platform, Contention contention, double wordsPerCycle, double factor)
{
    // Measured on the firmware, 8 to 64 harts on 32 banks: they wait 0.6 to 0.8 of that.
    private const double Spared = 0.7;
    private const int Halvings = 30;

    private readonly int _banks = contention == Contention.Exact ? LayerFootprint.TcdmOf(platform)?.Banks ?? 0 : 0;

    /// <summary>Cycles an access waits while so many harts run a kernel.</summary>
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

    /// <summary>Cycles a word of a streamer waits, whose ports ask again at once, if an access of a hart waits so long.</summary>
    public static double OfStreamer(double wait) => wait / Spared;

    private static double WaitAt(double load) => Spared * load / (2 * (1 - load));
}
