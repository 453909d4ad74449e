using AhwaLora.Common.Files;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Models.Inventory;

/// <summary>Directories of Hugging Face checkpoints.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const string Query = "bert.encoder.layer.1.attention.self.query.weight";

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static float[] Values(ModelConfig config, string name) => CheckpointGenerator.Tensors(config, 1).First(t => t.Name == name).Values;

    private void AssertRefused(string expected, Action<Checkpoint>? use = null)
    {
        var error = Assert.Throws<UserErrorException>(() =>
        {
            using var checkpoint = Checkpoint.Open(_directory);
            use?.Invoke(checkpoint);
        });
        Assert.StartsWith(_directory, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    public static TheoryData<string> Families => ["bert", "mobilebert", "llama"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_tensor_of_a_family_is_written_and_read_back(string family)
    {
        var config = family switch
        {
            "bert" => Small.Bert,
            "llama" => Small.Llama,
            _ => KnownModels.MobileBert.Config with
            {
                VocabSize = 30,
                HiddenSize = 32,
                EmbeddingSize = 8,
                IntraBottleneckSize = 16,
                NumHiddenLayers = 1,
                IntermediateSize = 24
            }
        };
        CheckpointGenerator.Write(_directory, config, 1);
        using var checkpoint = Checkpoint.Open(_directory);
        Assert.Equal(config.ModelType, checkpoint.Config.ModelType);
        Assert.Equal(ModelInventory.Of(config).Parameters, ModelInventory.Of(checkpoint.Config).Parameters);
        foreach (var (name, shape, values) in CheckpointGenerator.Tensors(config, 1)) Assert.Equal(values, checkpoint.Read(name, shape));
    }

    [Theory]
    [InlineData("BF16", 0.004)]
    [InlineData("F16", 0.0005)]
    public void Half_precision_is_read_as_the_nearest_float(string type, double relative)
    {
        CheckpointGenerator.Write(_directory, Small.Bert, 1, ElementType.All.First(t => t.Safetensors == type));
        using var checkpoint = Checkpoint.Open(_directory);
        var exact = Values(Small.Bert, Query);
        var read = checkpoint.Read(Query, 32, 32);
        for (var i = 0; i < exact.Length; i++) Assert.InRange(read[i] - exact[i], -relative * Math.Abs(exact[i]) - 1e-7, relative * Math.Abs(exact[i]) + 1e-7);
    }

    [Fact]
    public void Rounding_to_bf16_goes_to_the_nearest_and_halves_to_even()
    {
        var bytes = new byte[2];
        foreach (var (value, expected) in new[] { (1f, 0x3F80), (1.00390625f, 0x3F80), (1.01171875f, 0x3F82), (-1.005f, 0xBF81), (float.PositiveInfinity, 0x7F80), (float.MaxValue, 0x7F80) })
        {
            ElementType.BFloat16.FromSingle!(bytes, value);
            Assert.Equal(expected, bytes[0] | bytes[1] << 8);
        }
    }

    [Fact]
    public void Shards_are_found_by_the_index()
    {
        var tensors = CheckpointGenerator.Tensors(Small.Bert, 1);
        var half = tensors.Count / 2;
        SafetensorsFormat.Write(Path.Combine(_directory, "model-00001-of-00002.safetensors"), [.. tensors.Take(half)]);
        SafetensorsFormat.Write(Path.Combine(_directory, "model-00002-of-00002.safetensors"), [.. tensors.Skip(half)]);
        Small.Bert.Write(_directory);
        var index = string.Join(",", tensors.Select((t, n) => $"\"{t.Name}\": \"model-0000{(n < half ? 1 : 2)}-of-00002.safetensors\""));
        File.WriteAllText(Path.Combine(_directory, "model.safetensors.index.json"), $"{{\"metadata\": {{\"total_size\": 0}}, \"weight_map\": {{{index}}}}}");
        using (var checkpoint = Checkpoint.Open(_directory))
        {
            foreach (var (name, shape, values) in tensors) Assert.Equal(values, checkpoint.Read(name, shape));
        }

        File.Delete(Path.Combine(_directory, "model-00002-of-00002.safetensors"));
        AssertRefused("model-00002-of-00002.safetensors: no such file");
        File.WriteAllText(Path.Combine(_directory, "model.safetensors.index.json"), "{\"weight_map\": {\"w\": \"../w.safetensors\"}}");
        AssertRefused("weight_map names '../w.safetensors'");
        File.WriteAllText(Path.Combine(_directory, "model.safetensors.index.json"), "{\"weight_map\": {\"w\": null}}");
        AssertRefused("field 'weight_map.w': expected a text");
        File.WriteAllText(Path.Combine(_directory, "model.safetensors.index.json"), "{\"weight_map\": null}");
        AssertRefused("field 'weight_map'");
    }

    [Fact]
    public void A_model_saved_without_its_head_has_names_without_prefix()
    {
        var tensors = CheckpointGenerator.Tensors(Small.Bert, 1).Where(t => t.Name.StartsWith("bert.", StringComparison.Ordinal)).Select(t => (t.Name["bert.".Length..], t.Shape, t.Values)).ToList();
        Checkpoint.Write(_directory, Small.Bert, tensors);
        using var checkpoint = Checkpoint.Open(_directory);
        Assert.Equal(Values(Small.Bert, Query), checkpoint.Read(Query, 32, 32));
        Assert.False(checkpoint.Has("classifier.weight"));
    }

    [Fact]
    public void Tensors_that_cannot_be_weights_are_named()
    {
        CheckpointGenerator.Write(_directory, Small.Bert with { HiddenSize = 16 }, 1);
        Small.Bert.Write(_directory);
        AssertRefused($"tensor '{Query}' [16, 16] F32: wrong shape; config.json requires [32, 32]", c => c.Read(Query, 32, 32));
        AssertRefused("has no tensor 'bert.encoder.layer.2", c => c.Read("bert.encoder.layer.2.output.dense.weight", 32, 64));

        var tensors = CheckpointGenerator.Tensors(Small.Bert, 1);
        tensors.First(t => t.Name == Query).Values[33] = float.NegativeInfinity;
        Checkpoint.Write(_directory, Small.Bert, tensors);
        AssertRefused($"tensor '{Query}' [32, 32] F32: element [1, 1] is -Infinity", c => c.Read(Query, 32, 32));
    }

    [Theory]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": \"gpt2\"", "model_type 'gpt2' is not known; expected bert, mobilebert, llama")]
    [InlineData("\"hidden_size\": 32", "\"hidden_size\": 30", "hidden_size 30 is not a multiple of num_attention_heads 4")]
    [InlineData("\"hidden_size\": 32", "\"hidden_size\": -1", "hidden_size is -1")]
    [InlineData("\"hidden_size\": 32", "\"hidden_size\": \"big\"", "field 'hidden_size'")]
    [InlineData("\"hidden_size\": 32,", "", "'hidden_size' missing")]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": null", "field 'model_type'")]
    public void Configurations_that_make_no_model_are_refused(string field, string changed, string expected)
    {
        CheckpointGenerator.Write(_directory, Small.Bert, 1);
        var path = Path.Combine(_directory, "config.json");
        var text = File.ReadAllText(path);
        Assert.Contains(field, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(field, changed, StringComparison.Ordinal));
        AssertRefused(expected);
    }
}
