using AhwaLora.Analog.Crossbar;
using AhwaLora.Emu.Tests.Models.Inventory;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;


namespace AhwaLora.Emu.Tests.Models.Encoder;

/// <summary>A layer on the host's model of tiles, as its devices age.</summary>
public sealed class AnalogLinearTests
{
    private const double Day = 86_400;

    [Fact]
    public void An_age_without_compensation_takes_back_that_of_an_earlier_age()
    {
        var linear = Programmed();
        linear.SetAge(Day, isCompensated: true);
        Assert.All(linear.Tiles.Parts, part => Assert.NotEqual(1, part.Tile.State.Alpha));
        linear.SetAge(30 * Day, isCompensated: false);
        Assert.All(linear.Tiles.Parts, part => Assert.Equal(1, part.Tile.State.Alpha));
    }

    private static AnalogLinear Programmed()
    {
        const int Inputs = 24, Outputs = 40;
        var random = new Random(5);
        var weights = Enumerable.Range(0, Inputs * Outputs).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var inventory = ModelInventory.Of(Small.Bert);
        var layer = inventory.Linears[0] with { Inputs = Inputs, Outputs = Outputs };
        return new AnalogLinear(layer, weights, null, new CrossbarOptions(16, 16) { Seed = 3 });
    }
}
