using AhwaLora.Common.Files;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Experiments.Layers;

/// <summary>The strategy that chooses its chunk and split, and the model it does so by.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class BalancedLayerTests
{
    public static TheoryData<int, int, int, int, int, int> Layers => new()
    {
        // inputs, outputs, rank, tokens, harts, T_int
        { 128, 128, 8, 96, 1, 256 },
        { 128, 128, 8, 160, 8, 256 },
        { 128, 128, 8, 320, 24, 256 },
        { 512, 128, 8, 160, 16, 512 },
        { 128, 512, 4, 100, 24, 256 },
        { 128, 128, 16, 160, 16, 256 },
        { 200, 300, 5, 150, 10, 256 },
        { 1024, 128, 8, 64, 16, 512 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Its_forecast_is_what_the_run_takes(int inputs, int outputs, int rank, int tokens, int harts, int integrationNs)
    {
        var measured = Run(new LayerShape(inputs, outputs, rank, tokens, Chunk: 1), LayerStrategy.Balanced, harts, integrationNs);
        var forecast = measured.Plan!.Forecast;
        Assert.InRange((double)forecast.Cycles / measured.Result.Cycles, 0.94, 1.04);
        Assert.Equal(0, measured.RelativeError, 2e-6);
    }

    [Theory]
    [InlineData(128, 128, 32, 128)]
    [InlineData(512, 128, 64, 256)]
    [InlineData(128, 512, 16, 256)]
    public void It_expects_the_banks_conflicts_where_they_count(int inputs, int outputs, int harts, int integrationNs)
    {
        var shape = new LayerShape(inputs, outputs, Rank: 8, Tokens: 160, Chunk: 1);
        var platform = Platform(shape, LayerStrategy.Balanced, harts, integrationNs) with { Dma = new DmaDescription { BytesPerCycle = 64 } };
        var options = TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p"), Contention = Contention.Exact };
        var measured = LayerRun.Execute(LayerData.Generate(shape, seed: 7), LayerStrategy.Balanced, platform, options);
        Assert.InRange((double)measured.Plan!.Forecast.Cycles / measured.Result.Cycles, 0.94, 1.04);

        var without = LayerPlan.Choose(shape, LayerStrategy.Balanced, platform);
        Assert.True(without.Forecast.Cycles < 0.98 * measured.Result.Cycles, $"conflicts make no difference: {without.Forecast.Cycles} cycles expected without, {measured.Result.Cycles} taken");
    }

    [Fact]
    public void No_chunk_that_a_user_could_name_is_much_better()
    {
        var shape = new LayerShape(128, 128, 8, 160, 8);
        var balanced = Run(shape, LayerStrategy.Balanced, harts: 16, integrationNs: 256);
        foreach (var chunk in new[] { 4, 8, 16, 32, 64 })
        {
            var named = Run(shape with { Chunk = chunk }, LayerStrategy.Eager, harts: 16, integrationNs: 256);
            Assert.True(balanced.Result.Cycles < 1.03 * named.Result.Cycles, $"t = {chunk}: {named.Result.Cycles} cycles, chosen {balanced.Plan!.Chunk}: {balanced.Result.Cycles}");
            Assert.Equal(named.Y, balanced.Y);
        }
    }

    [Fact]
    public void The_chunk_fits_TCDM()
    {
        var shape = new LayerShape(512, 512, 8, 160, 8);
        var small = Run(shape, LayerStrategy.Balanced, harts: 4, integrationNs: 256, tcdmBytes: 128 * 1024);
        Assert.InRange<long>(small.Result.TcdmBytes, 64 * 1024, 128 * 1024);
        var error = Assert.Throws<UserErrorException>(() => Run(shape, LayerStrategy.Balanced, harts: 4, integrationNs: 256, tcdmBytes: 32 * 1024));
        Assert.Contains("even with one token per chunk", error.Message, StringComparison.Ordinal);
    }

    private static LayerMeasurement Run(LayerShape shape, LayerStrategy strategy, int harts, int integrationNs, uint tcdmBytes = 1 << 20) =>
        LayerRun.Execute(
            LayerData.Generate(shape, seed: 7),
            strategy,
            Platform(shape, strategy, harts, integrationNs, tcdmBytes),
            TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") });

    private static PlatformDescription Platform(LayerShape shape, LayerStrategy strategy, int harts, int integrationNs, uint tcdmBytes = 1 << 20)
    {
        var platform = new PlatformDescription { Harts = harts, Aimc = new AimcDescription { Preset = "ideal", Model = "none", IntegrationNs = integrationNs } };
        platform = platform.WithMemory(LayerFootprint.TcdmBase, m => m with { Size = tcdmBytes });
        return LayerMapping.WithTiles(platform, [shape], strategy);
    }
}
