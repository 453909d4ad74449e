using System.Text.Json;
using AhwaLora.Emu.Tests.Models.Inventory;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Experiments.Deployment;

/// <summary><c>adapter</c> on the command line, on a base and two tasks that the tests generate.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class AdapterCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public AdapterCommandTests()
    {
        CheckpointGenerator.Write(At("base"), Small.Bert, 3);
        File.WriteAllText(At("platform.json"), """{ "aimc": { "rows": 64, "columns": 64 } }""");
        WriteTask("first", seed: 9);
        WriteTask("second", seed: 10);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(params string[] names) => Path.Combine([_directory, .. names]);

    private void WriteTask(string name, ulong seed)
    {
        var adapter = Small.Adapter(Small.Bert, 4, seed);
        PeftFormat.Write(At(name), adapter with
        {
            Config = LoraConfig.Of(4, 16, ["query", "key", "value", "dense"], "SEQ_CLS", "../base", ["classifier"]),
            Saved = new Dictionary<string, SavedModule> { ["classifier"] = new(2, 32, [.. Enumerable.Range(0, 64).Select(i => i % 7 / 10f - 0.3f)], [0, 0]) },
        });
        LabelledExample.Write(At(name, "examples.jsonl"), Enumerable.Range(0, 5).Select(i => new LabelledExample { Text = $"example {i}", InputIds = [2, 5 + i, 20 - i, 3], Label = i % 2 }));
    }

    private JsonElement Json(params string[] args)
    {
        Assert.Equal(0, CommandLineTests.Run([.. args, "--json", At("out.json")]).Status);
        return JsonDocument.Parse(File.ReadAllText(At("out.json"))).RootElement;
    }

    [Fact]
    public void Info_counts_parameters_and_their_share()
    {
        var info = Json("adapter", "info", At("first"));
        Assert.Equal((4, 16.0, 13), (info.GetProperty("rank").GetInt32(), info.GetProperty("alpha").GetDouble(), info.GetProperty("modules").GetArrayLength()));
        var pairs = 2 * (4 * 4 * 64 + 2 * 4 * 96) + 4 * 64;
        Assert.Equal((pairs, 66), (info.GetProperty("adapter_parameters").GetInt32(), info.GetProperty("whole_module_parameters").GetInt32()));
        Assert.Equal(100.0 * (pairs + 66) / (ModelInventory.Of(Small.Bert).Parameters + pairs), info.GetProperty("share_percent").GetDouble(), 1e-9);
    }

    [Fact]
    public void Load_answers_as_the_hosts_tiles_do_and_swaps_beside_them()
    {
        var load = Json("adapter", "load", At("first"), "--swap", At("second"), "--swap", At("first"), "--platform", At("platform.json"), "--harts", "2", "--timing", "functional", "--limit", "4");
        Assert.Equal((13, 13), (load.GetProperty("linear_layers").GetInt32(), load.GetProperty("tiles").GetInt32()));
        var tasks = load.GetProperty("tasks").EnumerateArray().ToList();
        Assert.Equal(3, tasks.Count);
        Assert.All(tasks, t => Assert.True(t.GetProperty("same_bits").GetBoolean()));
        Assert.All(tasks, t => Assert.Equal((4, 16), (t.GetProperty("examples").GetInt32(), t.GetProperty("tokens").GetInt32())));
        Assert.All(tasks, t => Assert.Equal(t.GetProperty("host_accuracy_percent").GetDouble(), t.GetProperty("emulated_accuracy_percent").GetDouble()));
        Assert.Equal([false, true, true], tasks.Select(t => t.GetProperty("swap_cycles").GetUInt32() > 0));
        Assert.True(load.GetProperty("reprogramming_cycles_assumed").GetUInt64() > 10 * tasks[1].GetProperty("swap_cycles").GetUInt64());
    }

    [Fact]
    public void Layer_runs_on_trained_weights_and_real_tokens()
    {
        var layer = Json("layer", "--adapter", At("first"), "--module", "layer.1.output.dense", "--tokens", "30", "--harts", "2", "--timing", "functional", "--preset", "ideal");
        Assert.Equal((64, 32, 4, 30), (layer.GetProperty("inputs").GetInt32(), layer.GetProperty("outputs").GetInt32(), layer.GetProperty("rank").GetInt32(), layer.GetProperty("tokens").GetInt32()));
        Assert.InRange(layer.GetProperty("pipelined").GetProperty("relative_error_percent").GetDouble(), 0, 1e-3);
    }

    [Fact]
    public void What_is_wrong_is_one_line()
    {
        CommandLineTests.AssertRefused("--module 'output.dense': it can be bert.encoder.layer.0.attention.output.dense or ", "layer", "--adapter", At("first"), "--module", "output.dense");
        CommandLineTests.AssertRefused("no such linear layer", "layer", "--adapter", At("first"), "--module", "classifier");
        CommandLineTests.AssertRefused("--rank cannot be given with --adapter", "layer", "--adapter", At("first"), "--module", "pooler.dense", "--rank", "8");
        CommandLineTests.AssertRefused("name a layer with --module", "layer", "--adapter", At("first"));
        CommandLineTests.AssertRefused("lacks label", "adapter", "load", At("first"), "--examples", Written("{\"input_ids\": [2, 3]}"), "--platform", At("platform.json"));
        CommandLineTests.AssertRefused("examples.jsonl:1: token_type_ids and input_ids differ in length", "adapter", "load", At("first"), "--examples", Written("{\"input_ids\": [2, 3], \"token_type_ids\": [0], \"label\": 1}"));
        CommandLineTests.AssertRefused("examples.jsonl:1: not an example", "adapter", "load", At("first"), "--examples", Written("[2"));
        CommandLineTests.AssertRefused("examples.jsonl:1: not an example", "adapter", "load", At("first"), "--examples", Written("{\"input_ids\": null, \"label\": 1}"));
        CommandLineTests.AssertRefused("examples.jsonl:1: not an example", "adapter", "load", At("first"), "--examples", Written("null"));
        CommandLineTests.AssertRefused("--limit 0", "adapter", "load", At("first"), "--limit", "0");
        CommandLineTests.AssertRefused("no such directory", "adapter", "load", At("none"), "--base", At("base"));
        CommandLineTests.AssertRefused("give the base's checkpoint with --base DIR", "adapter", "load", Orphan());
        CommandLineTests.AssertRefused("see 'ahwalora adapter load --help'", "adapter", "load", At("first"), "--rank", "8");
    }

    [Fact]
    public void A_base_that_is_there_has_to_be_a_good_one()
    {
        File.WriteAllText(At("base", "config.json"), "{");
        CommandLineTests.AssertRefused("config.json", "adapter", "info", At("first"));
        Assert.Equal(0, CommandLineTests.Run("adapter", "info", Orphan()).Status);
    }

    private string Written(string line)
    {
        File.WriteAllText(At("examples.jsonl"), line + "\n");
        return At("examples.jsonl");
    }

    private string Orphan()
    {
        PeftFormat.Write(At("orphan"), Small.Adapter(Small.Bert, 4, 9));
        return At("orphan");
    }
}
