using System.Diagnostics;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The decoupled pipeline between two instructions: all registers and queues of <see cref="DecoupledState"/>, with the
/// cycles in them as distances from the current time. Only the addresses in the address queue are left out: they are data, not state,
/// and translated code keeps them separately (<see cref="AddressHistory"/>).
/// </summary>
internal sealed class DecoupledStalls(DecoupledState state) : IStallState
{
    // Words of a vector; the entries in the queues follow.
    private const int Scoreboards = 0, Units = 1, Divisions = 2, Pipes = 3, Arbiters = 4, Counts = 5, Causes = 6, Responses = 8, Grant = 9, Entries = 10;

    /// <summary>An address that no access has, for use in the model.</summary>
    private const uint UnknownGranule = 0x1_0000;

    private static readonly int[] CountBits = [2, 2, 6, 2, 2, 3, 2, 4, 3, 3, 8];

    private readonly int[] _counts = new int[CountBits.Length];

    /// <inheritdoc/>
    public ulong Time => state.Time;

    /// <inheritdoc/>
    public int Words => Entries + 2 * (2 + 32) + 2 + 2 + 4;

    /// <inheritdoc/>
    public bool MisalignedCosts => true;

    /// <inheritdoc/>
    public bool ComparesAddresses => true;

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => unit is not (Unit.Divide or Unit.FloatDivide or Unit.FloatSquareRoot);

    /// <inheritdoc/>
    public int PendingAddresses(ReadOnlySpan<ulong> words)
    {
        Unpack(words[Counts]);
        return _counts[7];
    }

