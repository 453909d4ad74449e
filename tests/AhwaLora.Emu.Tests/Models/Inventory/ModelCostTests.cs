using AhwaLora.Common.Settings;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Models;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Models.Inventory;

/// <summary>Whole models through the firmware, layer after layer.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class ModelCostTests
{
    private static readonly ModelConfig Tiny = KnownModels.MobileBert.Config with { NumHiddenLayers = 1, HiddenSize = 32, EmbeddingSize = 8, IntraBottleneckSize = 16, IntermediateSize = 24 };

    private static SweepPoint Settings(PlatformDescription? platform = null) => new(platform ?? StudyPlatform.Description)
    {
        Shape = new LayerShape(1, 1, Rank: 4, Tokens: 12, Chunk: 4),
        Harts = 2,
        Strategy = LayerStrategy.Eager,
    };

    [Fact]
    public void The_published_inventories_are_those_that_are_run()
    {
        var bert = ModelCost.Adapted(KnownModels.MobileBert.Config);
        Assert.Equal((362, 20_251_648L, 1_633_296L), (bert.Count, bert.Sum(l => (long)l.Inputs * l.Outputs), bert.Sum(l => 8L * (l.Inputs + l.Outputs))));
        var llama = ModelCost.Adapted(KnownModels.Llama.Config);
        Assert.Equal((224, 41_943_040L), (llama.Count, llama.Sum(l => 16L * (l.Inputs + l.Outputs))));
    }

    [Fact]
    public void Every_layer_is_run_with_numbers_of_its_own()
    {
        var layers = ModelCost.Adapted(Tiny);
        var cost = ModelCost.Measure(layers, Settings(), TestMachine.Engine, jobs: 2);
        Assert.Equal(layers, cost.Layers.Select(l => l.Layer));
        Assert.Equal(layers.Count, cost.Layers.Select(l => l.RelativeErrorPercent).Distinct().Count());
        Assert.All(cost.Layers, l => Assert.True(l.TileAloneCycles >= 12 * 256 && l.PipelinedCycles > l.TileAloneCycles, l.ToString()));
        Assert.Equal(cost.Layers.Sum(l => l.PipelinedCycles), cost.PipelinedCycles);
        Assert.Equal(cost.PipelinedCycles, cost.ByShape.Sum(shape => shape.PipelinedCycles));
        Assert.All(cost.ByShape, shape => Assert.Single(shape.Layers.Select(l => (l.Layer.Inputs, l.Layer.Outputs)).Distinct()));

        var (layer, one) = (layers[3], cost.Layers[3]);
        var data = LayerData.Generate(new LayerShape(layer.Inputs, layer.Outputs, 4, 12, 4), seed: 4);
        var point = Settings() with { Shape = data.Shape };
        Assert.Equal(LayerRun.Execute(data, LayerStrategy.Eager, point.BuildPlatform(), point.BuildOptions(TestMachine.Engine)).Result.Cycles, one.PipelinedCycles);
    }

    [Fact]
    public void Tiles_of_time_alone_take_the_time_of_real_ones_and_hold_nothing()
    {
        var platform = StudyPlatform.Description;
        var timeOnly = platform with { Aimc = platform.Aimc! with { TimingOnly = true } };
        var layers = ModelCost.Adapted(Tiny);
        var (real, time) = (ModelCost.Measure(layers, Settings(), TestMachine.Engine, 2), ModelCost.Measure(layers, Settings(timeOnly), TestMachine.Engine, 2));
        Assert.Equal(real.Layers.Select(l => (l.PipelinedCycles, l.TileAloneCycles)), time.Layers.Select(l => (l.PipelinedCycles, l.TileAloneCycles)));
        Assert.All(time.Layers, l => Assert.Null(l.RelativeErrorPercent));

        var machine = new EmulatedMachine(timeOnly, TestMachine.Options);
        Assert.Empty(machine.Tiles[0].Crossbar.State.Weights);
        Assert.Empty(machine.Tiles[0].Crossbar.State.Plus.Target);
    }

    [Fact]
    public void Matrices_larger_than_a_tile_are_cut_and_chunks_as_large_as_the_TCDM_allows()
    {
        var platform = StudyPlatform.Description;
        var small = platform with { Memories = [.. platform.Memories.Select(m => m.Name == "tcdm" ? m with { Size = 16 << 10 } : m)], Aimc = platform.Aimc! with { Rows = 16, Columns = 16, TimingOnly = true } };
        var cost = ModelCost.Measure(ModelCost.Adapted(Tiny), Settings(small) with { Shape = Settings().Shape with { Chunk = 12 } }, TestMachine.Engine, 2);
        Assert.Contains(cost.Layers, l => l.Tiles == 4 && l.Shape.Chunk < 12);
        Assert.All(cost.Layers, l => Assert.InRange(l.TcdmBytes, 1, 16 << 10));
        Assert.Contains("not one token", Assert.Throws<SettingException>(() => ModelCost.Measure(ModelCost.Adapted(KnownModels.Llama.Config), Settings(), TestMachine.Engine, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_refuses_what_is_no_model() =>
        CommandLineTests.AssertRefused("gpt2: no such model or directory; expected mobilebert, llama-3.1-8b, or a directory", "model", "gpt2");

    [Fact]
    public void The_studys_platform_file_is_its_platform() =>
        Assert.Equal(PlatformJson.Write(StudyPlatform.Description), PlatformJson.Write(AhwaLora.Runs.Programs.PlatformFile.Load(Path.Combine(Toolchain.Root, "docs", "study", "platform.json"))));
}
