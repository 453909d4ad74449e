using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Models.Inventory;

/// <summary>Names and shapes of the families, against the published models.</summary>
public sealed class ModelInventoryTests
{
    private static long AdapterParameters(IEnumerable<LinearLayer> layers, int rank) => layers.Sum(l => (long)rank * (l.Inputs + l.Outputs));

    [Fact]
    public void MobileBERT_has_the_layers_of_the_study()
    {
        var layers = ModelInventory.Of(KnownModels.MobileBert.Config).Linears;
        Assert.Equal(362, layers.Count);
        Assert.Equal(20_251_648, layers.Sum(l => (long)l.Inputs * l.Outputs));
        Assert.Equal(1_633_296, AdapterParameters(layers, 8));
        foreach (var block in layers.Where(l => l.Block >= 0).GroupBy(l => l.Block))
        {
            Assert.Equal((7, 5, 3), (block.Count(l => (l.Inputs, l.Outputs) == (512, 128)), block.Count(l => (l.Inputs, l.Outputs) == (128, 512)), block.Count(l => (l.Inputs, l.Outputs) == (128, 128))));
        }

        Assert.Contains(layers, l => l is { Name: "mobilebert.encoder.layer.23.ffn.2.output.dense", Inputs: 512, Outputs: 128 });
        Assert.Contains(layers, l => l is { Name: "mobilebert.embeddings.embedding_transformation", Inputs: 384, Outputs: 512 });
        Assert.Contains(layers, l => l is { Name: "qa_outputs", Inputs: 512, Outputs: 2 });
    }

    [Fact]
    public void Llama_has_the_parameters_of_the_study()
    {
        var inventory = ModelInventory.Of(KnownModels.Llama.Config);
        var adapted = inventory.Linears.Where(l => l.Role != LinearRole.Head).ToList();
        Assert.Equal(7 * 32, adapted.Count);
        Assert.Equal(41_943_040, AdapterParameters(adapted, 16));
        Assert.Equal(8_030_261_248, inventory.Parameters);
        Assert.Contains(inventory.Linears, l => l is { Name: "model.layers.31.mlp.down_proj", Inputs: 14336, Outputs: 4096, HasBias: false });
        Assert.Contains(inventory.Linears, l => l is { Name: "model.layers.0.self_attn.k_proj", Inputs: 4096, Outputs: 1024 });
    }

    [Fact]
    public void BERT_has_the_parameters_of_bert_base()
    {
        var bert = Small.Bert with { VocabSize = 30522, HiddenSize = 768, NumHiddenLayers = 12, NumAttentionHeads = 12, IntermediateSize = 3072, MaxPositionEmbeddings = 512 };
        var inventory = ModelInventory.Of(bert);
        Assert.Equal(109_482_240 + 2 * 768 + 2, inventory.Parameters);
        Assert.Equal("bert.encoder.layer.0.attention.self.query", inventory.Linears[0].Name);
        Assert.Equal(["bert.pooler.dense", "classifier"], inventory.Linears.TakeLast(2).Select(l => l.Name));
        Assert.Equal(["bert.encoder.layer.11.output.dense", "qa_outputs"], ModelInventory.Of(bert with { Architectures = ["BertForQuestionAnswering"] }).Linears.TakeLast(2).Select(l => l.Name));
    }
}
