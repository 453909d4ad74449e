using AhwaLora.Common.Files;

namespace AhwaLora.Models.Inventory;

/// <summary>A published model by name.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Config">The fields of its config.json that determine shapes.</param>
/// <param name="Rank">Rank of its published adapters.</param>
public sealed record KnownModel(string Name, ModelConfig Config, int Rank);

/// <summary>Models whose shapes are known here without their weights.</summary>
public static class KnownModels
{
    /// <summary>google/mobilebert-uncased with the head for SQuAD.</summary>
    public static KnownModel MobileBert { get; } = new(
        "mobilebert",
        new()
        {
            ModelType = "mobilebert",
            Architectures = ["MobileBertForQuestionAnswering"],
            VocabSize = 30_522,
            HiddenSize = 512,
            EmbeddingSize = 128,
            IntraBottleneckSize = 128,
            NumFeedforwardNetworks = 4,
            NumHiddenLayers = 24,
            NumAttentionHeads = 4,
            IntermediateSize = 512,
            HiddenAct = "relu",
            TrigramInput = true,
            ClassifierActivation = false,
        },
        Rank: 8);

    /// <summary>meta-llama/Llama-3.1-8B.</summary>
    public static KnownModel Llama { get; } = new(
        "llama-3.1-8b",
        new()
        {
            ModelType = "llama",
            Architectures = ["LlamaForCausalLM"],
            VocabSize = 128_256,
            HiddenSize = 4096,
            NumHiddenLayers = 32,
            NumAttentionHeads = 32,
            NumKeyValueHeads = 8,
            IntermediateSize = 14_336,
            HiddenAct = "silu",
        },
        Rank: 16);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownModel> All { get; } = [MobileBert, Llama];

    /// <summary>A model by its name, or of a checkpoint's directory.</summary>
    /// <exception cref="UserErrorException">There is no such model or directory, or the directory's config.json is malformed.</exception>
    public static KnownModel Find(string nameOrDirectory)
    {
        if (All.FirstOrDefault(m => m.Name == nameOrDirectory) is { } known) return known;
        if (!Directory.Exists(nameOrDirectory))
        {
            throw new UserErrorException($"{nameOrDirectory}: no such model or directory; "
                + $"expected {string.Join(", ", All.Select(m => m.Name))}, or a directory with a config.json");
        }

        return new KnownModel(nameOrDirectory, ModelConfig.Read(nameOrDirectory), MobileBert.Rank);
    }
}
