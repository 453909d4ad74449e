using AhwaLora.Models.Inventory;

namespace AhwaLora.Train.Model;

/// <summary>The shapes of the models that are trained here from scratch.</summary>
public static class Shapes
{
    /// <summary>A BERT whose layers are those of the study: 128 to 128, and 512 to 128 and back.</summary>
    /// <param name="vocabulary">Tokens.</param>
    public static ModelConfig Encoder(int vocabulary) => new()
    {
        ModelType = "bert",
        VocabSize = vocabulary,
        HiddenSize = 128,
        NumHiddenLayers = 2,
        NumAttentionHeads = 2,
        IntermediateSize = 512,
        MaxPositionEmbeddings = 48,
        PadTokenId = 0,
    };

    /// <summary>A Llama that is one size smaller.</summary>
    /// <param name="vocabulary">Tokens.</param>
    public static ModelConfig Decoder(int vocabulary) => new()
    {
        Architectures = ["LlamaForCausalLM"],
        ModelType = "llama",
        VocabSize = vocabulary,
        HiddenSize = 64,
        NumHiddenLayers = 2,
        NumAttentionHeads = 2,
        IntermediateSize = 128,
        MaxPositionEmbeddings = 32,
        RmsNormEps = 1e-6f,
        TieWordEmbeddings = false,
        PadTokenId = 0,
    };
}
