using System.Diagnostics;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>The blocking pipeline between two instructions: only the state that can still make an instruction wait (<see cref="BlockingState.Forget"/>).</summary>
internal sealed class BlockingStalls(BlockingState state) : IStallState
{
    // Words of a vector; the registers' distances follow.
    private const int Lag = 0, FloatFree = 1, FloatPort = 2, FloatResults = 3, MemoryReturn = 4, Grant = 5, Ready = 6;

    /// <inheritdoc/>
    public ulong Time => state.Time;

    /// <inheritdoc/>
    public int Words => Ready + Registers.Count;

    /// <inheritdoc/>
    public bool MisalignedCosts => true;

    /// <inheritdoc/>
    public bool IsPredictable(Unit unit) => unit is not (Unit.Divide or Unit.FloatDivide or Unit.FloatSquareRoot);

    /// <inheritdoc/>
    public int Save(Span<ulong> words)
    {
        var s = state;
        s.Forget();
        words.Clear();
        words[Lag] = s.Time - s.Entered;
        for (var r = s.NextKnown(1); r < Registers.Count; r = s.NextKnown(r + 1)) words[Ready + r] = s.Ready[r] + s.LongestLag + 1 - s.Time;

        if (s.FloatFree != 0) words[FloatFree] = s.FloatFree - s.Time;
        if (s.FloatTakesAluPort) words[FloatPort] = 1 + (ulong)s.FloatDestination;
        words[FloatResults] = s.FloatResults;
        if (s.MemoryReturn != 0) words[MemoryReturn] = s.MemoryReturn - s.Time;

        // An access that has its grant but has not been offered again.
        if (s.Grants != 0) words[Grant] = s.AccessTime - s.Time << 8 | (ulong)s.AccessCause;
        Debug.Assert(s.Grants is 0 or 1 && (s.Grants == 0) == (words[Grant] == 0), "a word of 0 stands for no grant, any other for one");
        return Words;
    }

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<ulong> words, ulong time)
    {
        var s = state;
        s.Time = time;
        s.Entered = time - words[Lag];
        var distances = words[Ready..];
        var ready = s.Ready.AsSpan(0, Registers.Count);
        ready[1..].Clear();
        for (var r = 1; r < ready.Length; r++)
        {
            var skipped = distances[r..].IndexOfAnyExcept(0UL);
            if (skipped < 0) break;
            r += skipped;
            ready[r] = distances[r] + time - s.LongestLag - 1;
        }

        s.FloatFree = words[FloatFree] == 0 ? 0 : words[FloatFree] + time;
        s.FloatTakesAluPort = words[FloatPort] != 0;
        s.FloatDestination = words[FloatPort] == 0 ? 0 : (int)words[FloatPort] - 1;
        s.FloatResults = words[FloatResults];
        s.MemoryReturn = words[MemoryReturn] == 0 ? 0 : words[MemoryReturn] + time;
        s.Grants = words[Grant] == 0 ? 0 : 1;
        (s.AccessTime, s.AccessCause, s.AccessAddress) = (s.Grants == 0 ? 0 : time + (words[Grant] >> 8), (Cause)(words[Grant] & 0xff), 0);
    }
}
