namespace AhwaLora.Models.Inventory;

/// <summary>
/// Tensors of MobileBERT (Sun et al., ACL 2020), as published with key_query_shared_bottleneck and without
/// use_bottleneck_attention: queries and keys come from the shared bottleneck, values from the whole token.
/// </summary>
internal static class MobileBertInventory
{
    private const string Prefix = "mobilebert.";

    public static ModelInventory Of(ModelConfig config)
    {
        var hidden = config.HiddenSize;
        var embedding = config.EmbeddingSize ?? 128;
        var linears = new List<LinearLayer>();
        var others = new List<OtherTensor>
        {
            new(Prefix + "embeddings.word_embeddings.weight", OtherKind.Embedding, config.VocabSize, embedding),
            new(Prefix + "embeddings.position_embeddings.weight", OtherKind.Embedding, config.MaxPositionEmbeddings, hidden),
            new(Prefix + "embeddings.token_type_embeddings.weight", OtherKind.Embedding, config.TypeVocabSize, hidden),
        };
        AddNorm(others, Prefix + "embeddings.LayerNorm", hidden);
        linears.Add(new(Prefix + "embeddings.embedding_transformation", LinearRole.Embedding, -1, embedding * (config.TrigramInput == false ? 1 : 3), hidden, HasBias: true));
        for (var n = 0; n < config.NumHiddenLayers; n++) AddBlock(config, n, linears, others);
        if (config.ClassifierActivation == true && config.Head != ModelHead.QuestionAnswering) linears.Add(new(Prefix + "pooler.dense", LinearRole.Pooler, -1, hidden, hidden, HasBias: true));
        if (BertInventory.Head(config) is { } head) linears.Add(head);
        return new ModelInventory(linears, others, Prefix);
    }

    private static void AddBlock(ModelConfig config, int n, List<LinearLayer> linears, List<OtherTensor> others)
    {
        var (hidden, narrow, inner) = (config.HiddenSize, config.IntraBottleneckSize ?? 128, config.IntermediateSize);
        var block = $"{Prefix}encoder.layer.{n}.";
        void Linear(string name, LinearRole role, int inputs, int outputs) => linears.Add(new(block + name, role, n, inputs, outputs, HasBias: true));
        void Norm(string name, int elements) => AddNorm(others, block + name + ".LayerNorm", elements);

        Linear("bottleneck.input.dense", LinearRole.Bottleneck, hidden, narrow);
        Norm("bottleneck.input", narrow);
        Linear("bottleneck.attention.dense", LinearRole.Bottleneck, hidden, narrow);
        Norm("bottleneck.attention", narrow);
        Linear("attention.self.query", LinearRole.Query, narrow, narrow);
        Linear("attention.self.key", LinearRole.Key, narrow, narrow);
        Linear("attention.self.value", LinearRole.Value, hidden, narrow);
        Linear("attention.output.dense", LinearRole.AttentionOutput, narrow, narrow);
        Norm("attention.output", narrow);
        for (var k = 0; k < (config.NumFeedforwardNetworks ?? 4) - 1; k++)
        {
            Linear($"ffn.{k}.intermediate.dense", LinearRole.Up, narrow, inner);
            Linear($"ffn.{k}.output.dense", LinearRole.Down, inner, narrow);
            Norm($"ffn.{k}.output", narrow);
        }

        Linear("intermediate.dense", LinearRole.Up, narrow, inner);
        Linear("output.dense", LinearRole.Down, inner, narrow);
        Norm("output", narrow);
        Linear("output.bottleneck.dense", LinearRole.Bottleneck, narrow, hidden);
        Norm("output.bottleneck", hidden);
    }

    private static void AddNorm(List<OtherTensor> others, string name, int elements) =>
        others.AddRange([new(name + ".weight", OtherKind.NormWeight, elements), new(name + ".bias", OtherKind.NormBias, elements)]);
}
