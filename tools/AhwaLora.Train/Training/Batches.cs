using AhwaLora.Common.Seeded;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>Batches of examples. The examples of a step depend only on the seed and on the step's number.</summary>
/// <param name="examples">All examples.</param>
/// <param name="size">Examples per batch.</param>
/// <param name="seed">The seed of the order; each pass through the examples has its own order.</param>
public sealed class Batches<T>(IReadOnlyList<T> examples, int size, int seed)
{
    private int[] _order = [];
    private long _epoch = -1;

    /// <summary>The batch of a step; steps count from 0.</summary>
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

/// <summary>Derives seeds from seeds.</summary>
internal static class HashSeed
{
    /// <summary>A seed for the n-th thing that a seed governs (<see cref="SplitMix64"/>).</summary>
    public static int Of(int seed, int n)
    {
        return (int)(SplitMix64.Next((ulong)(uint)seed << 32 | (uint)n) >> 33);
    }
}

/// <summary>Makes tensors from examples.</summary>
internal static class TokenBatches
{
    /// <summary>Pads examples to the length of the longest.</summary>
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
