using AhwaLora.Common.Files;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Model;

/// <summary>A LoRA adapter in training: A and B of every linear layer, and the head. Owns its tensors.</summary>
public sealed class Adapter : IDisposable
{
    // y + (alpha / r) (x A) B: the same factor at every rank, so that ranks can be compared (the study's 32 at rank 8).
    private const double AlphaPerRank = 4;
    private const string A = ".lora_A", B = ".lora_B";

    private readonly ModelInventory _inventory;

    private Adapter(ModelInventory inventory, int rank, Weights weights) => (_inventory, Rank, Weights) = (inventory, rank, weights);

    /// <summary>r, the rank.</summary>
    public int Rank { get; }

    /// <summary>lora_A [r, in] and lora_B [out, r] of each module, and the weights of the head.</summary>
    public Weights Weights { get; }

    /// <summary>alpha / r.</summary>
    public static float Scale => (float)AlphaPerRank;

    /// <summary>Creates an adapter that adds nothing yet: A is uniform within 1 / sqrt(in), B is zero, the head is a copy of that in <paramref name="headOf"/>.</summary>
    public static Adapter Create(ModelInventory inventory, int rank, Weights headOf, int seed)
    {
        var random = new Random(seed);
        var tensors = new List<(string, int[], float[])>();
        foreach (var layer in inventory.Linears)
        {
            if (layer.Role == LinearRole.Head)
            {
                tensors.AddRange(headOf.Values().Where(t => t.Name == layer.Weight || (layer.HasBias && t.Name == layer.Bias)));
                continue;
            }

            var (bound, a) = (1 / MathF.Sqrt(layer.Inputs), new float[rank * layer.Inputs]);
            for (var i = 0; i < a.Length; i++) a[i] = (2 * random.NextSingle() - 1) * bound;
            tensors.Add((layer.Name + A, [rank, layer.Inputs], a));
            tensors.Add((layer.Name + B, [layer.Outputs, rank], new float[layer.Outputs * rank]));
        }

        return new Adapter(inventory, rank, Weights.Of(tensors));
    }

    /// <summary>Reads an adapter from files.</summary>
    /// <param name="directory">The directory, in PEFT's format.</param>
    /// <param name="config">The configuration of the base.</param>
    /// <exception cref="UserErrorException">The adapter does not belong to that model.</exception>
    public static Adapter Read(string directory, ModelConfig config)
    {
        var read = PeftFormat.Read(directory);
        read.CheckFits(config, directory);
        var tensors = new List<(string, int[], float[])>();
        foreach (var (module, pair) in read.Pairs)
        {
            var (loraA, loraB) = pair.ToWeights();
            var factor = pair.Scale / Scale;
            tensors.Add((module + A, [pair.Rank, pair.Inputs], [.. loraA.Select(value => factor * value)]));
            tensors.Add((module + B, [pair.Outputs, pair.Rank], loraB));
        }

        foreach (var (module, saved) in read.Saved)
        {
            tensors.Add((module + ".weight", [saved.Outputs, saved.Inputs], saved.Weights));
            if (saved.Bias is { } bias) tensors.Add((module + ".bias", [saved.Outputs], bias));
        }

        return new Adapter(ModelInventory.Of(read.ConfigOf(config)), read.Config.R, Weights.Of(tensors));
    }

    /// <summary>Writes the adapter in PEFT's format, in half precision.</summary>
    /// <param name="directory">Created if it is missing.</param>
    /// <param name="baseModel">The name of the base, for the adapter's configuration.</param>
    /// <param name="taskType">PEFT's task_type: SEQ_CLS, QUESTION_ANS, CAUSAL_LM.</param>
    public void Write(string directory, string baseModel, string taskType)
    {
        var values = Weights.Values().ToDictionary(t => t.Name, t => t.Values);
        var pairs = new Dictionary<string, LoraPair>();
        var saved = new Dictionary<string, SavedModule>();
        foreach (var layer in _inventory.Linears)
        {
            if (layer.Role == LinearRole.Head) saved.Add(layer.Name, new SavedModule(layer.Outputs, layer.Inputs, values[layer.Weight], layer.HasBias ? values[layer.Bias] : null));
            else pairs.Add(layer.Name, LoraPair.OfWeights(values[layer.Name + A], values[layer.Name + B], layer.Inputs, Rank, layer.Outputs, Scale));
        }

        var config = LoraConfig.Of(Rank, AlphaPerRank * Rank, pairs.Keys.Select(name => name[(name.LastIndexOf('.') + 1)..]), taskType, baseModel, [.. saved.Keys]);
        PeftFormat.Write(directory, new LoraAdapter(config, pairs, saved), ElementType.Float16);
    }

    /// <summary>What the adapter adds to a layer's output: (alpha / r) (x A) B; null if it has no matrices for the layer.</summary>
    public Tensor? Branch(LinearLayer layer, Tensor x) => !Weights.Has(layer.Name + A) ? null
        : nn.functional.linear(nn.functional.linear(x, Weights[layer.Name + A]), Weights[layer.Name + B]) * Scale;

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();
}

/// <summary>Linear layers with an adapter beside them; the head is the adapter's.</summary>
public sealed class AdaptedLinears(ILinears linears, Adapter adapter) : ILinears
{
    private readonly DigitalLinears _head = new(adapter.Weights);

    /// <inheritdoc/>
    public Tensor Apply(LinearLayer layer, Tensor x)
    {
        if (layer.Role == LinearRole.Head) return _head.Apply(layer, x);
        var y = linears.Apply(layer, x);
        return adapter.Branch(layer, x) is { } branch ? y + branch : y;
    }
}
