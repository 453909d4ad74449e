using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Analog.Numerics;
using AhwaLora.Models.Inventory;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Model;
using static TorchSharp.torch;

namespace AhwaLora.Train.Tests.Analog;

public class AnalogLinearsTests
{
    private const int Inputs = 96, Outputs = 48, Vectors = 40;

    private static readonly LinearLayer _layer = new("layer", LinearRole.Up, 0, Inputs, Outputs, HasBias: true);

    public static TheoryData<int, float> Tiles => new() { { 8, 12 }, { 6, 12 }, { 8, 0.5f }, { 5, 0.25f } };

    [Theory]
    [MemberData(nameof(Tiles))]
    public void WithoutNoiseItGivesTheCodesOfTheCrossbar(int bits, float outputBound)
    {
        var preset = Preset.AhwaLora with { Dac = new(bits), Adc = new(bits, outputBound), OutputNoise = 0 };
        using var weights = RandomWeights();
        var x = RandomInputs();
        var tile = new CrossbarArray(new CrossbarOptions(Inputs, Outputs) { Preset = preset, Model = DeviceModel.None });
        tile.Program(tile.Whole, weights[_layer.Weight].data<float>().ToArray());
        var (expected, results) = (new float[Vectors * Outputs], new MvmResult[Vectors]);
        tile.MvmBatch(tile.Whole, x, expected, results, new DigitalStage { Bias = weights[_layer.Bias].data<float>().ToArray() });

        var actual = new AnalogLinears(weights, preset, 0, new Generator(1)).Apply(_layer, tensor(x, Vectors, Inputs)).data<float>().ToArray();

        // Sums in another order may fall on the other side of a rounding boundary: a code in ten thousand, not two.
        var step = preset.Adc.Step;
        var scale = tile.State.Programmings[0].Scale;
        var different = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var size = step * scale[i % Outputs] * x.AsSpan(i / Outputs * Inputs, Inputs).ToArray().Max(MathF.Abs);
            if (MathF.Abs(actual[i] - expected[i]) > 0.01f * size) different++;
        }

        Assert.InRange(different, 0, actual.Length / 1000);
        if (outputBound < 1) Assert.All(results, r => Assert.InRange(r.Passes, 2, 6)); // narrow bounds try bound management too
    }

    [Fact]
    public void GradientsPassStraightThroughTheConverters()
    {
        var preset = Preset.AhwaLora with { Dac = new(4), Adc = new(4, 12), OutputNoise = 0 };
        using var weights = RandomWeights();
        using var x = tensor(RandomInputs(), Vectors, Inputs).requires_grad_();
        new AnalogLinears(weights, preset, 0, new Generator(1)).Apply(_layer, x).sum().backward();

        var expected = weights[_layer.Weight].sum(dim: 0).data<float>().ToArray();
        var actual = x.grad!.data<float>().ToArray();
        for (var i = 0; i < actual.Length; i++) Assert.Equal(expected[i % Inputs], actual[i], 1e-4f);
    }

    [Fact]
    public void NoiseHasTheSizeOfTheRecipe()
    {
        using var weights = RandomWeights();
        var x = new float[Inputs];
        x[3] = 2; // one input at full scale: outputs are its weights
        var preset = Preset.AhwaLora with { Dac = Converter.Off, Adc = Converter.Off, OutputNoise = 0 };
        var linears = new AnalogLinears(weights, preset, 0.067f, new Generator(1));
        double squares = 0;
        const int Draws = 200;
        var exact = new DigitalLinears(weights).Apply(_layer, tensor(x, 1, Inputs)).data<float>().ToArray();
        var maxima = weights[_layer.Weight].abs().amax([1]).data<float>().ToArray();
        for (var draw = 0; draw < Draws; draw++)
        {
            var noisy = linears.Apply(_layer, tensor(x, 1, Inputs)).data<float>().ToArray();
            squares += noisy.Zip(exact).Zip(maxima, (y, max) => Math.Pow((y.First - y.Second) / (2 * max), 2)).Average();
        }

        Assert.Equal(0.067, Math.Sqrt(squares / Draws), 0.002);
    }

    [Fact]
    public void PresetsThatTrainingCannotFollowAreRefused()
    {
        using var weights = RandomWeights();
        Assert.Throws<ArgumentException>(() => new AnalogLinears(weights, Preset.StandardHwa, 0, new Generator(1)));
    }

    private static Weights RandomWeights()
    {
        var random = new Random(5);
        return Weights.Of([
            (_layer.Weight, [Outputs, Inputs], [.. Enumerable.Range(0, Outputs * Inputs).Select(_ => random.NextSingle() - 0.5f)]),
            (_layer.Bias, [Outputs], [.. Enumerable.Range(0, Outputs).Select(_ => random.NextSingle())]),
        ]);
    }

    private static float[] RandomInputs()
    {
        var random = new Random(6);
        return [.. Enumerable.Range(0, Vectors * Inputs).Select(_ => 4 * random.NextSingle() - 2)];
    }
}
