using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Common.Files;
using AhwaLora.Emu.Tests.Models.Inventory;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Models.Encoder;

/// <summary>The encoder's arithmetic against double precision, and what its order of events promises.</summary>
public sealed class BertEncoderTests : IDisposable
{
    private static readonly TokenSequence[] Batch = [new([2, 7, 11, 3, 9, 3], [0, 0, 0, 0, 1, 1]), new([2, 5, 3]), new([2, 30, 31, 32, 33, 3])];

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Checkpoint Generate(ModelConfig config)
    {
        CheckpointGenerator.Write(_directory, config, 3);
        return Checkpoint.Open(_directory);
    }

    private static DigitalLinear Digital(LinearLayer layer, float[] weights, float[]? bias) => new DigitalLinear(layer, weights, bias);

    private static LinearPlacement Analog(Preset preset, DeviceModel model)
    {
        var next = 0u;
        return (layer, weights, bias) => new AnalogLinear(layer, weights, bias, new CrossbarOptions(64, 64) { Preset = preset, Model = model, Seed = 5, Tile = next++ });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_computes_BERT(bool hasAdapter)
    {
        using var checkpoint = Generate(Small.Bert);
        var adapter = hasAdapter ? Small.Adapter(Small.Bert, 3, 9) : null;
        var encoder = new BertEncoder(checkpoint, Digital);
        encoder.Adapt(adapter);
        var reference = new ReferenceBert(Small.Bert, CheckpointGenerator.Tensors(Small.Bert, 3), adapter);
        foreach (var (logits, example) in encoder.Forward(Batch).Zip(Batch))
        {
            var expected = reference.Classify(example);
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], logits[i], 1e-5);
        }
    }

    [Fact]
    public void A_question_answering_head_sees_every_token()
    {
        var config = Small.Bert with { Architectures = ["BertForQuestionAnswering"] };
        using var checkpoint = Generate(config);
        Assert.Equal([12, 6, 12], new BertEncoder(checkpoint, Digital).Forward(Batch).Select(l => l.Length));
    }

    [Fact]
    public void An_ideal_tile_is_the_digital_layer()
    {
        using var checkpoint = Generate(Small.Bert);
        var digital = new BertEncoder(checkpoint, Digital).Forward(Batch);
        Assert.Equal(digital, new BertEncoder(checkpoint, Analog(Preset.Ideal, DeviceModel.None)).Forward(Batch));
        Assert.NotEqual(digital, new BertEncoder(checkpoint, Analog(Preset.AhwaLora, DeviceModel.Pcm)).Forward(Batch));
    }

    [Fact]
    public void What_a_tile_draws_for_a_token_does_not_depend_on_the_batch()
    {
        using var checkpoint = Generate(Small.Bert);
        var together = new BertEncoder(checkpoint, Analog(Preset.AhwaLora, DeviceModel.Pcm)).Forward(Batch);
        var encoder = new BertEncoder(checkpoint, Analog(Preset.AhwaLora, DeviceModel.Pcm));
        Assert.Equal(together, Batch.Select(example => encoder.Forward([example])[0]));
    }

    [Fact]
    public void A_head_that_comes_with_the_adapter_replaces_the_bases()
    {
        using var checkpoint = Generate(Small.Bert);
        var encoder = new BertEncoder(checkpoint, Digital);
        var plain = encoder.Forward(Batch);
        var adapter = Small.Adapter(Small.Bert, 3, 9);
        var saved = new Dictionary<string, SavedModule> { ["classifier"] = new(2, 32, new float[64], [1.5f, -2]) };
        encoder.Adapt(adapter with { Saved = saved });
        Assert.All(encoder.Forward(Batch), logits => Assert.Equal([1.5f, -2], logits));
        encoder.Adapt(null);
        Assert.Equal(plain, encoder.Forward(Batch));
    }

    [Fact]
    public void One_base_serves_tasks_with_different_heads()
    {
        using var checkpoint = Generate(Small.Bert);
        var encoder = new BertEncoder(checkpoint, Digital);
        LoraAdapter Task(string type, string head, int outputs)
        {
            var adapter = Small.Adapter(Small.Bert, 3, 9);
            return adapter with
            {
                Config = adapter.Config with { TaskType = type, ModulesToSave = [head] },
                Pairs = adapter.Pairs.Where(p => head == "classifier" || p.Key != "bert.pooler.dense").ToDictionary(),
                Saved = new Dictionary<string, SavedModule> { [head] = new(outputs, 32, new float[32 * outputs], null) },
            };
        }

        foreach (var (task, lengths) in new[] { (Task("SEQ_CLS", "classifier", 5), new[] { 5, 5, 5 }), (Task("QUESTION_ANS", "qa_outputs", 2), [12, 6, 12]), (Task("SEQ_CLS", "classifier", 3), [3, 3, 3]) })
        {
            task.CheckFits(checkpoint.Config, "task");
            encoder.Adapt(task);
            Assert.Equal(lengths, encoder.Forward(Batch).Select(l => l.Length));
        }
    }

    [Fact]
    public void A_base_without_a_head_needs_the_adapters()
    {
        Checkpoint.Write(_directory, Small.Bert with { Architectures = ["BertModel"] }, [.. CheckpointGenerator.Tensors(Small.Bert, 3).Where(t => !t.Name.StartsWith("classifier", StringComparison.Ordinal))]);
        using var checkpoint = Checkpoint.Open(_directory);
        var encoder = new BertEncoder(checkpoint, Digital);
        encoder.Adapt(Small.Adapter(Small.Bert, 3, 9));
        Assert.Contains("neither the base nor the adapter has weights for 'classifier'", Assert.Throws<UserErrorException>(() => encoder.Forward(Batch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_that_the_model_cannot_take_are_refused()
    {
        using var checkpoint = Generate(Small.Bert);
        var encoder = new BertEncoder(checkpoint, Digital);
        void Refused(string expected, TokenSequence example) => Assert.Contains(expected, Assert.Throws<UserErrorException>(() => encoder.Forward([example])).Message, StringComparison.Ordinal);
        Refused("token 40 is outside the model's vocabulary of 40", new([2, 40]));
        Refused("token -1", new([-1]));
        Refused("segment 2", new([1], [2]));
        Refused("25 tokens; the model takes 1 to 24", new(new int[25]));
        Refused("0 tokens", new([]));
    }

    [Fact]
    public void Functions_between_the_layers_are_accurate()
    {
        var x = Enumerable.Range(-400, 801).Select(i => i / 50f).ToArray();
        var (gelu, tanh) = ((float[])x.Clone(), (float[])x.Clone());
        EncoderMath.Gelu(gelu);
        EncoderMath.Tanh(tanh);
        for (var i = 0; i < x.Length; i++)
        {
            Assert.Equal(x[i] / 2.0 * (1 + ReferenceBert.Erf(x[i] / Math.Sqrt(2))), gelu[i], 2e-6);
            Assert.Equal(Math.Tanh(x[i]), tanh[i], 1e-6);
        }
    }
}
