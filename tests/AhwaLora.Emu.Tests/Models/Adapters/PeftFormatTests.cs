using System.Buffers.Binary;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Models.Inventory;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Models.Adapters;

/// <summary>
/// PEFT's files, byte by byte: peft itself is not at hand, so what it writes and reads is pinned by fixtures made by hand
/// from its documentation and from adapters that it has written.
/// </summary>
public sealed class PeftFormatTests : IDisposable
{
    private const string Query = "bert.encoder.layer.0.attention.self.query", Key = "base_model.model." + Query;

    // The fields as peft 0.19 writes them for a BERT classifier.
    private const string ConfigText = """
        {
          "alora_invocation_tokens": null,
          "alpha_pattern": {},
          "auto_mapping": null,
          "base_model_name_or_path": "base",
          "bias": "none",
          "exclude_modules": null,
          "fan_in_fan_out": false,
          "inference_mode": true,
          "init_lora_weights": true,
          "layer_replication": null,
          "loftq_config": {},
          "lora_alpha": 32,
          "lora_bias": false,
          "lora_dropout": 0.1,
          "megatron_core": "megatron.core",
          "modules_to_save": ["classifier", "score"],
          "peft_type": "LORA",
          "peft_version": "0.19.1",
          "qalora_group_size": 16,
          "r": 2,
          "rank_pattern": {},
          "revision": null,
          "target_modules": ["query", "value"],
          "target_parameters": null,
          "task_type": "SEQ_CLS",
          "trainable_token_indices": null,
          "use_dora": false,
          "use_rslora": false
        }
        """;

    private const string Header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
        + "\"" + Key + ".lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        + "\"" + Key + ".lora_B.weight\":{\"dtype\":\"F32\",\"shape\":[4,2],\"data_offsets\":[24,56]},"
        + "\"base_model.model.classifier.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[56,60]},"
        + "\"base_model.model.classifier.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[60,68]}}";

