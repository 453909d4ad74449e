using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Firmware;

/// <summary>How fast the LoRA kernels are for 128 -> 8 -> 128 at 16 tokens, the addition included (firmware/apps/kernel_speed.c).</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class KernelSpeedTests
{
    private const double MultiplyAdds = 16 * 8 * (128 + 128);

    [Fact]
    public void One_hart_does_six_multiply_adds_in_ten_cycles()
    {
        Assert.InRange(MultiplyAdds / Cycles(harts: 1), 0.60, 1);
    }

    [Fact]
    public void Eight_harts_are_seven_times_as_fast_as_one()
    {
        Assert.InRange((double)Cycles(harts: 1) / Cycles(harts: 8), 7, 8);
    }

    /// <summary>Of the slowest hart in each product.</summary>
    private static long Cycles(int harts)
    {
        var machine = TestMachine.Load(
            FirmwareImages.Load("kernel_speed").Path,
            new PlatformDescription { Harts = harts },
            TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p"), Contention = Contention.Exact });
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run());
        return Enumerable.Range(0, harts).Max(h => (long)machine.Word("down_cycles", h)) + Enumerable.Range(0, harts).Max(h => (long)machine.Word("up_cycles", h));
    }
}
