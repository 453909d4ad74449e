using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Experiments.Layers;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Experiments.TileBench;

/// <summary>Matrices larger than a tile.</summary>
public sealed class TileMappingTests
{
    private static readonly CrossbarOptions Ideal = new(32, 24) { Preset = Preset.Ideal, Model = DeviceModel.None, Seed = 5 };

    [Theory]
    [InlineData(32, 24, 1)]
    [InlineData(33, 24, 2)]
    [InlineData(70, 50, 9)]
    [InlineData(1, 100, 5)]
    public void An_ideal_split_matrix_gives_W_x(int inputs, int outputs, int tiles)
    {
        var data = LayerData.Generate(new LayerShape(inputs, outputs, Rank: 1, Tokens: 1, Chunk: 1), seed: 3);
        var mapping = new TiledMatrix(Ideal, inputs, outputs, data.Weights);
        Assert.Equal(tiles, mapping.Parts.Count);
        var y = new float[outputs];
        mapping.Mvm(data.X, y, data.Bias);
        var reference = data.Reference(withAdapter: false);
        for (var i = 0; i < outputs; i++) Assert.Equal(reference[i], y[i], 1e-5);
    }

    [Fact]
    public void Splits_of_inputs_are_summed_in_order_and_each_tile_has_noise_of_its_own()
    {
        var data = LayerData.Generate(new LayerShape(64, 24, Rank: 1, Tokens: 1, Chunk: 1), seed: 3);
        var options = Ideal with { Preset = Preset.AhwaLora, Model = DeviceModel.Pcm };
        var mapping = new TiledMatrix(options, 64, 24, data.Weights);
        var y = new float[24];
        mapping.Mvm(data.X, y);

        var expected = new float[24];
        for (var part = 0; part < 2; part++)
        {
            var tile = new CrossbarArray(options with { Tile = (uint)part });
            var weights = Enumerable.Range(0, 24).SelectMany(output => data.Weights.AsSpan(output * 64 + part * 32, 32).ToArray()).ToArray();
            tile.Program(tile.Whole, weights);
            tile.MeasureReference(tile.Whole);
            var partial = new float[24];
            tile.Mvm(tile.Whole, data.X.AsSpan(part * 32, 32), partial);
            for (var i = 0; i < 24; i++) expected[i] += partial[i];
        }

        Assert.Equal(expected, y);
        Assert.NotEqual(mapping.Parts[0].Tile.State.Plus.Programmed.Where(g => g > 0), mapping.Parts[1].Tile.State.Plus.Programmed.Where(g => g > 0));
    }
}
