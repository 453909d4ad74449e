using AhwaLora.Models.Inventory;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace AhwaLora.Train.Model;

/// <summary>Llama: embeddings, blocks of causal attention with rotary positions and a gated feed-forward network, and a head that scores the next token. Stateless.</summary>
public sealed class Decoder
{
    private const double DefaultTheta = 10_000;

    private readonly ModelConfig _config;
    private readonly LinearLayer[][] _blocks;

    /// <summary>Creates the model of a configuration.</summary>
    /// <exception cref="ArgumentException">The configuration is not a llama with a head of its own, or it has grouped heads.</exception>
    public Decoder(ModelConfig config)
    {
        Inventory = ModelInventory.Of(config);
        if (config.ModelType != "llama" || Inventory.Linears[^1].Role != LinearRole.Head) throw new ArgumentException($"model type '{config.ModelType}'; expected a LlamaForCausalLM whose head is not its embedding", nameof(config));
        if ((config.NumKeyValueHeads ?? config.NumAttentionHeads) != config.NumAttentionHeads) throw new ArgumentException("grouped heads; expected a head of keys for each head of queries", nameof(config));
        _config = config;
        _blocks = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(n => Inventory.Linears.Where(l => l.Block == n).ToArray())];
    }

    /// <summary>The model's tensors.</summary>
    public ModelInventory Inventory { get; }

    /// <summary>The scores (logits) of each next token.</summary>
    /// <param name="ids">[examples, tokens]. A token sees those before it, so padding belongs at the end.</param>
    /// <param name="weights">All tensors.</param>
    /// <param name="linears">How linear layers are computed.</param>
    /// <returns>[examples, tokens, vocabulary].</returns>
    public Tensor Forward(Tensor ids, Weights weights, ILinears linears)
    {
        var tokens = ids.shape[1];
        var x = weights["model.embed_tokens.weight"].index_select(0, ids.flatten()).view(ids.shape[0], tokens, -1);
        var causal = full([tokens, tokens], -1e9f).triu(1);
        var (cos, sin) = Rotation((int)tokens);
        for (var n = 0; n < _blocks.Length; n++) x = Block(n, x, causal, cos, sin, weights, linears);
        return linears.Apply(Inventory.Linears[^1], Norm("model.norm", x, weights));
    }

    private Tensor Block(int n, Tensor x, Tensor causal, Tensor cos, Tensor sin, Weights weights, ILinears linears)
    {
        Tensor Linear(LinearRole role, Tensor input) => linears.Apply(_blocks[n].First(l => l.Role == role), input);

        var name = $"model.layers.{n}.";
        var h = Norm(name + "input_layernorm", x, weights);
        var (q, k) = (Rotate(Linear(LinearRole.Query, h), cos, sin), Rotate(Linear(LinearRole.Key, h), cos, sin));
        x = x + Linear(LinearRole.AttentionOutput, Attention.Mix(q, k, Linear(LinearRole.Value, h), causal, _config.HeadSize));
        h = Norm(name + "post_attention_layernorm", x, weights);
        return x + Linear(LinearRole.Down, silu(Linear(LinearRole.Gate, h)) * Linear(LinearRole.Up, h));
    }

    private Tensor Norm(string name, Tensor x, Weights weights)
    {
        using var epsilon = tensor(_config.RmsNormEps ?? 1e-6f);
        return x * (x.square().mean([-1], keepdim: true) + epsilon).rsqrt() * weights[name + ".weight"];
    }

    /// <summary>Rotary embedding: rotates element i of a head's first half with element i of its second half.</summary>
    private Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var heads = x.view(x.shape[0], x.shape[1], -1, _config.HeadSize);
        var halves = heads.chunk(2, -1);
        return (heads * cos + cat([-halves[1], halves[0]], -1) * sin).view(x.shape);
    }

    private (Tensor Cos, Tensor Sin) Rotation(int tokens)
    {
        var half = _config.HeadSize / 2;
        var angles = new float[tokens * 2 * half];
        for (var token = 0; token < tokens; token++)
        {
            for (var i = 0; i < 2 * half; i++) angles[token * 2 * half + i] = (float)(token * Math.Pow(_config.RopeTheta ?? DefaultTheta, -(i % half) / (double)half));
        }

        var table = tensor(angles, tokens, 1, 2 * half);
        return (table.cos(), table.sin());
    }
}
