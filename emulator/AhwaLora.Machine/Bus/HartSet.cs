using System.Collections;
using System.Globalization;
using System.Numerics;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Bus;

/// <summary>A set of harts, by mhartid. A value: sets are copied, and an operation makes a new one.</summary>
public readonly record struct HartSet : IEnumerable<int>
{
    /// <summary>The largest number of harts of a machine; they are numbered from 0.</summary>
    public const int Capacity = 64;

    private readonly ulong _bits;

    private HartSet(ulong bits) => _bits = bits;

    /// <summary>The set of one hart.</summary>
    public static HartSet Of(int hart) => new(Bit(hart));

    /// <summary>The harts that a word of software names: bit b is hart <paramref name="first"/> + b; those beyond the capacity do not exist.</summary>
    public static HartSet FromWord(uint word, int first) => new((ulong)word << first);

    /// <summary>True if it is empty.</summary>
    public bool IsEmpty => _bits == 0;

    /// <summary>Number of harts in it.</summary>
    public int Count => BitOperations.PopCount(_bits);

    /// <summary>True if <paramref name="hart"/> is in it.</summary>
    public bool Contains(int hart) => (_bits & Bit(hart)) != 0;

    /// <summary>This set and <paramref name="hart"/>.</summary>
    public HartSet With(int hart) => new(_bits | Bit(hart));

    /// <summary>This set without <paramref name="hart"/>.</summary>
    public HartSet Without(int hart) => new(_bits & ~Bit(hart));

    /// <summary>Those that are in this set and in <paramref name="other"/>.</summary>
    public HartSet Intersect(HartSet other) => new(_bits & other._bits);

    /// <summary>Those that are in this set and not in <paramref name="other"/>.</summary>
    public HartSet Except(HartSet other) => new(_bits & ~other._bits);

    /// <summary>Enumerates the harts in ascending order, without allocating.</summary>
    public Enumerator GetEnumerator() => new(_bits);

    /// <inheritdoc/>
    IEnumerator<int> IEnumerable<int>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The numbers of its harts.</summary>
    public override string ToString() => "{" + string.Join(", ", this.Select(hart => hart.ToString(CultureInfo.InvariantCulture))) + "}";

    /// <summary>Saves or restores a set.</summary>
    public static void SaveOrRestore(StateStream state, ref HartSet set)
    {
        var bits = set._bits;
        state.Field(ref bits);
        set = new HartSet(bits);
    }

    private static ulong Bit(int hart)
    {
        System.Diagnostics.Debug.Assert((uint)hart < Capacity, "a hart has a bit");
        return 1UL << hart;
    }

    /// <summary>Visits one hart after the other.</summary>
    public struct Enumerator : IEnumerator<int>
    {
        private readonly ulong _bits;
        private ulong _left;

        internal Enumerator(ulong bits)
        {
            _bits = _left = bits;
            Current = -1;
        }

        /// <inheritdoc/>
        public int Current { get; private set; }

        /// <inheritdoc/>
        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_left == 0) return false;
            Current = BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            return true;
        }

        /// <inheritdoc/>
        public void Reset() => _left = _bits;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}

/// <summary>Harts with consecutive numbers: those of a cluster.</summary>
/// <param name="First">The mhartid of the first.</param>
/// <param name="Count">Number of harts.</param>
public readonly record struct HartRange(int First, int Count)
{
    /// <summary>The number within the range of a master on the bus; null if it is not a hart of this range.</summary>
    public int? LocalId(int initiator) => (uint)(initiator - First) < (uint)Count ? initiator - First : null;
}
