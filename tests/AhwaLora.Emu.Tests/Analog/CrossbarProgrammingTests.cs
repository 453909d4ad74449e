using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using Tile = AhwaLora.Analog.Crossbar.CrossbarArray;

namespace AhwaLora.Emu.Tests.Analog;

public sealed class CrossbarProgrammingTests
{
    [Fact]
    public void Weights_map_to_pairs_per_column_or_per_tile()
    {
        float[] weights = [1, -0.5f, 0.2f, 0.1f]; // [out 0: 1, -0.5], [out 1: 0.2, 0.1]
        Tile columns = new(new(2, 2)), whole = new(new(2, 2) { Preset = Preset.AihwkitDefault });
        columns.Program(columns.Whole, weights);
        whole.Program(whole.Whole, weights);
        Assert.Equal([25, 25, 0, 12.5f], columns.State.Plus.Target);
        Assert.Equal([0, 0, 12.5f, 0], columns.State.Minus.Target);
        Assert.Equal([1, 0.2f], columns.State.Programmings[0].Scale);
        Assert.Equal([25, 5, 0, 2.5f], whole.State.Plus.Target);
        Assert.Equal([1f, 1f], whole.State.Programmings[0].Scale);
    }

    [Fact]
    public void A_given_scale_holds_and_larger_weights_are_clipped()
    {
        Tile tile = new(new(2, 1) { Model = DeviceModel.None });
        tile.Program(tile.Whole, [1, -8], scale: [4]);
        Assert.Equal([6.25f, 0], tile.State.Plus.Target);
        Assert.Equal([0, 25f], tile.State.Minus.Target);
        Assert.Equal([0.25f, -1], tile.State.Weights);
    }

    [Fact]
    public void Devices_are_drawn_as_the_sampler_draws_them()
    {
        Tile tile = new(new(1, 40) { Seed = 3 });
        float[] weights = new float[40], programmed = new float[40], drifted = new float[40], read = new float[40];
        Array.Fill(weights, 1);
        tile.Program(tile.Whole, weights);
        DeviceSampler.Sample(DeviceModel.Pcm, 25, 0, 3, programmed, drifted, read);
        Assert.Equal(programmed, tile.State.Plus.Programmed);
        Assert.Equal(read, tile.State.Plus.Read);
    }

    [Fact]
    public void A_region_programs_as_it_would_in_one_go_with_others_untouched()
    {
        CrossbarPart region = new(5, 11, 9, 17);
        Tile tile = new(new(32, 32) { Seed = 8 });
        tile.Program(region, CrossbarMvmTests.Randoms(1, 11 * 17));
        for (int row = 0; row < 32; row++)
            for (int column = 0; column < 32; column++)
                Assert.Equal(
                    row is >= 5 and < 16 && column is >= 9 and < 26,
                    tile.State.Plus.DriftExponent[row * 32 + column] != 0);
        Assert.Equal(2u, tile.State.NextEvent);
    }

    [Fact]
    public void Cells_outside_a_programmed_region_go_on_ageing()
    {
        Tile tile = new(new(2, 64) { Seed = 8 }), alone = new(new(2, 64) { Seed = 8 });
        float[] weights = CrossbarMvmTests.Randoms(1, 64);
        CrossbarPart upper = new(0, 1, 0, 64), lower = new(1, 1, 0, 64);
        tile.Program(upper, weights);
        tile.SetAge(5000);
        tile.Program(lower, weights);
        Assert.Equal(0, tile.State.AgeSeconds);
        tile.SetAge(1000);

        alone.Program(upper, weights);
        alone.State.NextEvent = tile.State.NextEvent - 1;
        alone.SetAge(6000);
        Assert.Equal(alone.State.Plus.Read[..64], tile.State.Plus.Read[..64]);
    }

