using System.Text.Json;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Experiments.TileBench;

/// <summary>Tiles on the command line: weights in, state out.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class TileCommandTests : IDisposable
{
    private static readonly string Exits = TestMachine.Assemble("nop").Image.Path;

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(string name) => Path.Combine(_directory, name);

    private string Npy(params int[] shape) => Npy(shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => (float)(i - 3))]);

    private string Npy(int[] shape, float[] values)
    {
        NpyFormat.Write(At("w.npy"), shape, values);
        return At("w.npy");
    }

    private string Platform(string aimc)
    {
        File.WriteAllText(At("p.json"), $"{{ \"harts\": 1, \"aimc\": {aimc} }}");
        return At("p.json");
    }

    private static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;

    private static float[] Values(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Read(file.Find(null));
    }

    [Fact]
    public void Wrong_weights_are_refused_with_the_tensors_name_and_shape()
    {
        var platform = Platform("""{ "rows": 16, "columns": 8 }""");
        void Refused(string expected, string tile) => CommandLineTests.AssertRefused(expected, "run", Exits, "--platform", platform, "--tile", tile);
        Refused("--tile 'w.npy': expected N=FILE[:tensor]", "w.npy");
        Refused("there is no tile 1; the platform has 1", $"1={Npy(2, 2)}");
        Refused("tensor 'w' [4] <f4: not a matrix", $"0={Npy(4)}");
        Refused("tensor 'w' [9, 2] <f4: does not fit tile 0 of 8 outputs and 16 inputs", $"0={Npy(9, 2)}");
        Refused("tensor 'w' [2, 17] <f4: does not fit", $"0={Npy(2, 17)}");
        Refused("tensor 'w' [1, 3] <f4: element [0, 1] is NaN", $"0={Npy([1, 3], [1, float.NaN, 2])}");
        Refused("element [1, 0] is -Infinity", $"0={Npy([2, 1], [1, float.NegativeInfinity])}");
        Refused("no such file", $"0={At("none.npy")}");
        SafetensorsFormat.Write(At("w.safetensors"), [("a", [1, 1], [1]), ("b", [1, 1], [2])]);
        Refused("name one tensor, as in FILE:a", $"0={At("w.safetensors")}");
        Refused("no tensor 'c'", $"0={At("w.safetensors")}:c");
    }

    [Fact]
    public void Weights_come_out_as_the_conductances_they_went_in_as()
    {
        SafetensorsFormat.Write(At("w.safetensors"), [("a", [1, 1], [9]), ("layer.weight", [2, 3], [1, -2, 4, 0, 3, -6])]);
        var platform = Platform("""{ "rows": 4, "columns": 3, "model": "none", "age_seconds": 60 }""");
        Assert.Equal((0, ""), CommandLineTests.Run("run", Exits, "--quiet", "--platform", platform, "--tile", $"0={At("w.safetensors")}:layer.weight", "--tile-state", At("state")));
        Assert.Equal([6.25f, 0, 25, 0, 0, 12.5f, 0, 0, 0, 0, 0, 0], Values(At("state/tile0.g_plus.programmed.npy")));
        Assert.Equal([0, 12.5f, 0, 0, 0, 0, 25, 0, 0, 0, 0, 0], Values(At("state/tile0.g_minus.read.npy")));
        var tile = Json(At("state/tiles.json"))[0];
        Assert.Equal(("tile0", 4, 3), (tile.GetProperty("name").GetString(), tile.GetProperty("rows").GetInt32(), tile.GetProperty("columns").GetInt32()));
        Assert.InRange(tile.GetProperty("age_seconds").GetDouble(), 60, 60.001);
        Assert.Equal([4f, 6f], tile.GetProperty("programmed")[0].GetProperty("scale").EnumerateArray().Select(s => s.GetSingle()));
        Assert.Equal(0, tile.GetProperty("counters").GetProperty("mvms").GetInt32());
    }

    [Fact]
    public void Either_engine_leaves_the_same_bytes()
    {
        var weights = Npy(40, 30);
        foreach (var engine in new[] { "interpreter", "translator" })
        {
            Assert.Equal(0, CommandLineTests.Run("run", Exits, "--quiet", "--engine", engine, "--tile", $"0={weights}", "--tile-state", At(engine)).Status);
        }

        var files = Directory.GetFiles(At("interpreter")).Select(path => Path.GetFileName(path)).ToList();
        Assert.Equal(9, files.Count);
        foreach (var file in files) Assert.True(File.ReadAllBytes(Path.Combine(At("interpreter"), file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(At("translator"), file))), file);
    }

    [Fact]
    public void Statistics_hold_the_counters_of_every_device_that_counts()
    {
        Assert.Equal(0, CommandLineTests.Run("run", Exits, "--quiet", "--stats", At("stats.json")).Status);
        var devices = Json(At("stats.json")).GetProperty("devices");
        foreach (var (device, counter) in new[] { ("tile0", "energy_femtojoules"), ("dma", "bytes_moved"), ("cluster", "tcdm_accesses") })
        {
            Assert.Equal(0UL, devices.GetProperty(device).GetProperty(counter).GetUInt64());
        }

        Assert.False(devices.TryGetProperty("uart", out _));
    }
}
