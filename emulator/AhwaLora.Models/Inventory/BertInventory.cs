namespace AhwaLora.Models.Inventory;

/// <summary>Tensors of BERT.</summary>
internal static class BertInventory
{
    private const string Prefix = "bert.";

    public static ModelInventory Of(ModelConfig config)
    {
        var (hidden, inner) = (config.HiddenSize, config.IntermediateSize);
        var linears = new List<LinearLayer>();
        var others = new List<OtherTensor>
        {
            new(Prefix + "embeddings.word_embeddings.weight", OtherKind.Embedding, config.VocabSize, hidden),
            new(Prefix + "embeddings.position_embeddings.weight", OtherKind.Embedding, config.MaxPositionEmbeddings, hidden),
            new(Prefix + "embeddings.token_type_embeddings.weight", OtherKind.Embedding, config.TypeVocabSize, hidden),
        };
        void Norm(string name) => others.AddRange([new(name + ".weight", OtherKind.NormWeight, hidden), new(name + ".bias", OtherKind.NormBias, hidden)]);

        Norm(Prefix + "embeddings.LayerNorm");
        for (var n = 0; n < config.NumHiddenLayers; n++)
        {
            var block = $"{Prefix}encoder.layer.{n}.";
            void Linear(string name, LinearRole role, int inputs, int outputs) => linears.Add(new(block + name, role, n, inputs, outputs, HasBias: true));

            Linear("attention.self.query", LinearRole.Query, hidden, hidden);
            Linear("attention.self.key", LinearRole.Key, hidden, hidden);
            Linear("attention.self.value", LinearRole.Value, hidden, hidden);
            Linear("attention.output.dense", LinearRole.AttentionOutput, hidden, hidden);
            Norm(block + "attention.output.LayerNorm");
            Linear("intermediate.dense", LinearRole.Up, hidden, inner);
            Linear("output.dense", LinearRole.Down, inner, hidden);
            Norm(block + "output.LayerNorm");
        }

        // BertForQuestionAnswering is built without a pooler.
        if (config.Head != ModelHead.QuestionAnswering) linears.Add(new(Prefix + "pooler.dense", LinearRole.Pooler, -1, hidden, hidden, HasBias: true));
        if (Head(config) is { } head) linears.Add(head);
        return new ModelInventory(linears, others, Prefix);
    }

    /// <summary>The head that BERT and its relatives share.</summary>
    public static LinearLayer? Head(ModelConfig config) => config.Head switch
    {
        ModelHead.SequenceClassification => new("classifier", LinearRole.Head, -1, config.HiddenSize, config.HeadOutputs, HasBias: true),
        ModelHead.QuestionAnswering => new("qa_outputs", LinearRole.Head, -1, config.HiddenSize, config.HeadOutputs, HasBias: true),
        _ => null,
    };
}
