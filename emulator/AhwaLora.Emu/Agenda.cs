using System.Numerics;
using AhwaLora.Emu.Cpu;

namespace AhwaLora.Emu;

/// <summary>
/// When each hart acts next, as the machine's order sees it: its next instruction, or its request for a bank. Kept up to
/// date one hart at a time, because exact contention looks at it in every cycle.
/// </summary>
internal sealed class Agenda
{
    private const ulong Never = ulong.MaxValue;

    private readonly ulong[] _times;
    private ulong _asking;

    /// <summary>An agenda in which nobody acts.</summary>
    public Agenda(int harts)
    {
        _times = new ulong[harts];
        Array.Fill(_times, Never);
    }

    /// <summary>The first cycle in which a hart acts; <see cref="ulong.MaxValue"/> where none does by itself.</summary>
    public ulong First
    {
        get
        {
            var first = Never;
            foreach (var time in _times) first = Math.Min(first, time);
            return first;
        }
    }

    /// <summary>The harts that execute an instruction in a cycle, and those that ask for a bank in it, a bit each.</summary>
    public (ulong Acting, ulong Asking) In(ulong time)
    {
        var harts = 0UL;
        for (var id = 0; id < _times.Length; id++)
        {
            if (_times[id] == time) harts |= 1UL << id;
        }

        return (harts & ~_asking, harts & _asking);
    }

    /// <summary>Takes a hart's next action over.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="isHeld">True where it stands still whatever it could do.</param>
    /// <param name="asksForBank">True where its next action is a request for a bank.</param>
    public void Update(Hart hart, bool isHeld, bool asksForBank)
    {
        _times[hart.Id] = hart.State == HartState.Running && !isHeld ? hart.NextAction : Never;
        if (asksForBank) _asking |= 1UL << hart.Id;
        else _asking &= ~(1UL << hart.Id);
    }

    /// <summary>The numbers of a set of harts, in order.</summary>
    public static HartSet Harts(ulong bits) => new(bits);

    /// <summary>Enumerates the set bits of a word.</summary>
    internal struct HartSet(ulong bits)
    {
        private ulong _left = bits;

        /// <summary>Number of the hart it stands at.</summary>
        public int Current { get; private set; }

        /// <summary>Itself.</summary>
        public readonly HartSet GetEnumerator() => this;

        /// <summary>Goes to the next hart; false behind the last.</summary>
        public bool MoveNext()
        {
            if (_left == 0) return false;
            Current = BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            return true;
        }
    }
}
