namespace AhwaLora.Debug.Races;

/// <summary>
/// Order by flags: plain loads and stores of a word between fences, as compilers make release stores and acquire loads (unprivileged
/// specification, table "Mappings from C/C++ primitives to RISC-V primitives"): <c>fence rw,w; sw</c> on one hart, <c>lw; fence r,rw</c>
/// on another. The first store after a fence releases, unless the hart has read the word since the fence: then it updates data. A fence
/// acquires what was released in the words that the hart has read before it.
/// </summary>
/// <param name="harts">Number of harts.</param>
/// <param name="release">All that the hart has done so far is ordered before whoever acquires the word.</param>
/// <param name="acquire">What is released in the word is ordered before all that the hart does from now on.</param>
internal sealed class FlagOrder(int harts, Action<int, uint> release, Action<int, uint> acquire)
{
    private const uint PredecessorRead = 1 << 25, PredecessorWrite = 1 << 24, SuccessorRead = 1 << 21, SuccessorWrite = 1 << 20;
    private const int MostReads = 16;

    private readonly HashSet<uint> _released = [], _acquired = [], _atomics = [], _releasingPcs = [];
    private readonly State[] _harts = [.. Enumerable.Range(0, harts).Select(_ => new State())];

    /// <summary>What a hart has done since its last fence.</summary>
    private sealed class State
    {
        public bool IsAfterFence;
        public readonly List<uint> Reads = [], Flags = [];
    }

    /// <summary>A hart has executed a fence.</summary>
    public void Fence(int hart, uint word)
    {
        var state = _harts[hart];
        if ((word & PredecessorRead) != 0 && (word & SuccessorRead) != 0)
        {
            foreach (var flag in state.Flags)
            {
                acquire(hart, flag);
                _acquired.Add(flag);
            }

            state.Flags.Clear();
        }

        if ((word & PredecessorWrite) == 0 || (word & SuccessorWrite) == 0) return;
        state.IsAfterFence = true;
        state.Reads.Clear();
    }

    /// <summary>A hart loads from a word.</summary>
    public void Load(int hart, uint word)
    {
        var state = _harts[hart];
        if (state.IsAfterFence && !state.Reads.Contains(word)) Remember(state.Reads, word);
        if (_released.Contains(word) && !state.Flags.Contains(word)) Remember(state.Flags, word);
    }

    /// <summary>A hart stores to a word.</summary>
    public void Store(int hart, uint word, uint pc)
    {
        var state = _harts[hart];
        state.Flags.Remove(word);
        if (!state.IsAfterFence) return;
        state.IsAfterFence = false;
        if (state.Reads.Contains(word)) return;
        release(hart, word);
        _released.Add(word);
        _releasingPcs.Add(pc);
    }

    /// <summary>A hart executes an atomic on a word.</summary>
    public void Atomic(int hart, uint word)
    {
        _harts[hart].IsAfterFence = false;
        _atomics.Add(word);
        _released.Add(word);
    }

    /// <summary>A hart accesses a device: the fence before it was for the device.</summary>
    public void DeviceAccess(int hart) => _harts[hart].IsAfterFence = false;

    /// <summary>True if two accesses are those of a flag: whatever stores in it releases, and it is acquired by a fence or an atomic.</summary>
    public bool Explains(Race race) => (_acquired.Contains(race.Address) || _atomics.Contains(race.Address)) && Releases(race.First) && Releases(race.Second);

    private bool Releases(RacingAccess access) => !access.IsWrite || _releasingPcs.Contains(access.Pc);

    private static void Remember(List<uint> words, uint word)
    {
        if (words.Count == MostReads) words.RemoveAt(0);
        words.Add(word);
    }
}