    private static readonly float[] LoraA = [1, 2, 3, 4, 5, 6];
    private static readonly float[] LoraB = [-1, 0.5f, -2, 0.25f, -3, 0.125f, -4, -0f];
    private static readonly float[] Head = [7.5f, 8, float.Epsilon];

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static byte[] File(string header, params float[][] values)
    {
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded.Length);
        return [.. length, .. Encoding.UTF8.GetBytes(padded), .. values.SelectMany(v => v).SelectMany(BitConverter.GetBytes)];
    }

    private string Adapter(string config, byte[] tensors, string name = "adapter")
    {
        var directory = Path.Combine(_directory, name);
        Directory.CreateDirectory(directory);
        System.IO.File.WriteAllText(Path.Combine(directory, "adapter_config.json"), config);
        System.IO.File.WriteAllBytes(Path.Combine(directory, "adapter_model.safetensors"), tensors);
        return directory;
    }

    private string Good() => Adapter(ConfigText, File(Header, LoraA, LoraB, Head));

    private static void AssertRefused(string expected, string directory)
    {
        var error = Assert.Throws<UserErrorException>(() => PeftFormat.Read(directory));
        Assert.StartsWith(directory, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_and_B_are_lora_A_and_lora_B_transposed()
    {
        var adapter = PeftFormat.Read(Good());
        var (module, pair) = Assert.Single(adapter.Pairs);
        Assert.Equal(Query, module);
        Assert.Equal((3, 2, 4, 16f), (pair.Inputs, pair.Rank, pair.Outputs, pair.Scale));
        Assert.Equal([1f, 4, 2, 5, 3, 6], pair.A);
        Assert.Equal([-1f, -2, -3, -4, 0.5f, 0.25f, 0.125f, -0f], pair.B);
        var (head, saved) = Assert.Single(adapter.Saved);
        Assert.Equal("classifier", head);
        Assert.Equal((1, 2), (saved.Outputs, saved.Inputs));
        Assert.Equal([8f, float.Epsilon], saved.Weights);
        Assert.Equal([7.5f], saved.Bias!);
        Assert.Equal((14, 3), (adapter.PairParameters, adapter.SavedParameters));
    }

    [Fact]
    public void A_round_trip_keeps_every_bit_and_every_field()
    {
        var copy = Path.Combine(_directory, "copy");
        PeftFormat.Write(copy, PeftFormat.Read(Good()));
        Assert.Equal(File(Header, LoraA, LoraB, Head), System.IO.File.ReadAllBytes(Path.Combine(copy, "adapter_model.safetensors")));
        using var before = System.Text.Json.JsonDocument.Parse(ConfigText);
        using var after = System.Text.Json.JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(copy, "adapter_config.json")));
        foreach (var field in before.RootElement.EnumerateObject())
        {
            Assert.True(System.Text.Json.JsonElement.DeepEquals(field.Value, after.RootElement.GetProperty(field.Name)), field.Name);
        }
    }

    [Fact]
    public void Patterns_that_are_null_are_empty()
    {
        var config = ConfigText.Replace("\"rank_pattern\": {}", "\"rank_pattern\": null", StringComparison.Ordinal).Replace("\"alpha_pattern\": {}", "\"alpha_pattern\": null", StringComparison.Ordinal);
        Assert.Equal(16f, PeftFormat.Read(Adapter(config, File(Header, LoraA, LoraB, Head))).Pairs[Query].Scale);
    }

    [Fact]
    public void What_is_written_for_a_new_adapter_has_the_fields_that_peft_needs()
    {
        var pair = new LoraPair(3, 2, 4, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7, 8], 4);
        var config = LoraConfig.Of(2, 8, ["query"], "SEQ_CLS", "base", ["classifier"]);
        PeftFormat.Write(_directory, new LoraAdapter(config, new Dictionary<string, LoraPair> { [Query] = pair }, new Dictionary<string, SavedModule>()));
        using var json = System.Text.Json.JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(_directory, "adapter_config.json")));
        var fields = json.RootElement;
        Assert.Equal("LORA", fields.GetProperty("peft_type").GetString());
        Assert.Equal("SEQ_CLS", fields.GetProperty("task_type").GetString());
        Assert.Equal((2, 8), (fields.GetProperty("r").GetInt32(), fields.GetProperty("lora_alpha").GetInt32()));
        Assert.Equal("[\"query\"]", fields.GetProperty("target_modules").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.Equal("none", fields.GetProperty("bias").GetString());
        using var file = TensorFile.Open(Path.Combine(_directory, "adapter_model.safetensors"));
        Assert.Equal([(Key + ".lora_A.weight", "2,3"), (Key + ".lora_B.weight", "4,2")], file.Entries.Select(e => (e.Name, string.Join(",", e.Shape))));
        Assert.Equal([1f, 3, 5, 2, 4, 6], file.Read(file.Entries[0]));
    }

    [Fact]
    public void Ranks_and_alphas_of_single_modules_are_honoured()
    {
        var config = ConfigText.Replace("\"rank_pattern\": {}", "\"rank_pattern\": {\"attention.self.query\": 4}", StringComparison.Ordinal)
            .Replace("\"alpha_pattern\": {}", "\"alpha_pattern\": {\"layer.0.*query\": 8}", StringComparison.Ordinal);
        var rank4 = Header.Replace("[2,3],\"data_offsets\":[0,24]", "[4,3],\"data_offsets\":[0,48]", StringComparison.Ordinal)
            .Replace("[4,2],\"data_offsets\":[24,56]", "[2,4],\"data_offsets\":[48,80]", StringComparison.Ordinal)
            .Replace("[56,60]", "[80,84]", StringComparison.Ordinal).Replace("[60,68]", "[84,92]", StringComparison.Ordinal);
        var tensors = File(rank4, [.. LoraA, .. LoraA], LoraB, Head);
        Assert.Equal((4, 2f), (PeftFormat.Read(Adapter(config, tensors)).Pairs[Query].Rank, PeftFormat.Read(Adapter(config, tensors)).Pairs[Query].Scale));
        Assert.Equal(4f, PeftFormat.Read(Adapter(config.Replace("\"use_rslora\": false", "\"use_rslora\": true", StringComparison.Ordinal), tensors)).Pairs[Query].Scale);
    }

    [Theory]
    [InlineData("\"use_dora\": false", "\"use_dora\": true", "use_dora asks for weight-decomposed adapters (DoRA)")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", "peft_type is 'IA3'")]
    [InlineData("\"bias\": \"none\"", "\"bias\": \"lora_only\"", "bias is 'lora_only'")]
    [InlineData("\"lora_bias\": false", "\"lora_bias\": true", "lora_bias asks for a bias of B")]
    [InlineData("\"layer_replication\": null", "\"layer_replication\": [[0, 4]]", "layer_replication asks for")]
    [InlineData("\"r\": 2", "\"r\": 0", "r is 0")]
    [InlineData("\"alpha_pattern\": {}", "\"alpha_pattern\": {\"query\": 1e300}", "alpha_pattern 'query' is 1E+300")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": null", "field 'peft_type'")]
    [InlineData("\"r\": 2", "\"r\": \"two\"", "field 'r'")]
    [InlineData("\"r\": 2,", "", "'r' missing")]
    [InlineData("\"target_modules\": [\"query\", \"value\"]", "\"target_modules\": \"(\"", "target_modules is not a regular expression")]
    [InlineData("\"target_modules\": [\"query\", \"value\"]", "\"target_modules\": [\"key\"]", "lora_A.weight' [2, 3] F32: target_modules in adapter_config.json does not name its module")]
    [InlineData("\"modules_to_save\": [\"classifier\", \"score\"]", "\"modules_to_save\": null", "classifier.bias' [1] F32: it is neither lora_A, lora_B nor a tensor of a module in modules_to_save")]
    [InlineData("\"r\": 2", "\"r\": 3", "lora_A.weight' [2, 3] F32: wrong shape; expected [r, in] with r = 3")]
    public void What_cannot_be_honoured_is_refused_by_name(string field, string changed, string expected)
    {
        Assert.Contains(field, ConfigText, StringComparison.Ordinal);
        AssertRefused(expected, Adapter(ConfigText.Replace(field, changed, StringComparison.Ordinal), File(Header, LoraA, LoraB, Head)));
    }

    [Theory]
    [InlineData(Key + ".lora_B", Key + ".lora_C", "lora_A.weight' [2, 3] F32: its module has no lora_B")]
    [InlineData("\"base_model.model.classifier.bias", "\"classifier.bias", "tensor 'classifier.bias' [1] F32: its name does not begin with")]
    [InlineData("[1,2],\"data_offsets\":[60,68]", "[2],\"data_offsets\":[60,68]", "classifier.weight' [2] F32: wrong shape")]
    [InlineData("\"base_model.model.classifier.weight", "\"base_model.model.score.weight", "classifier.bias' [1] F32: its module has no weight")]
    [InlineData("[60,68]", "[60,72]", "classifier.weight' [1, 2] F32 lies at 60 to 72, outside the 68 bytes")]
    public void Tensors_that_do_not_fit_are_named(string part, string changed, string expected) =>
        AssertRefused(expected, Adapter(ConfigText, File(Header.Replace(part, changed, StringComparison.Ordinal), LoraA, LoraB, Head)));

    [Fact]
    public void A_NaN_is_refused_with_its_place() =>
        AssertRefused("lora_B.weight' [4, 2] F32: element [2, 1] is NaN", Adapter(ConfigText, File(Header, LoraA, [.. LoraB[..5], float.NaN, .. LoraB[6..]], Head)));

    [Fact]
    public void An_adapter_of_another_base_is_refused()
    {
        var bert = Small.Bert with { HiddenSize = 4, NumAttentionHeads = 2 };
        var adapter = PeftFormat.Read(Good());
        Assert.Contains($"module '{Query}' has an adapter for 3 inputs and 4 outputs; the base's layer has 4 and 4", Assert.Throws<UserErrorException>(() => adapter.CheckFits(bert, "adapter")).Message, StringComparison.Ordinal);
        Assert.Contains($"module '{Query}' is not a linear layer", Assert.Throws<UserErrorException>(() => adapter.CheckFits(Small.Llama, "adapter")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directories_without_an_adapter_are_named()
    {
        AssertRefused("no such directory", Path.Combine(_directory, "none"));
        AssertRefused("adapter_config.json: no such file", _directory);
    }
}
