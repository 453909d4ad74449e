namespace AhwaLora.Models.Inventory;

/// <summary>The output layers on top of a model.</summary>
public enum ModelHead
{
    /// <summary>No head.</summary>
    None,

    /// <summary>A classifier of the whole sequence.</summary>
    SequenceClassification,

    /// <summary>Start and end of an answer within the sequence (SQuAD).</summary>
    QuestionAnswering,

    /// <summary>The next token.</summary>
    CausalLanguageModel,
}

/// <summary>Heads by the classes of the transformers library and the task types of PEFT.</summary>
internal static class ModelHeads
{
    private static readonly (ModelHead Head, string ClassEnd, string TaskType)[] All =
    [
        (ModelHead.SequenceClassification, "ForSequenceClassification", "SEQ_CLS"),
        (ModelHead.QuestionAnswering, "ForQuestionAnswering", "QUESTION_ANS"),
        (ModelHead.CausalLanguageModel, "ForCausalLM", "CAUSAL_LM"),
        (ModelHead.None, "Model", "FEATURE_EXTRACTION"),
    ];

    /// <summary>The head of a class; <see cref="ModelHead.None"/> if the class is not known.</summary>
    public static ModelHead Of(string architecture) => All.FirstOrDefault(h => architecture.EndsWith(h.ClassEnd, StringComparison.Ordinal)).Head;

    /// <summary>The head for a task type; null if the type is not known.</summary>
    public static ModelHead? OfTask(string? taskType) => All.Where(h => h.TaskType == taskType).Select(h => (ModelHead?)h.Head).FirstOrDefault();

    /// <summary>The class name of a family with a given head.</summary>
    public static string Architecture(string modelType, ModelHead head)
    {
        var family = modelType switch { "bert" => "Bert", "mobilebert" => "MobileBert", _ => "Llama" };
        return family + All.First(h => h.Head == head).ClassEnd;
    }
}

/// <summary>What a linear layer does.</summary>
public enum LinearRole
{
    /// <summary>Queries of the attention.</summary>
    Query,

    /// <summary>Keys.</summary>
    Key,

    /// <summary>Values.</summary>
    Value,

    /// <summary>Output projection of the attention.</summary>
    AttentionOutput,

    /// <summary>llama: gate of the feed-forward part.</summary>
    Gate,

    /// <summary>Feed-forward part, widening.</summary>
    Up,

    /// <summary>Feed-forward part, narrowing.</summary>
    Down,

    /// <summary>mobilebert: into and out of the narrow block.</summary>
    Bottleneck,

    /// <summary>mobilebert: concatenated embeddings to hidden_size.</summary>
    Embedding,

    /// <summary>First token to the classifier's input.</summary>
    Pooler,

    /// <summary>The task's own layer.</summary>
    Head,
}

/// <summary>A linear layer y = W x + b of a model.</summary>
/// <param name="Name">Its module's name in the checkpoint, to which .weight and .bias are added.</param>
/// <param name="Role">What it does.</param>
/// <param name="Block">Number of its block; -1 outside all blocks.</param>
/// <param name="Inputs">Elements of x.</param>
/// <param name="Outputs">Elements of y; the weight is [out, in].</param>
/// <param name="HasBias">True if it has a bias b.</param>
public sealed record LinearLayer(string Name, LinearRole Role, int Block, int Inputs, int Outputs, bool HasBias)
{
    /// <summary>Name of the weight [out, in].</summary>
    public string Weight => Name + ".weight";

    /// <summary>Name of the bias [out].</summary>
    public string Bias => Name + ".bias";

    /// <summary>Number of weights and biases.</summary>
    public long Parameters => (long)Inputs * Outputs + (HasBias ? Outputs : 0);
}

/// <summary>A tensor of a model outside its linear layers.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Shape">Row-major.</param>
public sealed record OtherTensor(string Name, OtherKind Kind, params int[] Shape);

/// <summary>Kinds of tensors outside linear layers.</summary>
public enum OtherKind
{
    /// <summary>A table [tokens, elements].</summary>
    Embedding,

    /// <summary>Factors of a norm.</summary>
    NormWeight,

    /// <summary>Addends of a norm.</summary>
    NormBias,
}

/// <summary>Names and shapes of a family's tensors, as the transformers library has them.</summary>
/// <param name="Linears">Its linear layers in the order of a forward pass.</param>
/// <param name="Others">All other tensors.</param>
/// <param name="Prefix">Start of the names, which a checkpoint of the model without head leaves out, such as <c>bert.</c></param>
public sealed record ModelInventory(IReadOnlyList<LinearLayer> Linears, IReadOnlyList<OtherTensor> Others, string Prefix)
{
    /// <summary>Number of all parameters: linear layers, embeddings and norms.</summary>
    public long Parameters => Linears.Sum(l => l.Parameters) + Others.Sum(t => t.Shape.Aggregate(1L, (product, lines) => product * lines));

    /// <summary>The inventory of a model.</summary>
    public static ModelInventory Of(ModelConfig config) => config.ModelType switch
    {
        "bert" => BertInventory.Of(config),
        "mobilebert" => MobileBertInventory.Of(config),
        "llama" => LlamaInventory.Of(config),
        _ => throw new ArgumentException($"model type is '{config.ModelType}'; expected {string.Join(", ", ModelFamilies.Known)}", nameof(config)),
    };
}

/// <summary>The families.</summary>
internal static class ModelFamilies
{
    public static IReadOnlyList<string> Known { get; } = ["bert", "mobilebert", "llama"];
}
