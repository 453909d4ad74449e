using AhwaLora.Models.Inventory;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Model;

/// <summary>
/// Outlier channels. Activations of large pre-trained transformers have a few channels that are far beyond the others and
/// almost constant (Kovaleva et al. 2021, Bondarenko et al. 2021 for BERT); they are what makes low-precision converters hard,
/// since a vector is scaled by its largest element. Models as small as those trained here do not grow them, so they are planted:
/// exactly so that the digital model computes the same function.
/// </summary>
public static class Outliers
{
    private const int Channel = 17;
    private const string AnswerHead = "qa_outputs";

    /// <summary>
    /// Adds a constant to one channel of every norm's output, and takes it away where the channel is read: in the bias of each
    /// linear layer that reads it, heads included, and in the bias of the layers whose output meets it in a residual sum.
    /// </summary>
    /// <param name="model">Changed; what it computes digitally stays.</param>
    /// <param name="size">The constant; other channels have a standard deviation of about 1.</param>
    public static void Plant(BaseModel model, float size)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var name in model.Encoder.Names.Where(n => n.EndsWith("LayerNorm.bias", StringComparison.Ordinal))) model.Encoder[name].select(0, Channel).add_(size);
        foreach (var layer in new Encoder(model.Config).Inventory.Linears)
        {
            if (layer.Role is LinearRole.Query or LinearRole.Key or LinearRole.Value or LinearRole.Up or LinearRole.Pooler) TakeAway(model.Encoder, layer.Name);
            else if (layer.Role is LinearRole.AttentionOutput or LinearRole.Down) model.Encoder[layer.Bias].select(0, Channel).sub_(size);
        }

        // A classifier reads the pooler, whose input was put right above; an answer's head reads the last norm itself.
        foreach (var head in model.Heads.Values.Where(h => h.Has(AnswerHead + ".weight"))) TakeAway(head, AnswerHead);

        void TakeAway(Weights weights, string module) => weights[module + ".bias"].sub_(weights[module + ".weight"].select(1, Channel) * size);
    }
}
