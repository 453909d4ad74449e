using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Models.Inventory;

/// <summary>
/// A model as Hugging Face's <c>config.json</c> describes it: the fields that decide names and shapes of its tensors, under
/// their own names, for the families bert, mobilebert and llama. Fields that are not known here are kept as they are.
/// </summary>
public sealed record ModelConfig
{
    /// <summary>Name of the file in a checkpoint's directory.</summary>
    public const string FileName = "config.json";

    private const int DefaultLabels = 2;

    /// <summary>Classes of the transformers library, such as BertForSequenceClassification; the first determines the head.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>bert, mobilebert or llama.</summary>
    public required string ModelType { get; init; }

    /// <summary>Tokens of the vocabulary.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Elements of a token between blocks.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Blocks.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Attention heads of a block.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Elements of a token within a block's feed-forward part.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Longest sequence, tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Activation of the feed-forward part.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>bert: kinds of segment.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>bert: epsilon of the layer norms.</summary>
    public float LayerNormEps { get; init; } = 1e-12f;

    /// <summary>Token that pads short sequences; null for none.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Name of each output of a classifier.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>mobilebert: elements of a token embedding.</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>mobilebert: elements of a token within a block.</summary>
    public int? IntraBottleneckSize { get; init; }

    /// <summary>mobilebert: feed-forward parts of a block, the last one with a bottleneck.</summary>
    public int? NumFeedforwardNetworks { get; init; }

    /// <summary>mobilebert: true if the embedding of a token is concatenated with those of its neighbours.</summary>
    public bool? TrigramInput { get; init; }

    /// <summary>mobilebert: true if the pooler has a linear layer.</summary>
    public bool? ClassifierActivation { get; init; }

    /// <summary>llama: heads of keys and values; null for the number of query heads.</summary>
    public int? NumKeyValueHeads { get; init; }

    /// <summary>llama: elements of a head; null for hidden_size / num_attention_heads.</summary>
    public int? HeadDim { get; init; }

    /// <summary>llama: epsilon of the norms.</summary>
    public float? RmsNormEps { get; init; }

    /// <summary>llama: base of the rotary embedding.</summary>
    public double? RopeTheta { get; init; }

    /// <summary>llama: true if the output layer shares the embedding's weights.</summary>
    public bool? TieWordEmbeddings { get; init; }

    /// <summary>Fields of the file without meaning here.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; init; }

    /// <summary>Elements of an attention head.</summary>
    [JsonIgnore]
    public int HeadSize => HeadDim ?? HiddenSize / NumAttentionHeads;

    /// <summary>The head of the model.</summary>
    [JsonIgnore]
    public ModelHead Head => Architectures is [var name, ..] ? ModelHeads.Of(name) : ModelHead.None;

    /// <summary>Outputs of the head: the number of labels, 2 for start and end of an answer, or the vocabulary's size.</summary>
    [JsonIgnore]
    public int HeadOutputs => Head switch
    {
        ModelHead.QuestionAnswering => 2,
        ModelHead.CausalLanguageModel => VocabSize,
        _ => Labels?.Count ?? DefaultLabels,
    };

    /// <summary>The same model with another head.</summary>
    /// <param name="head">The new head.</param>
    /// <param name="classes">Outputs of a classifier.</param>
    public ModelConfig WithHead(ModelHead head, int classes) => this with
    {
        Architectures = [ModelHeads.Architecture(ModelType, head)],
        Labels = head == ModelHead.SequenceClassification && classes != HeadOutputs ? Enumerable.Range(0, classes).ToDictionary(n => $"{n}", n => $"LABEL_{n}") : Labels,
    };

    /// <summary>Reads a checkpoint's config.json.</summary>
    /// <exception cref="UserErrorException">It cannot be read, lacks a field, or a value is not allowed.</exception>
    public static ModelConfig Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var config = JsonText.Read<ModelConfig>(path, JsonStyles.Foreign);
        config.Check(path);
        return config;
    }

    /// <summary>Writes it into a checkpoint's directory.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public void Write(string directory) => AtomicFile.WriteText(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, JsonStyles.Foreign) + "\n");

    private void Check(string path)
    {
        void Require(bool holds, string what)
        {
            if (!holds) throw new UserErrorException($"{path}: {what}");
        }

        Require(ModelFamilies.Known.Contains(ModelType), $"model_type '{ModelType}' is not known; expected {string.Join(", ", ModelFamilies.Known)}");
        foreach (var (name, value) in new (string, int?)[]
        {
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("num_hidden_layers", NumHiddenLayers), ("num_attention_heads", NumAttentionHeads),
            ("intermediate_size", IntermediateSize), ("max_position_embeddings", MaxPositionEmbeddings), ("type_vocab_size", TypeVocabSize),
            ("embedding_size", EmbeddingSize), ("intra_bottleneck_size", IntraBottleneckSize), ("num_feedforward_networks", NumFeedforwardNetworks),
            ("num_key_value_heads", NumKeyValueHeads), ("head_dim", HeadDim),
        })
        {
            Require(value is null or (> 0 and <= 1 << 24), $"{name} is {value}; expected a positive number");
        }

        Require(HeadDim is not null || HiddenSize % NumAttentionHeads == 0, $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}");
    }
}
