using AhwaLora.Models.Inventory;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace AhwaLora.Train.Model;

/// <summary>Token numbers of some examples, padded to the length of the longest.</summary>
/// <param name="Ids">[examples, tokens].</param>
/// <param name="Types">[examples, tokens], 0 for the first sentence, 1 for the second.</param>
/// <param name="Mask">[examples, tokens], 1 for tokens, 0 for padding.</param>
public sealed record TokenBatch(Tensor Ids, Tensor Types, Tensor Mask);

/// <summary>BERT: embeddings, blocks of attention and feed-forward, a head. Stateless; its weights come with each call.</summary>
public sealed class Encoder
{
    private readonly ModelConfig _config;
    private readonly LinearLayer[][] _blocks;
    private readonly LinearLayer? _pooler;

    /// <summary>Creates the model of a configuration.</summary>
    /// <exception cref="ArgumentException">The configuration is not a bert.</exception>
    public Encoder(ModelConfig config)
    {
        if (config.ModelType != "bert") throw new ArgumentException($"model type '{config.ModelType}'; expected bert", nameof(config));
        _config = config;
        Inventory = ModelInventory.Of(config);
        _blocks = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(n => Inventory.Linears.Where(l => l.Block == n).ToArray())];
        _pooler = Inventory.Linears.FirstOrDefault(l => l.Role == LinearRole.Pooler);
        Head = Inventory.Linears.First(l => l.Role == LinearRole.Head);
    }

    /// <summary>The model's tensors.</summary>
    public ModelInventory Inventory { get; }

    /// <summary>The linear layer of the task's head.</summary>
    public LinearLayer Head { get; }

    /// <summary>The head's outputs.</summary>
    /// <returns>[examples, labels] for a classifier; [examples, tokens, 2] for question answering, in which padding is masked out.</returns>
    public Tensor Forward(TokenBatch batch, Weights weights, ILinears linears)
    {
        var x = Embed(batch, weights);
        var bias = (1 - batch.Mask.to_type(ScalarType.Float32)).unsqueeze(1).unsqueeze(1) * -1e9f;
        for (var n = 0; n < _blocks.Length; n++) x = Block(n, x, bias, weights, linears);
        if (_config.Head == ModelHead.QuestionAnswering)
            return linears.Apply(Head, x) + (1 - batch.Mask.to_type(ScalarType.Float32)).unsqueeze(-1) * -1e9f;
        var first = x.select(1, 0);
        return linears.Apply(Head, tanh(linears.Apply(_pooler!, first)));
    }

    private Tensor Embed(TokenBatch batch, Weights weights)
    {
        var sum = Lookup(batch.Ids, weights["bert.embeddings.word_embeddings.weight"])
            + Lookup(batch.Types, weights["bert.embeddings.token_type_embeddings.weight"])
            + weights["bert.embeddings.position_embeddings.weight"].slice(0, 0, batch.Ids.shape[1], 1);
        return Norm("bert.embeddings.LayerNorm", sum, weights);
    }

    private Tensor Block(int n, Tensor x, Tensor bias, Weights weights, ILinears linears)
    {
        Tensor Linear(LinearRole role, Tensor input) => linears.Apply(_blocks[n].First(l => l.Role == role), input);

        var context = Attention.Mix(Linear(LinearRole.Query, x), Linear(LinearRole.Key, x), Linear(LinearRole.Value, x), bias, _config.HeadSize);
        x = Norm($"bert.encoder.layer.{n}.attention.output.LayerNorm", x + Linear(LinearRole.AttentionOutput, context), weights);
        return Norm($"bert.encoder.layer.{n}.output.LayerNorm", x + Linear(LinearRole.Down, gelu(Linear(LinearRole.Up, x))), weights);
    }

    private Tensor Norm(string name, Tensor x, Weights weights) =>
        layer_norm(x, [_config.HiddenSize], weights[name + ".weight"], weights[name + ".bias"], _config.LayerNormEps);

    private static Tensor Lookup(Tensor ids, Tensor table) => table.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], -1);
}

/// <summary>Scaled dot-product attention; both operands depend on the input, so it is computed digitally.</summary>
internal static class Attention
{
    /// <summary>softmax(q k' / sqrt(head size) + bias) v for each head.</summary>
    /// <param name="q">[examples, tokens, heads x head size]; k and v have the same shape.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="bias">Added to the scores [examples, heads, tokens, tokens]; may be broadcast.</param>
    /// <param name="headSize">The number of elements per head.</param>
    public static Tensor Mix(Tensor q, Tensor k, Tensor v, Tensor bias, int headSize)
    {
        Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], -1, headSize).transpose(1, 2);

        var scores = matmul(Split(q), Split(k).transpose(-1, -2)) / MathF.Sqrt(headSize) + bias;
        var mixed = matmul(softmax(scores, -1), Split(v));
        return mixed.transpose(1, 2).reshape(q.shape[0], q.shape[1], -1);
    }
}
