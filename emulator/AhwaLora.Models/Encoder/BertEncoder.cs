using AhwaLora.Common.Files;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// A BERT-style encoder with its head. A batch goes through layer by layer, and through each layer in the order of its
/// examples and their tokens, so what a tile draws for a token does not depend on how examples are batched. Examples are
/// not padded; attention is within an example.
/// </summary>
public sealed class BertEncoder
{
    private readonly ModelConfig _config;
    private readonly Dictionary<string, ILinear> _linears = [];
    private readonly Dictionary<string, float[]> _tensors = [];
    private readonly DigitalLinear? _ownHead;
    private readonly EncoderMath.Activation _activation;
    private readonly string _prefix;
    private LinearLayer? _head;
    private DigitalLinear? _headLinear;
    private bool _poolsFirstToken;

    /// <summary>Reads a checkpoint and places its linear layers. The head belongs to the task and is digital.</summary>
    /// <exception cref="UserErrorException">The model is not a bert, or a tensor is missing or malformed.</exception>
    public BertEncoder(Checkpoint checkpoint, LinearPlacement place)
    {
        _config = checkpoint.Config;
        _prefix = checkpoint.Inventory.Prefix;
        if (_config.ModelType != "bert") throw new UserErrorException($"{checkpoint.Directory}: model_type '{_config.ModelType}' cannot be run on the host; expected bert");
        _activation = EncoderMath.Activations.GetValueOrDefault(_config.HiddenAct)
            ?? throw new UserErrorException($"{checkpoint.Directory}: hidden_act '{_config.HiddenAct}' is not supported; expected {string.Join(", ", EncoderMath.Activations.Keys)}");
        foreach (var tensor in checkpoint.Inventory.Others) _tensors.Add(tensor.Name, checkpoint.Read(tensor.Name, tensor.Shape));
        foreach (var layer in checkpoint.Inventory.Linears)
        {
            // A base that was never trained for a task has no head of its own, and perhaps no pooler.
            if (layer.Block < 0 && !checkpoint.Has(layer.Weight)) continue;
            var weights = checkpoint.Read(layer.Weight, layer.Outputs, layer.Inputs);
            var bias = layer.HasBias ? checkpoint.Read(layer.Bias, layer.Outputs) : null;
            if (layer.Role == LinearRole.Head) _ownHead = new DigitalLinear(layer, weights, bias);
            else _linears.Add(layer.Name, place(layer, weights, bias));
        }

        Adapt(null);
    }

    private string Pooler => _prefix + "pooler.dense";

    /// <summary>Its linear layers without the head.</summary>
    public IReadOnlyCollection<ILinear> Linears => _linears.Values;

    /// <summary>Applies a task's adapter, and its head if it has one; null restores the base alone.</summary>
    /// <exception cref="UserErrorException">The task needs a pooler, which the base does not have.</exception>
    public void Adapt(LoraAdapter? adapter)
    {
        var config = adapter?.ConfigOf(_config) ?? _config;
        _head = ModelInventory.Of(config).Linears.FirstOrDefault(l => l.Role == LinearRole.Head);
        _poolsFirstToken = config.Head == ModelHead.SequenceClassification;
        if (_poolsFirstToken && !_linears.ContainsKey(Pooler)) throw new UserErrorException($"the base has no '{Pooler}', which a classifier needs");
        foreach (var (name, linear) in _linears) linear.Adapt(adapter?.Pairs.GetValueOrDefault(name));
        var saved = _head is null ? null : adapter?.Saved.GetValueOrDefault(_head.Name);
        _headLinear = saved is not null ? new DigitalLinear(_head!, saved.Weights, saved.Bias) : _ownHead?.Layer == _head ? _ownHead : null;
        _headLinear?.Adapt(adapter?.Pairs.GetValueOrDefault(_head!.Name));
    }

    /// <summary>Runs a batch.</summary>
    /// <returns>For each example the head's outputs: [labels] from a classifier, [tokens][2] from a question-answering head, [tokens][hidden] without a head.</returns>
    /// <exception cref="UserErrorException">An example is empty, is longer than the model allows, or has a token outside the vocabulary; or the head has no weights.</exception>
    public IReadOnlyList<float[]> Forward(IReadOnlyList<TokenSequence> batch)
    {
        foreach (var example in batch) Check(example);
        var hidden = Embed(batch);
        for (var n = 0; n < _config.NumHiddenLayers; n++) RunBlock($"{_prefix}encoder.layer.{n}.", hidden, batch);
        return RunHead(hidden, batch);
    }

    private void Check(TokenSequence example)
    {
        if (example.Length == 0 || example.Length > _config.MaxPositionEmbeddings)
        {
            throw new UserErrorException($"an example of {example.Length} tokens; the model takes 1 to {_config.MaxPositionEmbeddings}");
        }

        if (Array.Find(example.Ids, id => id < 0 || id >= _config.VocabSize) is var id and not 0) throw new UserErrorException($"token {id} is outside the model's vocabulary of {_config.VocabSize}");
        if (Array.Find(example.Types, type => type < 0 || type >= _config.TypeVocabSize) is var type and not 0)
        {
            throw new UserErrorException($"segment {type} is outside the model's {_config.TypeVocabSize}");
        }
    }