    [Fact]
    public void Stacked_regions_keep_their_own_scales_and_old_programmings_are_forgotten()
    {
        Tile tile = new(new(4, 2) { Preset = Preset.AhwaLora with { OutputNoise = 0 }, Model = DeviceModel.None });
        CrossbarPart upper = new(0, 2, 0, 2), lower = new(2, 2, 0, 2);
        tile.Program(upper, [1, 1, 1, 1]);
        tile.Program(lower, [100, 100, 100, 100]);
        float[] y = new float[2];
        tile.Mvm(upper, [1, 1], y);
        Assert.InRange(y[1], 1.9f, 2.1f);
        tile.Mvm(lower, [1, 1], y);
        Assert.InRange(y[1], 190, 210);
        for (int i = 0; i < 5; i++)
            tile.Program(upper, [1, 1, 1, 1]);
        Assert.Equal(2, tile.State.Programmings.Count);
        tile.Program(tile.Whole, new float[8]);
        Assert.Single(tile.State.Programmings);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_non_finite_weight_is_named_and_changes_nothing(float bad)
    {
        Tile tile = new(new(10, 4));
        float[] weights = new float[40];
        weights[3 * 10 + 7] = bad;
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => tile.Program(tile.Whole, weights));
        Assert.Contains($"[out 3, in 7] is {bad}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0u, tile.State.NextEvent);
        Assert.Empty(tile.State.Programmings);
    }

    [Fact]
    public void Wrong_lengths_and_ages_are_refused()
    {
        Tile tile = new(new(2, 2));
        Assert.Throws<ArgumentException>(() => tile.Program(tile.Whole, new float[3]));
        Assert.Throws<ArgumentException>(() => tile.Program(new(1, 2, 0, 2), new float[4]));
        Assert.Throws<ArgumentException>(() => tile.Program(tile.Whole, new float[4], [1]));
        Assert.Throws<ArgumentException>(() => tile.Program(tile.Whole, new float[4], [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tile.SetAge(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tile.SetAge(double.NaN));
    }

    [Fact]
    public void Aihwkit_compatible_pairs_are_folded_and_reach_g_max_again()
    {
        CrossbarOptions options = new(64, 8) { Seed = 4, Preset = Preset.AhwaLora };
        Tile folded = new(options with { Mapping = DeviceMapping.AihwkitCompatible }), plain = new(options);
        float[] weights = CrossbarMvmTests.Randoms(1, 64 * 8);
        folded.Program(folded.Whole, weights);
        plain.Program(plain.Whole, weights);
        float max = 0, noisyMax = 0; // of all columns: aihwkit's converter knows no column
        for (int cell = 0; cell < 64 * 8; cell++)
        {
            Assert.True(folded.State.Plus.Programmed[cell] == 0 || folded.State.Minus.Programmed[cell] == 0);
            max = Math.Max(max, folded.State.Plus.Programmed[cell] + folded.State.Minus.Programmed[cell]);
            noisyMax = Math.Max(noisyMax, Math.Abs(plain.State.Plus.Programmed[cell] - plain.State.Minus.Programmed[cell]));
        }
        Assert.Equal(25, max, 1e-5);
        foreach (float weight in folded.State.Programmings[0].WeightPerMicroSiemens)
            Assert.Equal(noisyMax / 25 / 25, weight, 1e-7);
    }

    [Fact]
    public void Gdc_brings_a_drifted_tile_back_to_its_mean()
    {
        Tile tile = new(new(96, 64) { Seed = 6 });
        tile.Program(tile.Whole, CrossbarMvmTests.Randoms(1, 96 * 64));
        Assert.Throws<InvalidOperationException>(() => tile.Calibrate(tile.Whole));
        double fresh = MeanWeight(tile);
        uint before = tile.State.NextEvent;
        GdcReading reference = tile.MeasureReference(tile.Whole);
        Assert.Equal(96u, tile.State.NextEvent - before);
        Assert.Equal(96, reference.Cost.Passes);
        tile.SetAge(31_536_000);
        double drifted = MeanWeight(tile);
        Assert.InRange(drifted / fresh, 0.3, 0.7);
        GdcReading reading = tile.Calibrate(tile.Whole);
        Assert.Equal(reference.Response / reading.Response, tile.State.Alpha);
        Assert.InRange(drifted * tile.State.Alpha / fresh, 0.95, 1.05);
        tile.Program(tile.Whole, new float[96 * 64]);
        Assert.Equal((0f, 1f), (tile.State.ReferenceResponse, tile.State.Alpha));
        Assert.InRange(tile.MeasureResponse(tile.Whole).Response, 1e-4f, 1f);
    }

    [Fact]
    public void Events_wrap_to_zero()
    {
        Tile tile = new(new(1, 1));
        tile.State.NextEvent = uint.MaxValue;
        tile.Program(tile.Whole, [1]);
        Assert.Equal(1u, tile.State.NextEvent);
    }

    [Theory]
    [InlineData(512, 512, new[] { 512 })]
    [InlineData(513, 512, new[] { 257, 256 })]
    [InlineData(1300, 512, new[] { 434, 433, 433 })]
    [InlineData(3, 1, new[] { 1, 1, 1 })]
    public void Matrices_split_evenly_with_the_longer_parts_first(int size, int max, int[] lengths)
    {
        IReadOnlyList<LineRange> splits = MatrixCut.Along(size, max);
        Assert.Equal(lengths, splits.Select(s => s.Length));
        Assert.Equal(lengths.Select((_, i) => lengths[..i].Sum()), splits.Select(s => s.First));
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixCut.Along(0, max));
    }

    [Fact]
    public void Energy_scales_with_the_cells_in_use()
    {
        Assert.Equal(13_400_000, MvmCost.OnePhase.EnergyFemtojoulesOf(new(0, 256, 0, 256)));
        Assert.Equal(4 * 52_900_000, MvmCost.FourPhases.EnergyFemtojoulesOf(new(0, 512, 0, 512)));
    }

    private static double MeanWeight(Tile tile) => tile.State.Weights.Average(Math.Abs);
}
