using AhwaLora.Common.Files;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Experiments.Layers;

/// <summary>One firmware on an ideal and a noisy tile.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class PairedLayerTests
{
    private static readonly LayerShape Small = new(Inputs: 48, Outputs: 40, Rank: 8, Tokens: 12, Chunk: 4);

    [Fact]
    public void Physics_changes_outputs_and_no_cycle()
    {
        var paired = Run(new AimcDescription());
        Assert.Equal((0UL, 0L, true), (paired.Repasses, paired.FurtherCycles, paired.CyclesAgree));
        Assert.Equal(12UL, paired.Noisy.Tile.Mvms);
        Assert.InRange(paired.Error.SnrDecibels, 12, 30);
        Assert.True(paired.Error.WorstMvmSnrDecibels < paired.Error.SnrDecibels && paired.Error.WorstColumnSnrDecibels < paired.Error.SnrDecibels);
        Assert.InRange(paired.Error.WorstMvm, 0, 11);
        Assert.InRange(paired.Error.WorstColumn, 0, 39);
        Assert.Equal((0, 0), (paired.ClippedFraction, paired.SaturatedFraction));
    }

    [Fact]
    public void An_ideal_tile_has_no_error() => Assert.Equal(200, Run(new AimcDescription { Preset = "ideal", Model = "none" }).Error.SnrDecibels);

    [Fact]
    public void Older_tiles_are_worse() =>
        Assert.True(Run(new AimcDescription { AgeSeconds = 1e7 }).Error.SnrDecibels < Run(new AimcDescription()).Error.SnrDecibels - 3);

    [Fact]
    public void Passes_of_bound_management_are_counted_and_cost_cycles()
    {
        var data = LayerData.Generate(Small, seed: 7);
        Array.Fill(data.X, 1);
        Array.Fill(data.Weights, 0.1f);
        var paired = PairedLayer.Run(data, LayerStrategy.DoubleBuffered, Platform(new AimcDescription()), Options);
        Assert.True(paired.Repasses >= 12, "48 inputs at full scale on weights at full scale lie beyond the bound of 12");
        Assert.True(paired.FurtherCycles > 0 && paired.CyclesAgree);
        Assert.InRange(paired.SaturatedFraction, 0.1, 0.9);
    }

    [Fact]
    public void Constant_scaling_clips_inputs() => Assert.InRange(Run(new AimcDescription { Preset = "standard-hwa" }).ClippedFraction, 0.2, 0.45); // P(|x| > 1) = 0.317

    [Fact]
    public void Tiles_that_compute_no_values_cannot_be_compared() =>
        Assert.Contains("aimc.timing_only", Assert.Throws<UserErrorException>(() => Run(new AimcDescription { TimingOnly = true })).Message, StringComparison.Ordinal);

    private static PairedLayer Run(AimcDescription aimc) => PairedLayer.Run(LayerData.Generate(Small, seed: 7), LayerStrategy.DoubleBuffered, Platform(aimc), Options);

    private static PlatformDescription Platform(AimcDescription aimc) => new() { Harts = 3, Aimc = aimc };

    private static MachineOptions Options => TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p") };
}
