using AhwaLora.Common.Settings;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Experiments.Layers;

/// <summary>The main job, end to end: firmware on harts beside a tile, against a reference in double precision.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class LayerTests
{
    private static readonly LayerShape Small = new(Inputs: 48, Outputs: 40, Rank: 8, Tokens: 12, Chunk: 4);

    public static TheoryData<string> Strategies => [.. LayerStrategy.All.Select(s => s.Name), LayerStrategy.Analog.Name];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void An_ideal_tile_gives_the_reference(string strategy)
    {
        var measured = Measure(Small, strategy, harts: 3);
        Assert.InRange(measured.RelativeError, 0, 1e-6);
    }

    [Fact]
    public void Neither_strategy_nor_harts_nor_contention_changes_a_bit()
    {
        var expected = Measure(Small, "sequential", harts: 1).Y;
        foreach (var strategy in LayerStrategy.All)
        {
            Assert.Equal(expected, Measure(Small, strategy.Name, harts: 1).Y);
            Assert.Equal(expected, Measure(Small, strategy.Name, harts: 8).Y);
            Assert.Equal(expected, Measure(Small, strategy.Name, harts: 8, contention: Contention.Exact).Y);
        }
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(37, 19, 3, 7, 3)]
    [InlineData(512, 128, 16, 8, 8)]
    [InlineData(64, 512, 4, 9, 9)]
    public void Any_shape_gives_the_reference(int inputs, int outputs, int rank, int tokens, int chunk)
    {
        var measured = Measure(new LayerShape(inputs, outputs, rank, tokens, chunk), "double-buffered", harts: 4);
        Assert.InRange(measured.RelativeError, 0, 2e-6);
    }

    [Fact]
    public void Analog_noise_stays_of_its_published_size()
    {
        var measured = Measure(Small, "double-buffered", harts: 2, preset: "ahwa-lora", model: "pcm");
        Assert.InRange(measured.RelativeError, 0.02, 0.3);
    }

    [Fact]
    public void Overlap_saves_cycles_and_the_tile_alone_is_the_least()
    {
        var shape = new LayerShape(128, 128, 8, 64, 8);
        var data = LayerData.Generate(shape, seed: 3);
        var comparison = LayerComparison.Run(data, LayerStrategy.DoubleBuffered, Ideal(8), Options());
        Assert.True(comparison.TileAlone.Result.Cycles < comparison.Pipelined.Result.Cycles);
        Assert.True(comparison.Pipelined.Result.Cycles < comparison.Sequential.Result.Cycles);
        Assert.True(comparison.TileAlone.Result.Cycles >= 64 * 256, "the tile integrates 64 tokens for 256 cycles each");
    }

    [Fact]
    public void Only_the_addition_of_an_eager_layer_is_exposed()
    {
        var platform = Ideal(16);
        var data = LayerData.Generate(new LayerShape(128, 128, 8, 64, 8), seed: 3);
        var comparison = LayerComparison.Run(data, LayerStrategy.Eager, platform with { Aimc = platform.Aimc! with { IntegrationNs = 512 } }, Options() with { Contention = Contention.Exact });
        Assert.InRange(comparison.OverheadPercent, 0, 4);
    }

    [Fact]
    public void A_deep_pipeline_keeps_harts_busy_that_are_slower_than_the_tile()
    {
        var data = LayerData.Generate(new LayerShape(128, 128, 8, 64, 8), seed: 3);
        Assert.True(Cycles(LayerStrategy.Deep) < 0.95 * Cycles(LayerStrategy.DoubleBuffered));

        double Cycles(LayerStrategy strategy)
        {
            var platform = Ideal(8);
            return LayerRun.Execute(data, strategy, platform with { Aimc = platform.Aimc! with { IntegrationNs = 512 } }, Options()).Result.Cycles;
        }
    }

    [Fact]
    public void The_exposed_cycles_are_those_after_the_tiles_last_job()
    {
        var data = LayerData.Generate(new LayerShape(128, 128, 8, 64, 8), seed: 3);
        var comparison = LayerComparison.Run(data, LayerStrategy.Sequential, Ideal(8), Options());
        var (busy, chunks) = (comparison.Pipelined.Result.HartBusyCycles[0], 8);
        Assert.InRange(comparison.Pipelined.ExposedCycles, busy / chunks, 1.1 * busy / chunks); // one chunk's adapter
        Assert.InRange(comparison.TileAlone.ExposedCycles, 0, 100);
    }

    [Fact]
    public void Equal_runs_have_equal_cycles_and_bits()
    {
        var first = Measure(Small, "double-buffered", harts: 4, preset: "ahwa-lora", model: "pcm");
        var second = Measure(Small, "double-buffered", harts: 4, preset: "ahwa-lora", model: "pcm");
        Assert.Equal(first.Y, second.Y);
        Assert.Equal((first.MachineCycles, first.Instructions), (second.MachineCycles, second.Instructions));
    }

    [Theory]
    [InlineData(0, "rank 0 is outside 1 to 1024; the nearest valid value is 1")]
    [InlineData(5000, "rank 5000 is outside 1 to 1024; the nearest valid value is 1024")]
    public void A_rank_that_makes_no_layer_is_refused(int rank, string expected)
    {
        var error = Assert.Throws<SettingException>(() => (Small with { Rank = rank }).Check());
        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void Tokens_beyond_the_address_space_are_refused()
    {
        var error = Assert.Throws<SettingException>(() => new LayerShape(14_336, 128, 8, 1 << 20, 8).Check());
        Assert.Equal("tokens 1048576: tokens of 14336 elements do not all fit into the 32-bit address space; the nearest valid value is 37449", error.Message);
    }

    [Fact]
    public void Buffers_that_do_not_fit_the_TCDM_are_named_with_their_size()
    {
        var error = Assert.Throws<SettingException>(() => Measure(new LayerShape(512, 512, 8, 64, 64), "double-buffered", harts: 2));
        Assert.Contains("bytes of TCDM", error.Message, StringComparison.Ordinal);
        Assert.Contains("smaller chunk", error.Message, StringComparison.Ordinal);
    }

    private static LayerMeasurement Measure(LayerShape shape, string strategy, int harts, Contention contention = Contention.None, string preset = "ideal", string model = "none")
    {
        var chosen = LayerStrategy.All.Append(LayerStrategy.Analog).First(s => s.Name == strategy);
        return LayerRun.Execute(LayerData.Generate(shape, seed: 7), chosen, LayerMapping.WithTiles(Ideal(harts, preset, model), [shape], chosen), Options() with { Contention = contention });
    }

    private static PlatformDescription Ideal(int harts, string preset = "ideal", string model = "none") =>
        new() { Harts = harts, Aimc = new AimcDescription { Preset = preset, Model = model } };

    private static MachineOptions Options() => TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") };
}
