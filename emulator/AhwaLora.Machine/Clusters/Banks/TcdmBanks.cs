using System.Numerics;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Banks;

/// <summary>
/// The banks of a TCDM. They are word-interleaved. Each bank grants one request per cycle, does not broadcast a word to
/// several masters, and treats stores like loads. Each has an arbiter (<see cref="RoundRobin"/>) whose pointer is 0 at
/// reset. Pure data: the caller keeps the machine's order, and calls <see cref="Grant"/> once per cycle for each bank
/// that has requests.
/// </summary>
public sealed class TcdmBanks : IStateful
{
    /// <summary>The largest number of masters.</summary>
    public const int MaxMasters = 128;

    private readonly int[] _pointers;
    private readonly int _levels;

    /// <summary>Creates banks that have had no requests.</summary>
    /// <param name="banks">Number of banks, a power of two.</param>
    /// <param name="masters">Number of masters, 1 to <see cref="MaxMasters"/>. A master's number is its input at each bank's arbiter.</param>
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

    /// <summary>Grants, by bank. The PMU's tcdm_accessed is their sum.</summary>
    public readonly ulong[] Accessed;

    /// <summary>Requests refused, counted once per cycle, at index bank * <see cref="Masters"/> + winning master. The PMU's tcdm_congested is their sum.</summary>
    public readonly ulong[] Congested;

    /// <summary>Bytes by which all data is placed above its addresses.</summary>
    public uint Offset { get; init; }

    /// <summary>The bank of the word at <paramref name="offset"/> bytes from the memory's base.</summary>
    public int BankOf(uint offset) => (int)((offset + Offset) >> 2) & (Banks - 1);

    /// <summary>Decides one cycle of one bank.</summary>
    /// <param name="bank">The bank.</param>
    /// <param name="requests">The masters that ask for it in this cycle, one bit for each; not 0.</param>
    /// <returns>The master that gets the grant in this cycle; the others ask again in the next.</returns>
    public int Grant(int bank, UInt128 requests)
    {
        ref var pointer = ref _pointers[bank];
        if (requests < 1UL << 63 && BitOperations.IsPow2((ulong)requests))
        {
            // The common case: a request without a rival.
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
