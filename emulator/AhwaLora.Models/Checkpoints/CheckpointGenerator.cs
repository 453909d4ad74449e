using AhwaLora.Common.Files;
using AhwaLora.Common.Seeded;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Models.Checkpoints;

/// <summary>Untrained checkpoints of any family, for tests and to start training from; seeded, the same on every machine.</summary>
public static class CheckpointGenerator
{
    private const double InitializerRange = 0.02;

    /// <summary>
    /// All tensors of a model: weights of variance 1/inputs, embeddings of standard deviation 0.02 (BERT's initializer_range),
    /// biases 0, norms 1 and 0.
    /// </summary>
    public static IReadOnlyList<(string Name, int[] Shape, float[] Values)> Tensors(ModelConfig config, ulong seed)
    {
        var (inventory, normal) = (ModelInventory.Of(config), new NormalSource(seed));
        var tensors = new List<(string, int[], float[])>();
        foreach (var other in inventory.Others)
        {
            var values = new float[other.Shape.Aggregate(1, (product, lines) => product * lines)];
            if (other.Kind == OtherKind.NormWeight) Array.Fill(values, 1);
            if (other.Kind == OtherKind.Embedding) Fill(values, InitializerRange);
            tensors.Add((other.Name, other.Shape, values));
        }

        foreach (var linear in inventory.Linears)
        {
            var weights = new float[(long)linear.Inputs * linear.Outputs];
            Fill(weights, 1 / Math.Sqrt(linear.Inputs));
            tensors.Add((linear.Weight, [linear.Outputs, linear.Inputs], weights));
            if (linear.HasBias) tensors.Add((linear.Bias, [linear.Outputs], new float[linear.Outputs]));
        }

        return tensors;

        void Fill(float[] values, double sigma)
        {
            for (var i = 0; i < values.Length; i++) values[i] = (float)(sigma * normal.Next());
        }
    }

    /// <summary>Writes such a checkpoint.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string directory, ModelConfig config, ulong seed, ElementType? type = null) =>
        Checkpoint.Write(directory, config, Tensors(config, seed), type);
}
