using System.Diagnostics;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>A short first-in, first-out queue over an array, as the RTL's registers and FIFOs are.</summary>
/// <param name="capacity">Entries, up to 32.</param>
/// <param name="field">Passes an entry's fields.</param>
public sealed class HardwareQueue<T>(int capacity, StateField<T> field) : IStateful
    where T : unmanaged
{
    private readonly T[] _entries = new T[32];
    private int _head;

    /// <summary>Entries held.</summary>
    public int Count;

    /// <summary>True if it has room for another entry.</summary>
    public bool HasRoom => Count < capacity;

    /// <summary>The oldest entry.</summary>
    public ref readonly T Head
    {
        get
        {
            Debug.Assert(Count > 0, "an empty queue has no head");
            return ref _entries[_head];
        }
    }

    /// <summary>Entry <paramref name="index"/>; the oldest is 0.</summary>
    public ref T this[int index] => ref _entries[(_head + index) & 31];

    /// <summary>Adds an entry after the youngest.</summary>
    public void Push(in T entry)
    {
        Debug.Assert(Count < capacity && capacity <= _entries.Length, "a full queue takes nothing more");
        _entries[(_head + Count++) & 31] = entry;
    }

    /// <summary>Removes the oldest entry.</summary>
    public void Pop()
    {
        Debug.Assert(Count > 0, "an empty queue gives nothing");
        _head = (_head + 1) & 31;
        Count--;
    }

    /// <summary>Removes all entries.</summary>
    public void Clear() => Count = 0;

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        if (state.IsSaving) MoveToStart();
        state.Array(_entries, field);
        state.Index(ref _head, _entries.Length);
        state.Count(ref Count, capacity);
    }

    /// <summary>The entries from the oldest on, then zeros: a snapshot does not depend on the position in the ring.</summary>
    private void MoveToStart()
    {
        Span<T> entries = stackalloc T[32];
        for (var n = 0; n < Count; n++) entries[n] = this[n];
        entries.CopyTo(_entries);
        _head = 0;
    }
}
