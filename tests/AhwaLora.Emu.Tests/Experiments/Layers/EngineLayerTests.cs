using System.Globalization;
using System.Text.RegularExpressions;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Experiments.Layers;

/// <summary>Layers in FP16 whose adapter RedMulE computes, end to end on the paper's machine.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed partial class EngineLayerTests
{
    private static readonly PlatformDescription Paper = NamedPlatform.Find(NamedPlatform.Paper)!.Load();
    private static readonly MachineOptions Options = TestMachine.Options with { Timing = TimingProfile.Named("snitch"), Contention = Contention.Exact };

    public static TheoryData<string> Strategies => [.. LayerStrategy.All.Where(s => s.UsesEngine).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Each_output_is_the_engines_chain_on_the_tiles_output(string name)
    {
        var strategy = LayerStrategy.All.First(s => s.Name == name);
        foreach (var shape in new[] { new LayerShape(128, 128, 8, 29, 12), new LayerShape(50, 37, 3, 17, 5), new LayerShape(72, 24, 20, 40, 25) })
        {
            var data = LayerData.Generate(shape, seed: 11);
            var alone = LayerRun.Execute(data, strategy.TileAlone, Paper, Options);
            var measured = LayerRun.Execute(data, strategy, Paper, Options);
            Assert.Equal(Expected(HalfLayer.Of(data, EngineShape.Of(shape, Paper.RedMulE)), alone.Y), measured.Y);
        }
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void The_host_knows_what_the_buffers_take(string name)
    {
        var strategy = LayerStrategy.All.First(s => s.Name == name);
        foreach (var shape in new[] { new LayerShape(128, 64, 8, 20, 8), new LayerShape(50, 37, 3, 17, 5) })
        {
            foreach (var run in new[] { strategy, strategy.TileAlone })
            {
                var measured = LayerRun.Execute(LayerData.Generate(shape, seed: 1), run, Paper, Options);
                Assert.Equal(LayerFootprint.Bytes(shape, run, engine: Paper.RedMulE), measured.Result.TcdmBytes);
            }
        }
    }

    [Theory]
    [InlineData(256, 1.5)]
    [InlineData(128, 4)]
    public void The_published_layer_costs_little_within_the_published_memory(int integrationNs, double percent)
    {
        var platform = Paper with { Aimc = Paper.Aimc! with { IntegrationNs = integrationNs } };
        var comparison = LayerComparison.Run(LayerData.Generate(new LayerShape(128, 128, 8, 320, 12), seed: 1), LayerStrategy.EngineEager, platform, Options);
        Assert.InRange(comparison.OverheadPercent, 0, percent);
        Assert.True(comparison.Sequential.Result.Cycles > comparison.Pipelined.Result.Cycles);
    }

    [Fact]
    public void The_documented_overheads_and_memory_are_what_is_measured()
    {
        var rows = DocumentedRow().Matches(File.ReadAllText(Path.Combine(Toolchain.Root, "docs", "redmule.md")));
        Assert.NotEmpty(rows);
        foreach (Match row in rows)
        {
            int Number(string group) => int.Parse(row.Groups[group].Value, CultureInfo.InvariantCulture);
            var platform = Paper with { Aimc = Paper.Aimc! with { IntegrationNs = Number("ns") } };
            var strategy = LayerStrategy.All.First(s => s.Name == row.Groups["strategy"].Value);
            var data = LayerData.Generate(new LayerShape(Number("in"), Number("out"), 8, 320, Number("chunk")), seed: 1);
            var (alone, measured) = (LayerRun.Execute(data, strategy.TileAlone, platform, Options), LayerRun.Execute(data, strategy, platform, Options));
            var percent = 100.0 * ((double)measured.Result.Cycles / alone.Result.Cycles - 1);
            Assert.Equal((row.Groups["percent"].Value, row.Groups["kib"].Value), (Rounded(percent), Rounded(measured.Result.TcdmBytes / 1024.0)));
        }

        static string Rounded(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\| (?<in>\d+)x(?<out>\d+) \| (?<ns>\d+) ns \| `(?<strategy>[a-z-]+)`, (?<chunk>\d+) \| (?<percent>[\d.]+) %[^|]*\| (?<kib>[\d.]+) KiB \|$", RegexOptions.Multiline)]
    private static partial Regex DocumentedRow();

    [Fact]
    public void A_platform_without_an_engine_is_refused_with_one_that_has_one()
    {
        var data = LayerData.Generate(new LayerShape(16, 16, 8, 4, 4), seed: 1);
        var refused = Assert.ThrowsAny<UserErrorException>(() => LayerRun.Execute(data, LayerStrategy.Engine, new PlatformDescription(), Options));
        Assert.Contains("platform paper", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_of_several_tiles_is_refused_before_it_runs()
    {
        var data = LayerData.Generate(new LayerShape(600, 16, 8, 4, 4), seed: 1);
        var platform = Paper with { Aimc = Paper.Aimc! with { Tiles = 2 } };
        var refused = Assert.ThrowsAny<UserErrorException>(() => LayerRun.Execute(data, LayerStrategy.Engine, platform, Options));
        Assert.Contains("drives one tile", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>XA = X A, then Y = (X A) B + Y, each element a chain of fused multiply-adds that are rounded to FP16 (docs/redmule.md).</summary>
    private static float[] Expected(HalfLayer layer, float[] tile)
    {
        var (shape, engine) = (layer.Data.Shape, layer.Engine);
        var y = new float[tile.Length];
        for (var token = 0; token < shape.Tokens; token++)
        {
            var x = new Half[engine.Inputs];
            layer.X.AsSpan(token * HalfLayer.Even(shape.Inputs), shape.Inputs).CopyTo(x);
            var xa = new Half[engine.Rank];
            for (var j = 0; j < xa.Length; j++) xa[j] = Chain(x, layer.A, j, engine.Rank, default);
            for (var c = 0; c < shape.Outputs; c++) y[token * shape.Outputs + c] = (float)Chain(xa, layer.B, c, engine.Outputs, (Half)tile[token * shape.Outputs + c]);
        }

        return y;
    }

    private static Half Chain(Half[] x, Half[] matrix, int column, int columns, Half start)
    {
        uint fflags = 0, sum = BitConverter.HalfToUInt16Bits(start);
        for (var n = 0; n < x.Length; n++)
        {
            sum = Float16.Fma(BitConverter.HalfToUInt16Bits(x[n]), BitConverter.HalfToUInt16Bits(matrix[n * columns + column]), sum, RoundingMode.NearestEven, ref fflags);
        }

        return BitConverter.UInt16BitsToHalf((ushort)sum);
    }
}
