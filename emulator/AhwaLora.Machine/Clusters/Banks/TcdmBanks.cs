using System.Numerics;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Banks;

/// <summary>
/// The banks of a TCDM, interleaved by their width. Each bank grants one request per cycle, does not broadcast to several
/// masters, and treats stores like loads. Each has an arbiter (<see cref="RoundRobin"/>) whose pointer is 0 at reset. Pure
/// data: the caller keeps the machine's order. In each cycle it calls <see cref="Ask"/> for each request, then
/// <see cref="Grant"/> or <see cref="Refuse"/> once for each bank that was asked.
/// </summary>
public sealed class TcdmBanks : IStateful
{
    /// <summary>The width of a bank if nothing else is said, in bytes.</summary>
    public const int WordBytes = 4;

    /// <summary>The other width that a bank can have, in bytes.</summary>
    public const int DoubleBytes = 8;

    private const int WordBits = 64;

    private readonly int _levels, _words, _shift;
    [Unsaved("fixed when the machine is built")]
    private readonly int[] _ownerOf;
    private readonly int[] _pointers;

    // A bit for each master that asks, by bank; _words of them for each bank. With few masters, the common case, that is one.
    [Unsaved("holds requests within one cycle")]
    private readonly ulong[] _requests;
    [Unsaved("holds requests within one cycle")]
    private readonly int[] _askers;

    // The masters locked by a refused cycle, like _requests; empty if the arbiter does not lock.
    private readonly ulong[] _locked;

    /// <summary>Creates banks that have had no requests.</summary>
    /// <param name="banks">Number of banks, a power of two.</param>
    /// <param name="masters">Number of masters. A master's number is its input at each bank's arbiter.</param>
    /// <param name="bankBytes">Width of a bank: <see cref="WordBytes"/> or <see cref="DoubleBytes"/>.</param>
    /// <param name="arbiter">What the arbiters do in a cycle without a grant.</param>
    public TcdmBanks(int banks, int masters, int bankBytes = WordBytes, BankArbiter arbiter = BankArbiter.Tree)
        : this(banks, [.. Enumerable.Range(0, masters)], masters, bankBytes, arbiter)
    {
    }

    /// <summary>Creates banks that have had no requests, whose masters are counted by owners.</summary>
    /// <param name="banks">Number of banks, a power of two.</param>
    /// <param name="ownerOf">The owner of each master, such as a hart or a device with several ports.</param>
    /// <param name="owners">Number of owners.</param>
    /// <param name="bankBytes">Width of a bank: <see cref="WordBytes"/> or <see cref="DoubleBytes"/>.</param>
    /// <param name="arbiter">What the arbiters do in a cycle without a grant.</param>
    public TcdmBanks(int banks, int[] ownerOf, int owners, int bankBytes = WordBytes, BankArbiter arbiter = BankArbiter.Tree)
    {
        ArgumentNullException.ThrowIfNull(ownerOf);
        if (banks < 1 || !int.IsPow2(banks)) throw new ArgumentOutOfRangeException(nameof(banks), banks, "expected a power of two");
        if (ownerOf.Length == 0) throw new ArgumentOutOfRangeException(nameof(ownerOf), 0, "expected at least one master");
        if (bankBytes is not (WordBytes or DoubleBytes)) throw new ArgumentOutOfRangeException(nameof(bankBytes), bankBytes, "expected 4 or 8");
        (Banks, Owners, BankBytes) = (banks, owners, bankBytes);
        _ownerOf = ownerOf;
        _shift = BitOperations.Log2((uint)bankBytes);
        _levels = RoundRobin.Levels(ownerOf.Length);
        _words = (ownerOf.Length + WordBits - 1) / WordBits;
        _pointers = new int[banks];
        _requests = new ulong[banks * _words];
        _askers = new int[banks];
        _locked = arbiter == BankArbiter.LockingTree ? new ulong[banks * _words] : [];
        Accessed = new ulong[banks];
        Congested = new ulong[banks * owners];
    }

    /// <summary>Number of banks.</summary>
    public int Banks { get; }

    /// <summary>Number of owners of masters.</summary>
    public int Owners { get; }