    /// <inheritdoc/>
    public int Save(Span<ulong> words)
    {
        var s = state;
        words[Scoreboards] = s.Scoreboard | (ulong)s.FloatScoreboard << 32;
        words[Units] = s.Product | (ulong)s.Quotient << 8 | (ulong)(byte)s.NonComputational << 16 | (ulong)s.FloatDivision << 24
            | (ulong)s.FloatDivisionInput << 32 | (s.FloatDivisionInput == 0 ? 0 : (ulong)s.FloatDivisionLatency << 40);
        words[Divisions] = (s.Quotient == 0 ? 0 : FromNow(s.QuotientTime)) | (s.FloatDivision == 0 ? 0 : FromNow(s.FloatDivisionTime)) << 32;
        words[Pipes] = s.AddMultiply | (ulong)s.Conversions << 32;
        words[Arbiters] = Pack(s.IntegerUnits) | Pack(s.Responses) << 16 | Pack(s.FloatOutput) << 32 | Pack(s.MemoryPort) << 48;
        words[Counts] = PackCounts();
        (words[Causes], words[Causes + 1]) = (PackCauses(0), PackCauses(16));
        words[Responses] = PackBytes(s.Results) | PackBytes(s.IntegerResponses) << 16 | PackStores() << 32 | (ulong)s.Port.Pointer << 40 | (ulong)s.Slices.Pointer << 41;
        Debug.Assert(s is { IsPlain: true, Port: { Pointer: <= 1, Held: 0 }, Slices.Pointer: <= 7 }, "translated code leaves streams, repetition and other formats to the interpreter");
        words[Grant] = FromNow(s.LastGrant);
        Debug.Assert(words[Grant] <= 0xff_ffff && (!s.IsGranted || s.AccessTime - s.Time <= uint.MaxValue), "distances fit their fields");
        if (s.IsGranted) words[Grant] |= 1UL << 31 | (ulong)s.AccessCause << 24 | (s.AccessTime - s.Time) << 32;
        var at = Entries;
        for (var n = 0; n < s.Offloads.Count; n++, at += 2) Pack(s.Offloads[n], words[at..]);
        for (var n = 0; n < s.Sequencer.Count; n++, at += 2) Pack(s.Sequencer[n], words[at..]);
        for (var n = 0; n < s.IntegerRequests.Count; n++) words[at++] = Pack(s.IntegerRequests[n]);
        for (var n = 0; n < s.FloatRequests.Count; n++) words[at++] = Pack(s.FloatRequests[n]);
        for (var n = 0; n < s.InFlight.Count; n++) words[at++] = Pack(s.InFlight[n]);
        Debug.Assert(at <= Words, "the queues hold no more than they were counted for");
        return at;
    }

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<ulong> words, ulong time)
    {
        var s = state;
        s.Time = time;
        (s.Scoreboard, s.FloatScoreboard) = ((uint)words[Scoreboards], (uint)(words[Scoreboards] >> 32));
        (s.Product, s.Quotient, s.NonComputational) = ((byte)words[Units], (byte)(words[Units] >> 8), (byte)(words[Units] >> 16));
        (s.FloatDivision, s.FloatDivisionInput, s.FloatDivisionLatency) = ((byte)(words[Units] >> 24), (byte)(words[Units] >> 32), (byte)(words[Units] >> 40));
        (s.QuotientTime, s.FloatDivisionTime) = (time + (uint)words[Divisions], time + (uint)(words[Divisions] >> 32));
        (s.AddMultiply, s.Conversions) = ((uint)words[Pipes], (uint)(words[Pipes] >> 32));
        Unpack(words[Arbiters], out s.IntegerUnits);
        Unpack(words[Arbiters] >> 16, out s.Responses);
        Unpack(words[Arbiters] >> 32, out s.FloatOutput);
        Unpack(words[Arbiters] >> 48, out s.MemoryPort);
        for (var r = 0; r < 32; r++) s.ScoreboardCauses[r] = (Cause)(words[Causes + r / 16] >> 4 * (r % 16) & 15);
        s.LastGrant = time + (words[Grant] & 0xff_ffff);
        s.IsGranted = (words[Grant] >> 31 & 1) != 0;
        (s.AccessCause, s.AccessTime) = ((Cause)(words[Grant] >> 24 & 0x7f), s.IsGranted ? time + (words[Grant] >> 32) : 0);
        (s.AccessAddress, s.StallCause, s.IsIssued) = (0, default, false);
        LoadQueues(words, time);
    }

    /// <inheritdoc/>
    public void SaveAddresses(AddressHistory history)
    {
        Debug.Assert(state.AddressQueue.Count <= AddressHistory.Length, "the history holds all that is compared");
        for (var n = 0; n < state.AddressQueue.Count; n++) history.Add(state.AddressQueue[n] >> 1 << 3);
    }

    /// <inheritdoc/>
    public void LoadAddresses(AddressHistory history)
    {
        var queue = state.AddressQueue;
        for (var n = 0; n < queue.Count; n++)
        {
            ref var entry = ref queue[n];
            entry = (history.Before(queue.Count - n) >> 3 & 0xffff) << 1 | (entry & 1);
        }
    }

    private void LoadQueues(ReadOnlySpan<ulong> words, ulong time)
    {
        var s = state;
        Unpack(words[Counts]);
        (s.IntegerAccesses, s.FloatAccesses, s.Busy) = (_counts[8], _counts[9], _counts[10]);
        Fill(s.Results, words[Responses], _counts[1]);
        Fill(s.IntegerResponses, words[Responses] >> 16, _counts[6]);
        (s.Port.Pointer, s.Slices.Pointer) = ((int)(words[Responses] >> 40 & 1), (int)(words[Responses] >> 41 & 7));
        s.AddressQueue.Clear();
        for (var n = 0; n < _counts[7]; n++) s.AddressQueue.Push(UnknownGranule << 1 | (uint)(words[Responses] >> (32 + n) & 1));
        var at = Entries;
        s.Offloads.Clear();
        for (var n = 0; n < _counts[0]; n++, at += 2) s.Offloads.Push(UnpackOffload(words[at..], time));
        s.Sequencer.Clear();
        for (var n = 0; n < _counts[2]; n++, at += 2) s.Sequencer.Push(UnpackOffload(words[at..], time));
        s.IntegerRequests.Clear();
        for (var n = 0; n < _counts[3]; n++) s.IntegerRequests.Push(UnpackRequest(words[at++], time));
        s.FloatRequests.Clear();
        for (var n = 0; n < _counts[4]; n++) s.FloatRequests.Push(UnpackRequest(words[at++], time));
        s.InFlight.Clear();
        for (var n = 0; n < _counts[5]; n++) s.InFlight.Push(UnpackRequest(words[at++], time));
    }

    /// <summary>Cycles from now until that cycle; 0 if it has passed.</summary>
    private ulong FromNow(ulong time) => time > state.Time ? time - state.Time : 0;

    private ulong PackCounts()
    {
        var s = state;
        ReadOnlySpan<int> counts =
        [
            s.Offloads.Count, s.Results.Count, s.Sequencer.Count, s.IntegerRequests.Count, s.FloatRequests.Count, s.InFlight.Count,
            s.IntegerResponses.Count, s.AddressQueue.Count, s.IntegerAccesses, s.FloatAccesses, s.Busy,
        ];
        var word = 0UL;
        Debug.Assert(CountBits.Sum() <= 64 && counts.Length == CountBits.Length, "the counts fit a word");
        for (var n = counts.Length - 1; n >= 0; n--)
        {
            Debug.Assert(counts[n] >= 0 && counts[n] < 1 << CountBits[n], "a count fits its bits");
            word = word << CountBits[n] | (uint)counts[n];
        }

        return word;
    }

    private void Unpack(ulong word)
    {
        for (var n = 0; n < _counts.Length; n++)
        {
            _counts[n] = (int)(word & ((1UL << CountBits[n]) - 1));
            word >>= CountBits[n];
        }
    }

    /// <summary>What each of 16 registers waits for, four bits per register; 0 if it does not wait.</summary>
    private ulong PackCauses(int first)
    {
        var word = 0UL;
        for (var waiting = state.Scoreboard >> first & 0xffff; waiting != 0; waiting &= waiting - 1)
        {
            var r = System.Numerics.BitOperations.TrailingZeroCount(waiting);
            Debug.Assert((int)state.ScoreboardCauses[first + r] < 16, "a cause fits four bits");
            word |= (ulong)state.ScoreboardCauses[first + r] << 4 * r;
        }

        return word;
    }

    private ulong PackStores()
    {
        var bits = 0UL;
        for (var n = 0; n < state.AddressQueue.Count; n++) bits |= (ulong)(state.AddressQueue[n] & 1) << n;
        return bits;
    }

    private static ulong PackBytes(HardwareQueue<byte> queue)
    {
        Debug.Assert(queue.Count <= 2, "the queue fits two bytes");
        return (queue.Count > 0 ? queue[0] : 0u) | (queue.Count > 1 ? (ulong)queue[1] << 8 : 0);
    }

    private static void Fill(HardwareQueue<byte> queue, ulong bytes, int count)
    {
        queue.Clear();
        for (var n = 0; n < count; n++) queue.Push((byte)(bytes >> 8 * n));
    }

    private static ulong Pack(in Arbiter arbiter)
    {
        Debug.Assert(arbiter is { Pointer: >= 0 and <= 0xff, Held: <= 0xff }, "pointer and requests fit a byte each");
        return (uint)arbiter.Pointer | arbiter.Held << 8;
    }

    private static void Unpack(ulong word, out Arbiter arbiter) => arbiter = new Arbiter { Pointer = (int)(word & 0xff), Held = (uint)(word >> 8) & 0xff };

    private void Pack(in Offload o, Span<ulong> words)
    {
        words[0] = o.FloatSources | (ulong)o.Kind << 32 | (ulong)o.Tag << 40 | (ulong)o.Latency << 48 | (o.IsDirect ? 1UL << 56 : 0);
        words[1] = o.ExtraCycles | FromNow(o.Granted) << 32;
    }

    private static Offload UnpackOffload(ReadOnlySpan<ulong> words, ulong time) => new(
        (uint)words[0], (OffloadKind)(words[0] >> 32 & 0xff), (byte)(words[0] >> 40), (byte)(words[0] >> 48), (words[0] >> 56 & 1) != 0,
        (uint)words[1], time + (words[1] >> 32));

    private ulong Pack(in MemoryRequest request)
    {
        Debug.Assert(FromNow(request.Time) <= 0xff_ffff && request.ExtraCycles <= 0xff_ffff, "the distance and the extra cycles fit 24 bits each");
        return request.Tag | (request.IsFloat ? 1UL << 8 : 0) | FromNow(request.Time) << 16 | (ulong)request.ExtraCycles << 40;
    }

    private static MemoryRequest UnpackRequest(ulong word, ulong time) =>
        new(time + (word >> 16 & 0xff_ffff), (uint)(word >> 40), (byte)word, (word >> 8 & 1) != 0);
}
