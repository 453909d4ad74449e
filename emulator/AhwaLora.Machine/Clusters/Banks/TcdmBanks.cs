using System.Numerics;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Banks;

/// <summary>
/// The banks of a TCDM: word-interleaved, one grant per cycle each, no broadcast of the same word, stores like loads.
/// Each has an arbiter (<see cref="RoundRobin"/>) whose pointer is 0 at reset. Pure data: whoever keeps the machine's
/// order calls <see cref="Grant"/> once for each cycle and bank that is asked for.
/// </summary>
public sealed class TcdmBanks : IStateful
{
    /// <summary>Most masters there can be.</summary>
    public const int MaxMasters = 128;

    private readonly int[] _pointers;
    private readonly int _levels;

    /// <summary>Banks without requests so far.</summary>
    /// <param name="banks">Number of banks, a power of two.</param>
    /// <param name="masters">Number of masters; a master's number is its input of every bank's arbiter.</param>
    public TcdmBanks(int banks, int masters)
    {
        if (banks < 1 || !int.IsPow2(banks)) throw new ArgumentOutOfRangeException(nameof(banks), banks, "expected a power of two");
        if (masters is < 1 or > MaxMasters) throw new ArgumentOutOfRangeException(nameof(masters), masters, $"expected 1 to {MaxMasters}");
        Banks = banks;
        Masters = masters;
        _pointers = new int[banks];
        _levels = RoundRobin.Levels(masters);
        Accessed = new ulong[banks];
        Congested = new ulong[banks * masters];
    }

    /// <summary>Number of banks.</summary>
    public int Banks { get; }

    /// <summary>Number of masters.</summary>
    public int Masters { get; }

    /// <summary>Grants, by bank (the PMU's tcdm_accessed).</summary>
    public readonly ulong[] Accessed;

    /// <summary>Requests refused for a cycle, by bank times <see cref="Masters"/> plus the master that won (summed, the PMU's tcdm_congested).</summary>
    public readonly ulong[] Congested;

    /// <summary>Bytes by which all data lies higher than its addresses say.</summary>
    public uint Offset { get; init; }

    /// <summary>The bank of the word at <paramref name="offset"/> bytes from the memory's base.</summary>
    public int BankOf(uint offset) => (int)((offset + Offset) >> 2) & (Banks - 1);

    /// <summary>Decides one cycle of one bank.</summary>
    /// <param name="bank">The bank.</param>
    /// <param name="requests">The masters that ask for it in this cycle, a bit each; not 0.</param>
    /// <returns>The master that has its grant in this cycle; the others ask again in the next.</returns>
    public int Grant(int bank, UInt128 requests)
    {
        ref var pointer = ref _pointers[bank];
        if (requests < 1UL << 63 && BitOperations.IsPow2((ulong)requests))
        {
            // Alone, as most requests are.
            Accessed[bank]++;
            return pointer = BitOperations.TrailingZeroCount((ulong)requests);
        }

        var winner = RoundRobin.Winner(requests, pointer, _levels);
        pointer = RoundRobin.Next(requests, pointer);
        Accessed[bank]++;
        Congested[bank * Masters + winner] += (ulong)UInt128.PopCount(requests) - 1;
        return winner;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_pointers);
        state.Array(Accessed);
        state.Array(Congested);
    }
}
