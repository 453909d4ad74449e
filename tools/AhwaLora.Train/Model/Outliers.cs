using AhwaLora.Models.Inventory;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Model;

/// <summary>
/// Outlier channels. The activations of large pre-trained transformers have a few channels that are far larger than the others and
/// almost constant (Kovaleva et al. 2021, Bondarenko et al. 2021 for BERT); they make low-precision converters hard to use,
/// since a vector is scaled by its largest element. Models as small as those trained here do not develop them, so they are planted
/// in a way that leaves the function of the digital model unchanged.
/// </summary>
public static class Outliers
{
    private const int Channel = 17;
    private const string AnswerHead = "qa_outputs";

    /// <summary>
    /// Adds a constant to one channel of every norm's output, and subtracts it wherever the channel is read: in the bias of each
    /// linear layer that reads it, including heads, and in the bias of the layers whose output is added to it in a residual sum.
    /// </summary>
    /// <param name="model">The model to change; its digital results stay the same.</param>
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

        // A classifier reads the pooler, whose input is corrected above; the head for answers reads the last norm itself.
        foreach (var head in model.Heads.Values.Where(h => h.Has(AnswerHead + ".weight"))) TakeAway(head, AnswerHead);

        void TakeAway(Weights weights, string module) => weights[module + ".bias"].sub_(weights[module + ".weight"].select(1, Channel) * size);
    }
}
