using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Analog.Numerics;
using Tile = AhwaLora.Analog.Crossbar.CrossbarArray;

namespace AhwaLora.Emu.Tests.Analog;

public sealed class CrossbarMvmTests
{
    private static readonly Preset Noisy = Preset.AhwaLora with { Name = "everything", InputNoise = 0.01f, ReadNoise = ReadNoiseKind.Additive, ReadNoiseScale = 0.02f };

    public static TheoryData<string, int, int, int, int> Regions()
    {
        TheoryData<string, int, int, int, int> data = [];
        foreach (Preset preset in (Preset[])[.. Preset.All, Noisy])
        {
            data.Add(preset.Name, 0, 150, 0, 203);
            data.Add(preset.Name, 7, 65, 13, 129);
            data.Add(preset.Name, 149, 1, 3, 5);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Regions))]
    public void Every_preset_equals_the_scalar_reference_to_the_bit(string name, int firstRow, int rows, int firstColumn, int columns)
    {
        Preset preset = Preset.All.Append(Noisy).Single(p => p.Name == name);
        CrossbarPart region = new(firstRow, rows, firstColumn, columns);
        Tile tile = new(new(150, 203) { Preset = preset, Seed = 99, Tile = 4 });
        float[] weights = Randoms(1, rows * columns);
        tile.Program(region, weights);
        tile.SetAge(1000);
        for (uint vector = 0; vector < 6; vector++)
        {
            float[] x = Randoms(vector + 10, rows), y = new float[columns];
            ReferenceMvm reference = new(tile, region, tile.State.NextEvent);
            float[] expected = reference.Run(x, tile.State.Programmings[^1].Scale);
            MvmResult result = tile.Mvm(region, x, y);
            Assert.Equal(Bits(expected), Bits(y));
            Assert.Equal(new MvmResult(reference.Passes, reference.DacClips, reference.AdcSaturations, reference.ClippedOutputs, false), result);
        }
    }

    [Fact]
    public void A_batch_whose_length_fits_only_modulo_two_to_the_32_is_refused()
    {
        Tile tile = new(new(1 << 12, 1));
        MvmResult[] results = new MvmResult[1 << 20];
        Assert.Contains("expected 4294967296", Assert.Throws<ArgumentException>(() => tile.MvmBatch(tile.Whole, [], new float[results.Length], results)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tile_of_more_cells_than_an_array_holds_is_refused() => Assert.Throws<OverflowException>(() => new CrossbarState(1 << 16, 1 << 16));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(67)]
    public void A_batch_has_the_bits_of_single_mvms(int vectors)
    {
        CrossbarPart region = new(3, 90, 2, 140);
        Tile single = new(new(100, 150) { Seed = 5 }), batch = new(new(100, 150) { Seed = 5 });
        float[] weights = Randoms(1, 90 * 140), x = Randoms(2, vectors * 90);
        x.AsSpan(0, 90).Clear();
        single.Program(region, weights);
        batch.Program(region, weights);
        float[] expected = new float[vectors * 140], actual = new float[vectors * 140];
        MvmResult[] expectedResults = new MvmResult[vectors], actualResults = new MvmResult[vectors];
        uint[] expectedBits = new uint[5], actualBits = new uint[5];
        for (int v = 0; v < vectors; v++)
            expectedResults[v] = single.Mvm(region, x.AsSpan(v * 90, 90), expected.AsSpan(v * 140, 140), default, expectedBits);
        batch.MvmBatch(region, x, actual, actualResults, default, actualBits);
        Assert.Equal(Bits(expected), Bits(actual));
        Assert.Equal(expectedResults, actualResults);
        Assert.Equal(expectedBits, actualBits);
        Assert.Equal(single.State.NextEvent, batch.State.NextEvent);
    }

    [Fact]
    public void Ideal_tile_of_ideal_devices_is_exact()
    {
        Tile tile = new(new(3, 2) { Preset = Preset.Ideal, Model = DeviceModel.None });
        tile.Program(tile.Whole, [1, -2, 3, 40, 5, -7]);
        float[] y = new float[2];
        tile.Mvm(tile.Whole, [10, 20, 30], y, new() { Bias = [0.5f, -1] });
        Assert.Equal([60.5f, 289f], y);
    }

    // Weight 1 everywhere, one input line: the output is the DAC's value. Step 2/254, largest code 127.
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.5, 0, 0)]       // half a code: to even
    [InlineData(1.5, 2, 0)]
    [InlineData(2.5, 2, 0)]
    [InlineData(-1.5, -2, 0)]
    [InlineData(126.6, 127, 0)]
    [InlineData(127.4, 127, 0)]
    [InlineData(127.6, 127, 1)]   // rounds beyond the largest code: clipped
    [InlineData(-300, -127, 1)]
    public void Dac_rounds_halves_to_even_and_clips(double codes, int expected, int clips)
    {
        Tile tile = One(new() { Name = "dac", Dac = new(8, 127) });
        float[] y = new float[1];
        MvmResult result = tile.Mvm(tile.Whole, [(float)codes], y);
        Assert.Equal(expected, y[0]);
        Assert.Equal(clips, result.DacClips);
    }

    [Theory]
    [InlineData(0.5, 0, 0)]
    [InlineData(1.5, 2, 0)]
    [InlineData(-2.5, -2, 0)]
    [InlineData(30.9, 31, 0)]
    [InlineData(31.6, 31, 1)]
    [InlineData(-1000, -31, 1)]
    public void Adc_of_six_bits_rounds_halves_to_even_and_saturates(double value, int expected, int saturations)
    {
        Tile tile = One(new() { Name = "adc", Adc = new(6, 31) });
        float[] y = new float[1];
        uint[] saturated = new uint[1];
        MvmResult result = tile.Mvm(tile.Whole, [(float)value], y, default, saturated);
        Assert.Equal(expected, y[0]);
        Assert.Equal(saturations, result.AdcSaturations);
        Assert.Equal(saturations, result.ClippedOutputs);
        Assert.Equal((uint)saturations, saturated[0]);
    }

    [Fact]
    public void Presets_have_the_published_steps()
    {
        Assert.Equal((1 / 127f, 127), (Preset.AhwaLora.Dac.Step, Preset.AhwaLora.Dac.MaxCode));
        Assert.Equal((24 / 254f, 31.75f), (Preset.AhwaLora.Adc.Step, Preset.AhwaLora.BoundLimit));
        Assert.Equal((20 / 254f, 63, 255), (Preset.StandardHwa.Adc.Step, Preset.AihwkitDefault.Dac.MaxCode, Preset.AihwkitDefault.Adc.MaxCode));
    }

    [Theory]
    [InlineData(11, 1, 0)]
    [InlineData(13, 2, 1)]
    [InlineData(25, 3, 2)]
    [InlineData(100, 5, 4)]
    [InlineData(500, 6, 6)] // b = 32 is beyond 31.75: the last pass, saturated or not
    public void Bound_management_halves_the_input_until_nothing_saturates(int rows, int passes, int saturations)
    {
        Tile tile = new(new(rows, 40) { Preset = Preset.AhwaLora with { OutputNoise = 0 }, Model = DeviceModel.None });
        float[] weights = new float[rows * 40], x = new float[rows], y = new float[40];
        weights.AsSpan(37 * rows, rows).Fill(1);
        Array.Fill(x, 1);
        uint[] saturated = new uint[2];
        MvmResult result = tile.Mvm(tile.Whole, [.. x], y, default, saturated);
        Assert.Equal(new MvmResult(1, 0, 0, 0, false), result); // nothing programmed, nothing flows
        tile.Program(tile.Whole, weights);
        result = tile.Mvm(tile.Whole, x, y, default, saturated);
        Assert.Equal((passes, saturations), (result.Passes, result.AdcSaturations));
        Assert.Equal(saturations == passes ? 1 : 0, result.ClippedOutputs);
        Assert.Equal([0u, saturations > 0 ? 1u << 5 : 0u], saturated);
        Assert.Equal(0, y[36]);
        Assert.InRange(y[37], Math.Min(rows, 12 * 32) * 0.97f, Math.Min(rows, 12 * 32) * 1.03f);
    }

    [Fact]
    public void Codes_pass_the_analog_part_alone()
    {
        Tile tile = new(new(2, 3) { Preset = Preset.AhwaLora with { OutputNoise = 0 }, Model = DeviceModel.None });
        tile.Program(tile.Whole, [1, 0, 0.5f, 0.5f, -1, 1], scale: [1, 1, 1]);
        sbyte[] y = new sbyte[3];
        MvmResult result = tile.MvmCodes(tile.Whole, [127, -128], y);
        Assert.Equal([(sbyte)11, 0, -21], y); // 1, 0 and -2 in steps of 24/254
        Assert.Equal(new MvmResult(1, 1, 0, 0, false), result);
        Assert.False(new Tile(new(2, 2) { Preset = Preset.AihwkitDefault }).HasInt8Codes);
        Assert.Throws<InvalidOperationException>(() => new Tile(new(1, 1) { Preset = Preset.Ideal }).MvmCodes(new(0, 1, 0, 1), [1], new sbyte[1]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_non_finite_input_is_refused_and_harms_no_other_vector(float bad)
    {
        Tile tile = new(new(20, 10) { Seed = 1 }), other = new(new(20, 10) { Seed = 1 });
        float[] weights = Randoms(1, 200), x = Randoms(2, 60), good = [.. x], y = new float[30], expected = new float[30];
        x[20 + 17] = bad;
        Array.Fill(y, -5);
        tile.Program(tile.Whole, weights);
        other.Program(other.Whole, weights);
        MvmResult[] results = new MvmResult[3], expectedResults = new MvmResult[3];
        tile.MvmBatch(tile.Whole, x, y, results);
        other.MvmBatch(other.Whole, good, expected, expectedResults);
        Assert.Equal(new MvmResult(0, 0, 0, 0, NonFiniteInput: true), results[1]);
        Assert.All(y[10..20], value => Assert.Equal(-5, value));
        Assert.Equal(expected[..10], y[..10]);
        Assert.Equal(expected[20..], y[20..]);
    }

    [Fact]
    public void An_all_zero_input_gives_the_bias_without_a_pass()
    {
        Tile tile = new(new(20, 2));
        tile.Program(tile.Whole, Randoms(1, 40));
        float[] y = [7, 7];
        MvmResult result = tile.Mvm(tile.Whole, new float[20], y, new() { Bias = [1, 2] });
        Assert.Equal([1f, 2f], y);
        Assert.Equal(default, result);
    }

    [Fact]
    public void Wrong_regions_and_lengths_are_refused()
    {
        Tile tile = new(new(4, 3));
        Assert.Throws<ArgumentException>(() => tile.Mvm(new(0, 5, 0, 3), new float[5], new float[3]));
        Assert.Throws<ArgumentException>(() => tile.Mvm(new(0, 4, 1, 3), new float[4], new float[3]));
        Assert.Throws<ArgumentException>(() => tile.Mvm(new(int.MaxValue, 4, 0, 3), new float[4], new float[3]));
        Assert.Throws<ArgumentException>(() => tile.Mvm(tile.Whole, new float[3], new float[3]));
        Assert.Throws<ArgumentException>(() => tile.Mvm(tile.Whole, new float[4], new float[2]));
        Assert.Throws<ArgumentException>(() => tile.Mvm(tile.Whole, new float[4], new float[3], new() { Bias = [1] }));
        Assert.Throws<ArgumentException>(() => new Tile(new(0, 3)));
        Assert.Throws<ArgumentException>(() => new Tile(new(3, 3) { Preset = Preset.AhwaLora with { Adc = new(1, 12) } }));
        Assert.Throws<ArgumentException>(() => new Tile(new(3, 3) { Preset = Preset.AhwaLora with { OutputNoise = float.NaN } }));
    }

    [Fact]
    public void An_mvm_allocates_nothing()
    {
        Tile tile = new(new(70, 90) { Preset = Preset.StandardHwa });
        tile.Program(tile.Whole, Randoms(1, 70 * 90));
        float[] x = Randoms(2, 5 * 70), y = new float[5 * 90];
        MvmResult[] results = new MvmResult[5];
        Assert.Equal(0, Allocations.Of(() =>
        {
            tile.MvmBatch(tile.Whole, x, y, results);
            tile.Mvm(tile.Whole, x.AsSpan(0, 70), y.AsSpan(0, 90));
        }));
    }

    internal static float[] Randoms(uint stream, int count)
    {
        var values = new float[count];
        for (uint i = 0; i < count; i++)
            values[i] = ((int)Philox.Block(1, stream, i, 0, 0).W0 >> 8) * (1f / (1 << 23));
        return values;
    }

    internal static IEnumerable<uint> Bits(IEnumerable<float> values) => values.Select(BitConverter.SingleToUInt32Bits);

    private static Tile One(Preset preset)
    {
        Tile tile = new(new(1, 1) { Preset = preset, Model = DeviceModel.None });
        tile.Program(tile.Whole, [1]);
        return tile;
    }
}
