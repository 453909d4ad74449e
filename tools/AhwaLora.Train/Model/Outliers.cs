using AhwaLora.Emu.Lab.Models;
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
    /// <summary>
    /// Adds a constant to a channel of every norm's output, and takes it away where the channel is read: in the bias of each
    /// linear layer that reads it, and in the bias of the layer whose output meets it in the residual sum.
    /// </summary>
    /// <param name="inventory">Of a bert.</param>
    /// <param name="encoder">Its tensors; changed.</param>
    /// <param name="heads">Heads that read the last norm directly, as qa_outputs; changed.</param>
    /// <param name="channel">Which channel.</param>
    /// <param name="size">The constant; other channels have a standard deviation of about 1.</param>
    public static void Plant(ModelInventory inventory, Weights encoder, IEnumerable<(Weights Weights, LinearLayer Layer)> heads, int channel, float size)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        foreach (var name in encoder.Names.Where(n => n.EndsWith("LayerNorm.bias", StringComparison.Ordinal))) encoder[name].select(0, channel).add_(size);
        foreach (var layer in inventory.Linears.Where(l => l.Role is LinearRole.Query or LinearRole.Key or LinearRole.Value or LinearRole.Up or LinearRole.Pooler)) TakeAway(encoder, layer);
        foreach (var layer in inventory.Linears.Where(l => l.Role is LinearRole.AttentionOutput or LinearRole.Down)) encoder[layer.Bias].select(0, channel).sub_(size);
        foreach (var (weights, layer) in heads) TakeAway(weights, layer);

        void TakeAway(Weights weights, LinearLayer layer) => weights[layer.Bias].sub_(weights[layer.Weight].select(1, channel) * size);
    }
}
