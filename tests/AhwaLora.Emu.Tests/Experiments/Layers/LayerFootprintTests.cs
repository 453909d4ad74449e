using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Experiments.Layers;

/// <summary>The host's account of TCDM against the firmware's.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class LayerFootprintTests
{
    public static TheoryData<string> Strategies => [.. LayerStrategy.OnHarts.Select(s => s.Name), LayerStrategy.Analog.Name];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void It_is_what_the_firmware_reports(string name)
    {
        var strategy = LayerStrategy.OnHarts.Append(LayerStrategy.Analog).First(s => s.Name == name);
        foreach (var shape in new[] { new LayerShape(32, 16, 8, 8, 4), new LayerShape(37, 19, 3, 7, 3), new LayerShape(64, 512, 16, 5, 5) })
        {
            var measured = LayerRun.Execute(LayerData.Generate(shape, seed: 1), strategy, LayerMapping.WithTiles(new PlatformDescription { Harts = 2 }, [shape], strategy), TestMachine.Options);
            var (run, chosen) = (strategy with { IsPlanned = false }, shape with { Chunk = measured.Plan?.Chunk ?? shape.Chunk });
            Assert.Equal(LayerFootprint.Bytes(chosen, run), measured.Result.TcdmBytes);
        }
    }

    [Fact]
    public void Tiles_that_share_inputs_have_outputs_of_their_own()
    {
        var shape = new LayerShape(1100, 16, 8, 4, 2);
        var measured = LayerRun.Execute(LayerData.Generate(shape, seed: 1), LayerStrategy.DoubleBuffered, LayerMapping.WithTiles(new PlatformDescription { Harts = 2 }, [shape], LayerStrategy.DoubleBuffered), TestMachine.Options);
        Assert.Equal(LayerFootprint.Bytes(shape, LayerStrategy.DoubleBuffered, inputSplits: 3), measured.Result.TcdmBytes);
    }

    [Fact]
    public void A_layer_that_does_not_fit_is_refused_before_it_runs_with_the_chunk_that_would()
    {
        var (shape, platform) = (new LayerShape(600, 600, 8, 16, 16), new PlatformDescription { Harts = 2 });
        string? Refusal(LayerShape layer) => Record.Exception(() =>
            LayerComparison.Run(LayerData.Generate(layer, seed: 1), LayerStrategy.DoubleBuffered, LayerMapping.WithTiles(platform, [layer], LayerStrategy.DoubleBuffered), TestMachine.Options, _ => Assert.Fail("it ran")))?.Message;

        var message = Refusal(shape);
        var chunk = int.Parse(System.Text.RegularExpressions.Regex.Match(message!, "use (?:--)?chunk (\\d+) or less").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        LayerFootprint.Check(shape with { Chunk = chunk }, LayerStrategy.DoubleBuffered, LayerMapping.WithTiles(platform, [shape], LayerStrategy.DoubleBuffered));
        Assert.Contains("use a larger tcdm", Refusal(new LayerShape(3000, 3000, 8, 4, 1)), StringComparison.Ordinal);
    }
}
