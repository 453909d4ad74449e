using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// Makes the addresses of a run of accesses, one per cycle, into an address queue of two. It starts, works until the queue has taken
/// the last address, and drains until the stream has moved the last beat.
/// </summary>
internal sealed class AddressGenerator : IStateful
{
    private const int QueueDepth = 2;

    private enum Phase
    {
        Idle,
        Working,
        Draining,
    }

    private Phase _phase;
    private int _made;
    private bool _hasNext;
    private int _moved;

    /// <summary>Addresses of the run.</summary>
    private int _length;

    /// <summary>Addresses in the queue.</summary>
    public int Queued { get; private set; }

    public bool IsIdle => _phase == Phase.Idle;

    private bool HasRoom => Queued < QueueDepth;

    /// <summary>Sets the length of the next run.</summary>
    public void SetLength(int length)
    {
        if (IsIdle) _length = length;
    }

    /// <summary>True if an address enters the queue in this cycle.</summary>
    public bool Makes => _hasNext && HasRoom;

    /// <summary>True if the run ends in this cycle: everything has moved, and (for loads) no address is left.</summary>
    public bool Ends(bool needsEmptyQueue) => _phase == Phase.Draining && _moved == _length && !(needsEmptyQueue && Queued != 0);

    /// <summary>One cycle.</summary>
    /// <param name="starts">A run starts, if none is under way.</param>
    /// <param name="takes">An address leaves the queue.</param>
    /// <param name="moves">A beat has moved.</param>
    /// <param name="ends">The run ends, see <see cref="Ends"/>.</param>
    public void Clock(bool starts, bool takes, bool moves, bool ends)
    {
        var (hasRoom, isLast) = (HasRoom, HasRoom && _made >= _length);
        Queued += (Makes ? 1 : 0) - (takes ? 1 : 0);
        if (ends)
        {
            (_phase, _made, _hasNext, _moved) = (Phase.Idle, 0, false, 0);
            return;
        }

        if (moves) _moved++;
        if (hasRoom && (!IsIdle || starts))
        {
            _hasNext = _made < _length;
            if (_hasNext) _made++;
        }

        _phase = _phase switch
        {
            Phase.Idle when starts => Phase.Working,
            Phase.Working when isLast => Phase.Draining,
            _ => _phase,
        };
    }

    public void SaveOrRestore(StateStream state)
    {
        var queued = Queued;
        state.Field(ref _phase);
        state.Field(ref _made);
        state.Field(ref _hasNext);
        state.Field(ref _moved);
        state.Field(ref _length);
        state.Field(ref queued);
        Queued = queued;
    }
}