    /// <summary>Width of a bank, in bytes.</summary>
    public int BankBytes { get; }

    /// <summary>Grants, by bank. The PMU's tcdm_accessed is their sum.</summary>
    public readonly ulong[] Accessed;

    /// <summary>Requests refused, counted once per cycle, at index bank * <see cref="Owners"/> + owner of the winner. The PMU's tcdm_congested is their sum.</summary>
    public readonly ulong[] Congested;

    /// <summary>Bytes by which all data is placed above its addresses.</summary>
    public uint Offset { get; init; }

    /// <summary>The row through all banks, counted in widths of a bank, of the byte at <paramref name="offset"/> from the memory's base.</summary>
    public uint LineOf(uint offset) => (offset + Offset) >> _shift;

    /// <summary>The bank of the byte at <paramref name="offset"/> from the memory's base.</summary>
    public int BankOf(uint offset) => (int)LineOf(offset) & (Banks - 1);

    /// <summary>A master asks for a bank in this cycle.</summary>
    public void Ask(int bank, int master)
    {
        _askers[bank]++;
        _requests[bank * _words + master / WordBits] |= 1UL << master;
    }

    /// <summary>A master outside the bank's arbiter waits in this cycle for the one that will be granted.</summary>
    public void Wait(int bank) => _askers[bank]++;

    /// <summary>True if a master has asked for the bank in this cycle.</summary>
    public bool IsAsked(int bank) => _askers[bank] != 0;

    /// <summary>Decides one cycle of a bank that was asked.</summary>
    /// <returns>The master that gets the grant in this cycle; the others ask again in the next.</returns>
    public int Grant(int bank)
    {
        var winner = _words == 1 && _locked.Length == 0 ? GrantWord(bank) : GrantWords(bank);
        Accessed[bank]++;
        if (_askers[bank] != 1) Congested[bank * Owners + _ownerOf[winner]] += (ulong)_askers[bank] - 1;
        _askers[bank] = 0;
        return winner;
    }

    /// <summary>Grants a bank to an access that takes several banks, before its arbiter decides.</summary>
    public void Take(int bank) => Accessed[bank]++;

    /// <summary>A cycle in which a bank grants none of its requests, because a wide access has it: all ask again in the next.</summary>
    /// <param name="bank">The bank.</param>
    /// <param name="owner">The owner of the wide access.</param>
    public void Refuse(int bank, int owner)
    {
        Congested[bank * Owners + owner] += (ulong)_askers[bank];
        _askers[bank] = 0;
        var requests = Of(_requests, bank);
        if (_locked.Length != 0)
        {
            KeepLocked(requests, Of(_locked, bank));
            requests.CopyTo(Of(_locked, bank));
        }

        requests.Clear();
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_pointers);
        state.Array(_locked);
        state.Array(Accessed);
        state.Array(Congested);
    }

    private int GrantWord(int bank)
    {
        ref var pointer = ref _pointers[bank];
        var requests = _requests[bank];
        var winner = RoundRobin.Winner(requests, pointer, _levels);
        pointer = RoundRobin.Next(requests, pointer);
        _requests[bank] = 0;
        return winner;
    }

    private int GrantWords(int bank)
    {
        ref var pointer = ref _pointers[bank];
        var requests = Of(_requests, bank);
        if (_locked.Length != 0)
        {
            var locked = Of(_locked, bank);
            KeepLocked(requests, locked);
            locked.Clear();
        }

        var winner = RoundRobin.Winner(requests, pointer);
        pointer = RoundRobin.Next(requests, pointer);
        requests.Clear();
        return winner;
    }

    /// <summary>Removes those who are not locked, if anybody is who still asks.</summary>
    private static void KeepLocked(Span<ulong> requests, ReadOnlySpan<ulong> locked)
    {
        var still = 0UL;
        for (var n = 0; n < requests.Length; n++) still |= requests[n] & locked[n];
        if (still == 0) return;
        for (var n = 0; n < requests.Length; n++) requests[n] &= locked[n];
    }

    private Span<ulong> Of(ulong[] masks, int bank) => masks.AsSpan(bank * _words, _words);
}
