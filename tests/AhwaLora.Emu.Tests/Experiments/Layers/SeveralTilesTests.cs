using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Experiments.Layers;

/// <summary>Layers on more than one tile: a matrix cut in parts, copies of it, and layers that feed each other.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class SeveralTilesTests
{
    private static readonly AimcDescription Noisy = new() { Rows = 32, Columns = 24 };
    private static readonly AimcDescription Ideal = Noisy with { Preset = "ideal", Model = "none" };

    // 70 inputs are 24 + 23 + 23, 50 outputs 17 + 17 + 16: nine tiles.
    private static readonly LayerShape Cut = new(Inputs: 70, Outputs: 50, Rank: 8, Tokens: 6, Chunk: 4);

    public static TheoryData<string> Strategies => [.. LayerStrategy.All.Select(s => s.Name)];

    [Fact]
    public void A_matrix_on_nine_tiles_gives_the_bits_of_the_host()
    {
        var data = LayerData.Generate(Cut, seed: 7);
        var options = new CrossbarOptions(Noisy.Rows, Noisy.Columns) { Seed = Options.Seed };
        var mapping = new TiledMatrix(options, Cut.Inputs, Cut.Outputs, data.Weights);
        var expected = new float[Cut.Tokens * Cut.Outputs];
        for (var token = 0; token < Cut.Tokens; token++)
        {
            mapping.Mvm(data.X.AsSpan(token * Cut.Inputs, Cut.Inputs), expected.AsSpan(token * Cut.Outputs, Cut.Outputs), data.Bias);
        }

        Assert.Equal(9, mapping.Parts.Count);
        Assert.Equal(expected, Run([data], LayerStrategy.Analog, Noisy).Y);
        Assert.Equal(expected, Run([data], LayerStrategy.Deep.TileAlone, Noisy).Y);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void No_strategy_changes_a_bit_of_a_cut_matrix(string name)
    {
        var data = LayerData.Generate(Cut, seed: 7);
        var strategy = LayerStrategy.All.First(s => s.Name == name);
        var expected = Run([data], LayerStrategy.Sequential, Ideal, harts: 1);
        Assert.InRange(expected.RelativeError, 0, 1e-6);
        Assert.Equal(expected.Y, Run([data], strategy, Ideal).Y);
        Assert.Equal(expected.Y, Run([data], strategy, Ideal, Contention.Exact).Y);
    }

    [Theory]
    [InlineData(4096, 8)]
    [InlineData(8, 4096)]
    public void One_tile_of_four_thousand_lines_takes_a_matrix_of_that_size(int inputs, int outputs)
    {
        var data = LayerData.Generate(new LayerShape(inputs, outputs, Rank: 1, Tokens: 1, Chunk: 1), seed: 7);
        var tile = Ideal with { Rows = inputs, Columns = outputs };
        Assert.InRange(Run([data], LayerStrategy.Analog, tile).RelativeError, 0, 1e-5);
    }

    [Fact]
    public void A_tcdm_that_a_cluster_describes_is_the_firmwares()
    {
        var tcdm = new MemoryDescription { Name = "tcdm", Base = LayerFootprint.TcdmBase, Size = 128 << 10, Banks = 32 };
        var clustered = new PlatformDescription
        {
            Memories = [new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 64 << 20 }],
            Clusters = [new ClusterDescription { Harts = 2, Tcdm = tcdm, Aimc = Ideal }],
        };
        var data = LayerData.Generate(new LayerShape(32, 24, 4, 8, 4), seed: 7);

        var flat = LayerRun.Execute([data], LayerStrategy.DoubleBuffered, new PlatformDescription { Harts = 2, Aimc = Ideal }, Options);
        Assert.Equal(flat.Result.Cycles, LayerRun.Execute([data], LayerStrategy.DoubleBuffered, clustered, Options).Result.Cycles);
        Assert.Equal(64u << 10, LayerFootprint.TcdmOf(clustered.WithMemory(tcdm.Base, memory => memory with { Size = 64 << 10 }))!.Size);
    }

    [Fact]
    public void Copies_integrate_side_by_side()
    {
        var data = LayerData.Generate(new LayerShape(32, 24, 4, 192, 16), seed: 7);
        var one = Run([data], LayerStrategy.Deep.TileAlone, Ideal);
        foreach (var copies in new[] { 2, 3 })
        {
            var several = Run([data], LayerStrategy.SeveralTiles.WithCopies(copies).TileAlone, Ideal);
            Assert.Equal(one.Y, several.Y);
            Assert.InRange((double)one.Result.Cycles / several.Result.Cycles, 0.85 * copies, copies);
        }
    }

    [Fact]
    public void Layers_that_feed_each_other_give_the_bits_of_one_after_the_other()
    {
        var chain = LayerData.GenerateChain([new(40, 20, 8, 14, 4), new(20, 30, 4, 14, 4), new(30, 10, 3, 14, 4)], seed: 7);
        var x = chain[0].X;
        foreach (var layer in chain) x = Run([layer with { X = x }], LayerStrategy.Sequential, Ideal).Y;
        foreach (var harts in new[] { 1, 3, 8 })
        {
            var measured = Run(chain, LayerStrategy.MultiLayer, Ideal, harts: harts);
            Assert.Equal(x, measured.Y);
            Assert.InRange(measured.RelativeError, 0, 2e-6);
        }
    }

    [Fact]
    public void The_next_layers_tile_starts_before_this_layer_has_ended()
    {
        var chain = LayerData.GenerateChain([new(32, 24, 4, 128, 8), new(24, 24, 4, 128, 8)], seed: 7);
        var comparison = LayerComparison.Run(chain, LayerStrategy.MultiLayer, Platform(Ideal, chain, LayerStrategy.MultiLayer, harts: 8), Options);
        var tileCycles = 128 * Ideal.IntegrationNs;
        Assert.InRange(comparison.TileAlone.Result.Cycles, tileCycles, 1.2 * tileCycles);
        Assert.InRange(comparison.Pipelined.Result.Cycles, tileCycles, 1.8 * tileCycles); // two layers, in less time than two tiles take
        Assert.True(comparison.Sequential.Result.Cycles > 2 * tileCycles);
    }

    [Fact]
    public void Too_few_tiles_are_refused_with_the_number_needed()
    {
        var error = Assert.Throws<UserErrorException>(() => LayerRun.Execute(LayerData.Generate(Cut, seed: 7), LayerStrategy.Deep, new PlatformDescription { Aimc = Ideal with { Tiles = 4 } }, Options));
        Assert.Equal("the layer takes 9 tiles of 32x24, and the platform has 4; set aimc.tiles to 9, or a larger aimc.rows and aimc.columns, in the platform file", error.Message);
    }

    [Fact]
    public void Layers_that_do_not_feed_each_other_are_refused()
    {
        var chain = LayerData.GenerateChain([new(32, 24, 4, 8, 4), new(32, 24, 4, 8, 4)], seed: 7);
        var error = Assert.Throws<UserErrorException>(() => Run(chain, LayerStrategy.MultiLayer, Ideal));
        Assert.Contains("does not feed", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<UserErrorException>(() => Run(chain, LayerStrategy.Deep, Ideal));
        Assert.Contains("strategy deep runs one layer, not 2", error.Message, StringComparison.Ordinal);
    }

    private static LayerMeasurement Run(IReadOnlyList<LayerData> chain, LayerStrategy strategy, AimcDescription aimc, Contention contention = Contention.None, int harts = 3) =>
        LayerRun.Execute(chain, strategy, Platform(aimc, chain, strategy, harts), Options with { Contention = contention });

    private static PlatformDescription Platform(AimcDescription aimc, IReadOnlyList<LayerData> chain, LayerStrategy strategy, int harts) =>
        LayerMapping.WithTiles(new PlatformDescription { Harts = harts, Aimc = aimc }, chain.Select(c => c.Shape), strategy);

    private static MachineOptions Options => TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") };
}
