using AhwaLora.Common.Files;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Adapters;

/// <summary>A module that was trained in full and is saved with an adapter: y = W x + b.</summary>
/// <param name="Outputs">Elements of y.</param>
/// <param name="Inputs">Elements of x.</param>
/// <param name="Weights">[out, in].</param>
/// <param name="Bias">[out]; null for none.</param>
public sealed record SavedModule(int Outputs, int Inputs, float[] Weights, float[]? Bias)
{
    /// <summary>Number of weights and biases.</summary>
    public long Parameters => Weights.LongLength + (Bias?.Length ?? 0);
}

/// <summary>A task's adapter: A and B of each adapted layer, and modules that were trained in full. Read and written as PEFT does: <see cref="PeftFormat"/>.</summary>
/// <param name="Config">Contents of adapter_config.json.</param>
/// <param name="Pairs">A and B, by the module's name in the base.</param>
/// <param name="Saved">Modules that were trained in full, by name in the base.</param>
public sealed record LoraAdapter(LoraConfig Config, IReadOnlyDictionary<string, LoraPair> Pairs, IReadOnlyDictionary<string, SavedModule> Saved)
{
    /// <summary>Number of elements of all A and B.</summary>
    public long PairParameters => Pairs.Values.Sum(p => p.Parameters);

    /// <summary>Number of elements of the modules that were trained in full.</summary>
    public long SavedParameters => Saved.Values.Sum(m => m.Parameters);

    /// <summary>A base with this task's head: the one of <c>task_type</c>, or else the base's own, with as many classes as the adapter's head has.</summary>
    public ModelConfig ConfigOf(ModelConfig config)
    {
        var head = ModelHeads.OfTask(Config.TaskType) ?? config.Head;
        var own = config.WithHead(head, config.HeadOutputs);
        var name = ModelInventory.Of(own).Linears.FirstOrDefault(l => l.Role == LinearRole.Head)?.Name;
        return name is not null && Saved.TryGetValue(name, out var saved) ? config.WithHead(head, saved.Outputs) : own;
    }

    /// <summary>Checks that it fits a base: each module is a linear layer of the base with the same shape, and each targeted layer has its pair.</summary>
    /// <param name="config">The base's configuration.</param>
    /// <param name="source">Name of the adapter for messages.</param>
    /// <exception cref="UserErrorException">It does not fit; the line names the module.</exception>
    public void CheckFits(ModelConfig config, string source) => CheckFits(ModelInventory.Of(ConfigOf(config)), source);

    /// <summary>Checks that it fits an inventory that includes the task's head.</summary>
    /// <param name="inventory">The base's inventory, with the task's head.</param>
    /// <param name="source">Name of the adapter for messages.</param>
    /// <exception cref="UserErrorException">It does not fit; the line names the module.</exception>
    public void CheckFits(ModelInventory inventory, string source)
    {
        var layers = inventory.Linears.ToDictionary(l => l.Name);
        LinearLayer Layer(string module) => layers.GetValueOrDefault(module)
            ?? throw new UserErrorException($"{source}: module '{module}' is not a linear layer of the base, which has {string.Join(", ", layers.Keys.Take(3))}, ...");

        foreach (var (module, pair) in Pairs)
        {
            var layer = Layer(module);
            if ((pair.Inputs, pair.Outputs) != (layer.Inputs, layer.Outputs))
            {
                throw new UserErrorException($"{source}: module '{module}' has an adapter for {pair.Inputs} inputs and {pair.Outputs} outputs; "
                    + $"the base's layer has {layer.Inputs} and {layer.Outputs}");
            }
        }

        foreach (var (module, saved) in Saved)
        {
            var layer = Layer(module);
            if ((saved.Inputs, saved.Outputs) != (layer.Inputs, layer.Outputs))
            {
                throw new UserErrorException($"{source}: module '{module}' has {saved.Inputs} inputs and {saved.Outputs} outputs; "
                    + $"the base's layer has {layer.Inputs} and {layer.Outputs}");
            }
        }

        // all-linear leaves the output layer out.
        var isAll = Config.TargetModules is { ValueKind: System.Text.Json.JsonValueKind.String };
        var missing = inventory.Linears.FirstOrDefault(l => !isAll && Config.Targets(l.Name) && !Pairs.ContainsKey(l.Name) && !Saved.ContainsKey(l.Name));
        if (missing is not null) throw new UserErrorException($"{source}: target_modules names '{missing.Name}' of the base, but there is no lora_A for it");
    }
}