    private float[] Embed(IReadOnlyList<TokenSequence> batch)
    {
        var size = _config.HiddenSize;
        ReadOnlySpan<float> Row(string table, int row) => Tensor($"{_prefix}embeddings.{table}.weight").AsSpan(row * size, size);

        var hidden = new float[batch.Sum(e => e.Length) * size];
        var at = 0;
        foreach (var example in batch)
        {
            for (var position = 0; position < example.Length; position++, at += size)
            {
                var token = hidden.AsSpan(at, size);
                Row("word_embeddings", example.Ids[position]).CopyTo(token);
                EncoderMath.Add(token, Row("token_type_embeddings", example.Types[position]));
                EncoderMath.Add(token, Row("position_embeddings", position));
            }
        }

        Norm(_prefix + "embeddings.LayerNorm", hidden);
        return hidden;
    }

    private void RunBlock(string block, float[] hidden, IReadOnlyList<TokenSequence> batch)
    {
        var (queries, keys, values) = (Linear(block + "attention.self.query", hidden), Linear(block + "attention.self.key", hidden), Linear(block + "attention.self.value", hidden));
        var context = new float[hidden.Length];
        var first = 0;
        foreach (var example in batch)
        {
            Attend(queries, keys, values, context, first, example.Length);
            first += example.Length;
        }

        EncoderMath.Add(hidden, Linear(block + "attention.output.dense", context));
        Norm(block + "attention.output.LayerNorm", hidden);

        var inner = Linear(block + "intermediate.dense", hidden);
        _activation(inner);
        EncoderMath.Add(hidden, Linear(block + "output.dense", inner));
        Norm(block + "output.LayerNorm", hidden);
    }

    /// <summary>softmax(Q K^T / sqrt(d)) V of an example, head by head.</summary>
    private void Attend(float[] queries, float[] keys, float[] values, float[] context, int first, int length)
    {
        var (hidden, size) = (_config.HiddenSize, _config.HeadSize);
        var factor = 1 / MathF.Sqrt(size);
        var scores = new float[length];
        for (var head = 0; head < _config.NumAttentionHeads; head++)
        {
            Span<float> Of(float[] tokens, int position) => tokens.AsSpan((first + position) * hidden + head * size, size);

            for (var position = 0; position < length; position++)
            {
                var query = Of(queries, position);
                for (var other = 0; other < length; other++) scores[other] = factor * Dot(query, Of(keys, other));
                EncoderMath.Softmax(scores);
                var output = Of(context, position);
                for (var other = 0; other < length; other++)
                {
                    var value = Of(values, other);
                    for (var i = 0; i < size; i++) output[i] = MathF.FusedMultiplyAdd(scores[other], value[i], output[i]);
                }
            }
        }
    }

    private float[][] RunHead(float[] hidden, IReadOnlyList<TokenSequence> batch)
    {
        var size = _config.HiddenSize;
        if (_head is null) return Cut(hidden, batch.Select(e => e.Length * size));
        if (_headLinear is null) throw new UserErrorException($"neither the base nor the adapter has weights for '{_head.Name}': train the head, and save it with the adapter (modules_to_save)");
        if (!_poolsFirstToken) return Cut(Apply(_headLinear, hidden), batch.Select(e => e.Length * _head.Outputs));

        var pooled = new float[batch.Count * size];
        var first = 0;
        for (var n = 0; n < batch.Count; n++)
        {
            hidden.AsSpan(first * size, size).CopyTo(pooled.AsSpan(n * size));
            first += batch[n].Length;
        }

        pooled = Linear(Pooler, pooled);
        EncoderMath.Tanh(pooled);
        return Cut(Apply(_headLinear, pooled), batch.Select(_ => _head.Outputs));
    }

    private float[] Linear(string name, float[] x) => Apply(_linears[name], x);

    private static float[] Apply(ILinear linear, float[] x)
    {
        var tokens = x.Length / linear.Layer.Inputs;
        var y = new float[tokens * linear.Layer.Outputs];
        linear.Forward(x, y, tokens);
        return y;
    }

    private void Norm(string name, float[] tokens)
    {
        var (weight, bias) = (Tensor(name + ".weight"), Tensor(name + ".bias"));
        for (var at = 0; at < tokens.Length; at += weight.Length) EncoderMath.LayerNorm(tokens.AsSpan(at, weight.Length), weight, bias, _config.LayerNormEps);
    }

    private float[] Tensor(string name) => _tensors[name];

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++) sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    private static float[][] Cut(float[] values, IEnumerable<int> lengths)
    {
        var parts = new List<float[]>();
        var first = 0;
        foreach (var length in lengths)
        {
            parts.Add(values[first..(first + length)]);
            first += length;
        }

        return [.. parts];
    }
}
