using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Models.Inventory;

/// <summary>Models small enough for a test.</summary>
internal static class Small
{
    public static ModelConfig Bert { get; } = new()
    {
        ModelType = "bert",
        Architectures = ["BertForSequenceClassification"],
        VocabSize = 40,
        HiddenSize = 32,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        IntermediateSize = 64,
        MaxPositionEmbeddings = 24,
        Labels = new Dictionary<string, string> { ["0"] = "no", ["1"] = "yes" },
    };

    public static ModelConfig Llama { get; } = new()
    {
        ModelType = "llama",
        Architectures = ["LlamaForCausalLM"],
        VocabSize = 40,
        HiddenSize = 32,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        IntermediateSize = 48,
        HiddenAct = "silu",
    };

    /// <summary>An adapter of every linear layer but the head, whose branch adds about a tenth.</summary>
    public static LoraAdapter Adapter(ModelConfig config, int rank, ulong seed)
    {
        var random = new Random((int)seed);
        float[] Fill(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)(size * (2 * random.NextDouble() - 1)))];

        var layers = ModelInventory.Of(config).Linears.Where(l => l.Role != LinearRole.Head).ToList();
        return new LoraAdapter(
            LoraConfig.Of(rank, 4 * rank, layers.Select(l => l.Name.Split('.')[^1]), "SEQ_CLS"),
            layers.ToDictionary(l => l.Name, l => new LoraPair(l.Inputs, rank, l.Outputs, Fill(l.Inputs * rank, 1 / Math.Sqrt(l.Inputs)), Fill(rank * l.Outputs, 0.1), 4)),
            new Dictionary<string, SavedModule>());
    }
}
