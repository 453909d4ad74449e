using System.Runtime.InteropServices;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Study;

/// <summary>
/// The speed of the LoRA kernels alone: firmware/apps/kernel_speed.c, 128 -> 8 -> 128 at 16 tokens on CV32E40P with exact
/// contention. The cycles are those of the slowest hart.
/// </summary>
/// <param name="Harts">Number of harts that share each product.</param>
/// <param name="DownCycles">Cycles of x A.</param>
/// <param name="UpCycles">Cycles of (x A) B and the addition to y.</param>
public sealed record KernelSpeed(int Harts, long DownCycles, long UpCycles)
{
    /// <summary>Inputs and outputs of the layer.</summary>
    public const int Width = KernelSpeedShape.Width;

    /// <summary>Rank of the layer.</summary>
    public const int Rank = KernelSpeedShape.Rank;

    /// <summary>Number of tokens.</summary>
    public const int Tokens = KernelSpeedShape.Tokens;

    private const string App = "kernel_speed";
    private const ulong MaxCycles = 100_000_000;

    /// <summary>Cycles of both products.</summary>
    public long Cycles => DownCycles + UpCycles;

    /// <summary>Multiply-adds per cycle and hart of x A.</summary>
    public double DownRate => (double)Tokens * Width * Rank / (Harts * DownCycles);

    /// <summary>Multiply-adds per cycle and hart of (x A) B and the addition.</summary>
    public double UpRate => (double)Tokens * Width * Rank / (Harts * UpCycles);

    /// <summary>Multiply-adds per cycle and hart of both products.</summary>
    public double Rate => 2.0 * Tokens * Width * Rank / (Harts * Cycles);

    /// <summary>Runs the app.</summary>
    /// <param name="harts">Number of harts of the machine.</param>
    /// <param name="engine">How instructions are executed.</param>
    /// <exception cref="UserErrorException">The firmware is not built.</exception>
    public static KernelSpeed Measure(int harts, EngineKind engine)
    {
        var image = FirmwareImages.Load(App);
        var options = new MachineOptions { Engine = engine, Timing = TimingProfile.Named("cv32e40p"), Contention = Contention.Exact };
        var machine = new EmulatedMachine(new PlatformDescription { Harts = harts }, options);
        ProgramLoader.Load(machine, image);
        var run = machine.Run(new RunLimits(MaxCycles, ulong.MaxValue));
        if (run is not { Reason: ExitReason.Exit, Code: 0 }) throw new UserErrorException($"{image.Path}: ended by {run.Reason}, code {run.Code}; build the firmware of this version");
        return new KernelSpeed(harts, Most(machine, image, "down_cycles"), Most(machine, image, "up_cycles"));
    }

    private static long Most(EmulatedMachine machine, ElfImage image, string symbol)
    {
        var words = machine.Space.ReadBlock(new GuestData(machine, image).Symbol(symbol), sizeof(uint) * (uint)machine.Harts.Count);
        var most = 0u;
        foreach (var cycles in MemoryMarshal.Cast<byte, uint>(words)) most = Math.Max(most, cycles);
        return most;
    }
}
