using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Firmware;

/// <summary>The firmware's own tests, run as a user runs them.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class FirmwareAppTests
{
    [Theory]
    [InlineData("hello", 1)]
    [InlineData("hello", 64)]
    [InlineData("kernel_test", 1)]
    [InlineData("kernel_test", 5)]
    public void App_ends_well(string app, int harts)
    {
        var machine = TestMachine.Load(FirmwareImages.Load(app).Path, new PlatformDescription { Harts = harts });
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(maxInstructions: 200_000_000));
    }

    [Fact]
    public void A_layer_that_the_host_has_not_filled_in_is_refused()
    {
        var machine = TestMachine.Load(FirmwareImages.Load("lora_layer").Path, new PlatformDescription { Harts = 2 });
        Assert.Equal(16, machine.Run(maxInstructions: 1_000_000).Code);
    }
}
