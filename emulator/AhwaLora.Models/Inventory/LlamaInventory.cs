namespace AhwaLora.Models.Inventory;

/// <summary>Tensors of Llama.</summary>
internal static class LlamaInventory
{
    private const string Prefix = "model.";

    public static ModelInventory Of(ModelConfig config)
    {
        var (hidden, inner) = (config.HiddenSize, config.IntermediateSize);
        var queries = config.NumAttentionHeads * config.HeadSize;
        var keys = (config.NumKeyValueHeads ?? config.NumAttentionHeads) * config.HeadSize;
        var linears = new List<LinearLayer>();
        var others = new List<OtherTensor> { new(Prefix + "embed_tokens.weight", OtherKind.Embedding, config.VocabSize, hidden) };
        for (var n = 0; n < config.NumHiddenLayers; n++)
        {
            var block = $"{Prefix}layers.{n}.";
            void Linear(string name, LinearRole role, int inputs, int outputs) => linears.Add(new(block + name, role, n, inputs, outputs, HasBias: false));

            others.Add(new(block + "input_layernorm.weight", OtherKind.NormWeight, hidden));
            Linear("self_attn.q_proj", LinearRole.Query, hidden, queries);
            Linear("self_attn.k_proj", LinearRole.Key, hidden, keys);
            Linear("self_attn.v_proj", LinearRole.Value, hidden, keys);
            Linear("self_attn.o_proj", LinearRole.AttentionOutput, queries, hidden);
            others.Add(new(block + "post_attention_layernorm.weight", OtherKind.NormWeight, hidden));
            Linear("mlp.gate_proj", LinearRole.Gate, hidden, inner);
            Linear("mlp.up_proj", LinearRole.Up, hidden, inner);
            Linear("mlp.down_proj", LinearRole.Down, inner, hidden);
        }

        others.Add(new(Prefix + "norm.weight", OtherKind.NormWeight, hidden));
        if (config.Head == ModelHead.CausalLanguageModel && config.TieWordEmbeddings != true) linears.Add(new("lm_head", LinearRole.Head, -1, hidden, config.VocabSize, HasBias: false));
        if (config.Head == ModelHead.SequenceClassification) linears.Add(new("score", LinearRole.Head, -1, hidden, config.HeadOutputs, HasBias: false));
        return new ModelInventory(linears, others, Prefix);
    }
}
