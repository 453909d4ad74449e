using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Settings;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Experiments.Deployment;

/// <summary>One layer of a trained model, in the form that <see cref="LayerRun"/> takes: trained weights and adapter, and inputs from real examples.</summary>
public static class TrainedLayer
{
    /// <summary>Finds a linear layer by its name, or by the last parts of its name if no other layer has them.</summary>
    /// <exception cref="UserErrorException">There is no such layer, or there are several.</exception>
    public static LinearLayer Find(ModelInventory inventory, string module)
    {
        var layers = inventory.Linears.Where(l => l.Role != LinearRole.Head).ToList();
        var found = layers.Where(l => l.Name == module || l.Name.EndsWith("." + module, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var one] => one,
            [] => throw new SettingException(SettingFault.Of(
                ExperimentSettings.Module,
                module,
                $"the model has no such linear layer; it has {string.Join(", ", layers.Take(6).Select(l => l.Name))}, ...",
                Spelling.Nearest(module, layers.Select(l => l.Name)))),
            _ => throw new SettingException(SettingFault.Of(ExperimentSettings.Module, module, $"it can be {string.Join(" or ", found.Take(4).Select(l => l.Name))}; give more of the name", found[0].Name)),
        };
    }

    /// <summary>The layer with its adapter and its input tokens from a float32 forward pass of the task's examples. If there are too few tokens, they repeat from the first.</summary>
    /// <param name="checkpoint">The base.</param>
    /// <param name="task">The adapter and the examples.</param>
    /// <param name="layer">The layer's name.</param>
    /// <param name="tokens">S, number of tokens.</param>
    /// <param name="chunk">t, tokens per chunk.</param>
    /// <exception cref="UserErrorException">The layer has no adapter, or the model cannot be run.</exception>
    public static LayerData Of(Checkpoint checkpoint, TaskFiles task, LinearLayer layer, int tokens, int chunk)
    {
        var pair = task.Adapter.Pairs.GetValueOrDefault(layer.Name) ?? throw new UserErrorException($"{task.Directory}: has no adapter for '{layer.Name}'; it has {string.Join(", ", task.Adapter.Pairs.Keys.Take(6))}, ...");
        var shape = new LayerShape(layer.Inputs, layer.Outputs, pair.Rank, tokens, chunk);
        shape.Check();
        var x = new List<float>();
        var encoder = new BertEncoder(checkpoint, (l, weights, bias) => l.Name == layer.Name ? new Tap(new DigitalLinear(l, weights, bias), x) : new DigitalLinear(l, weights, bias));
        encoder.Adapt(task.Adapter);
        for (var i = 0; x.Count < tokens * layer.Inputs; i++) encoder.Forward([task.Examples[i % task.Examples.Count].Tokens]);
        var bias = layer.HasBias ? checkpoint.Read(layer.Bias, layer.Outputs) : new float[layer.Outputs];
        return new LayerData(shape, [.. x.Take(tokens * layer.Inputs)], checkpoint.Read(layer.Weight, layer.Outputs, layer.Inputs), pair.A, pair.B, bias, pair.Scale)
        {
            Source = $"{layer.Name} of {task.Directory}, on tokens of its examples",
        };
    }

    /// <summary>A layer that records its inputs.</summary>
    private sealed class Tap(DigitalLinear linear, List<float> inputs) : ILinear
    {
        public LinearLayer Layer => linear.Layer;

        public void Adapt(LoraPair? adapter) => linear.Adapt(adapter);

        public void Forward(ReadOnlySpan<float> x, Span<float> y, int tokens)
        {
            inputs.AddRange(x);
            linear.Forward(x, y, tokens);
        }
    }
}
