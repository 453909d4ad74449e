using AhwaLora.Common.Seeded;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>Batches of examples; which examples a step sees depends on nothing but the seed and its number.</summary>
/// <param name="examples">All of them.</param>
/// <param name="size">Examples of a batch.</param>
/// <param name="seed">Of the order: each pass through the examples has its own.</param>
public sealed class Batches<T>(IReadOnlyList<T> examples, int size, int seed)
{
    private int[] _order = [];
    private long _epoch = -1;

    /// <summary>The batch of a step, from 0.</summary>
    public IReadOnlyList<T> At(int step)
    {
        var batch = new T[size];
        for (var i = 0; i < size; i++)
        {
            var (epoch, place) = Math.DivRem((long)step * size + i, examples.Count);
            if (epoch != _epoch) Shuffle(epoch);
            batch[i] = examples[_order[place]];
        }

        return batch;
    }

    private void Shuffle(long epoch)
    {
        _order = [.. Enumerable.Range(0, examples.Count)];
        new Random(HashSeed.Of(seed, (int)epoch)).Shuffle(_order);
        _epoch = epoch;
    }
}

/// <summary>Seeds from seeds.</summary>
internal static class HashSeed
{
    /// <summary>A seed for the n-th thing that a seed governs (<see cref="SplitMix64"/>).</summary>
    public static int Of(int seed, int n)
    {
        return (int)(SplitMix64.Next((ulong)(uint)seed << 32 | (uint)n) >> 33);
    }
}

/// <summary>Examples to tensors.</summary>
internal static class TokenBatches
{
    /// <summary>Fills examples up to the longest of them.</summary>
    public static TokenBatch Of(IReadOnlyList<Features> examples, int filling)
    {
        var longest = examples.Max(e => e.Ids.Length);
        var (ids, types, mask) = (new long[examples.Count * longest], new long[examples.Count * longest], new long[examples.Count * longest]);
        Array.Fill(ids, filling);
        foreach (var (row, example) in examples.Index())
        {
            for (var i = 0; i < example.Ids.Length; i++)
            {
                (ids[row * longest + i], types[row * longest + i], mask[row * longest + i]) = (example.Ids[i], example.Types[i], 1);
            }
        }

        Tensor Table(long[] values) => tensor(values, examples.Count, longest);
        return new TokenBatch(Table(ids), Table(types), Table(mask));
    }
}
