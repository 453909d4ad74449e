using System.Diagnostics;
using System.Numerics;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;

namespace AhwaLora.Machine.Order;

/// <summary>
/// The cycle in which each hart acts next in the machine's order, with an instruction or a request for a bank. It is a
/// calendar by cycle, because exact contention looks at it in every cycle. Each of the next 64 cycles has a slot with its
/// harts; later harts enter a slot when their cycle comes near.
/// </summary>
internal sealed class Agenda
{
    private const ulong Never = ulong.MaxValue;
    private const int Slots = 64;

    private readonly ulong[] _times;
    private readonly HartSet[] _slots = new HartSet[Slots];

    // The slots that hold a hart, one bit for each; the first cycle of the calendar; the first cycle of any hart outside the slots.
    private ulong _taken, _now, _firstLater = Never;
    private HartSet _asking;

    /// <summary>Creates an agenda in which no hart acts.</summary>
    public Agenda(int harts)
    {
        Debug.Assert(harts <= HartSet.Capacity && BitOperations.IsPow2(Slots), "a set holds every hart, a slot is a number under a mask");
        _times = new ulong[harts];
        Array.Fill(_times, Never);
    }

    /// <summary>The first cycle in which a hart acts; <see cref="ulong.MaxValue"/> if no hart acts by itself.</summary>
    public ulong First
    {
        get
        {
            var distance = BitOperations.TrailingZeroCount(BitOperations.RotateRight(_taken, (int)_now & (Slots - 1)));
            var first = distance == Slots ? Never : _now + (ulong)distance;
            if (first < _firstLater) return first;
            if (_firstLater == Never) return Never;
            Begin(_firstLater);
            return First;
        }
    }

    /// <summary>The harts that execute an instruction in a cycle, and those that ask for a bank in it. The cycle must not be later than <see cref="First"/>.</summary>
    public (HartSet Acting, HartSet Asking) In(ulong time)
    {
        var harts = time - _now < Slots ? _slots[time & (Slots - 1)] : default;
        return (harts.Except(_asking), harts.Intersect(_asking));
    }

    /// <summary>Records a hart's next action.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="isHeld">True if it is held, so that it does not act even if it could.</param>
    /// <param name="asksForBank">True if its next action is a request for a bank.</param>
    public void Update(Hart hart, bool isHeld, bool asksForBank)
    {
        Remove(hart.Id);
        _asking = asksForBank ? _asking.With(hart.Id) : _asking.Without(hart.Id);
        Add(hart.Id, hart.State == HartState.Running && !isHeld ? hart.NextAction : Never);
    }

    private void Remove(int id)
    {
        var slot = (int)_times[id] & (Slots - 1);
        _slots[slot] = _slots[slot].Without(id);
        if (_slots[slot].IsEmpty) _taken &= ~(1UL << slot);
    }

    private void Add(int id, ulong time)
    {
        _times[id] = time;
        if (time < _now) Begin(time);
        if (time - _now < Slots)
        {
            ref var slot = ref _slots[time & (Slots - 1)];
            slot = slot.With(id);
            _taken |= 1UL << (int)(time & (Slots - 1));
        }
        else if (time != Never)
        {
            _firstLater = Math.Min(_firstLater, time);
        }
    }

    /// <summary>Builds the calendar again, from another first cycle.</summary>
    private void Begin(ulong now)
    {
        Array.Clear(_slots);
        (_taken, _now, _firstLater) = (0, now, Never);
        for (var id = 0; id < _times.Length; id++) Add(id, _times[id]);
    }
}
