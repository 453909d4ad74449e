using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// A stream from memory to a buffer: address generator, request queue, response queue, stream queue. It counts beats; the
/// <see cref="DataPath"/> holds what is in them.
/// </summary>
internal sealed class LoadStream : IStateful
{
    private const int QueueDepth = 4, MostInFlight = 8;

    private readonly AddressWalk _walk;
    private readonly AddressGenerator _generator = new();
    private readonly uint[] _addresses = new uint[MostInFlight];
    private int _firstAddress, _addressCount;
    private int _requests, _responses;
    private bool _isResponseHeld;

    /// <summary>Creates a stream at the start of a job.</summary>
    /// <param name="walk">Its addresses.</param>
    /// <param name="before">The stream of the job before, if nothing cleared it: its beats are still there.</param>
    public LoadStream(AddressWalk walk, LoadStream? before)
    {
        _walk = walk;
        if (before is not null) (Beats, _responses) = (before.Beats, before._responses);
    }

    /// <summary>Beats that are in its queues, and that no consumer has taken.</summary>
    public int BeatsLeft => Beats + _responses;

    /// <summary>Beats that the consumer can take.</summary>
    public int Beats { get; private set; }

    /// <summary>A granted read answers in this cycle.</summary>
    public bool IsAnswered { get; set; }

    public bool IsIdle => _generator.IsIdle;

    /// <summary>Rows of the block that the walk is in.</summary>
    public int BlockRows => _walk.BlockRows;

    /// <summary>The address that it asks for.</summary>
    public uint Address => _addresses[_firstAddress];

    /// <summary>True if it asks for the port. It does not if the answer might find the response queue full.</summary>
    public bool IsRequesting => _requests > 0 && _responses < QueueDepth && !(_responses == 1 && IsAnswered && !HasRoom);

    private bool HasRoom => Beats < QueueDepth;

    /// <summary>One cycle.</summary>
    /// <param name="starts">A run of addresses starts, if none is under way.</param>
    /// <param name="length">Its length.</param>
    /// <param name="isGranted">It has the port.</param>
    /// <param name="isTaken">The consumer takes a beat.</param>
    /// <returns>True if a run has ended.</returns>
    public bool Clock(bool starts, int length, bool isGranted, bool isTaken)
    {
        _generator.SetLength(length);
        var hasRoom = HasRoom;

        // An answer waits until the response queue has room.
        var isFull = _responses >= QueueDepth;
        var arrives = (IsAnswered || _isResponseHeld) && !isFull;
        var delivers = _responses > 0 && hasRoom;
        if (IsAnswered) _isResponseHeld = isFull;
        else if (!isFull) _isResponseHeld = false;

        // An address becomes a request only if the stream queue has room.
        var asks = !_generator.IsIdle && _generator.Queued > 0 && hasRoom && _requests < QueueDepth;
        var ends = _generator.Ends(needsEmptyQueue: true);
        if (isGranted) DropAddress();
        if (_generator.Makes) _addresses[(_firstAddress + _addressCount++) % MostInFlight] = _walk.Next();
        _generator.Clock(starts && IsIdle, asks, delivers, ends);
        _requests += Bit(asks) - Bit(isGranted);
        _responses += Bit(arrives) - Bit(delivers);
        Beats += Bit(delivers) - Bit(isTaken);
        return ends;
    }

    public void SaveOrRestore(StateStream state)
    {
        var (beats, isAnswered) = (Beats, IsAnswered);
        _walk.SaveOrRestore(state);
        _generator.SaveOrRestore(state);
        state.Array(_addresses);
        state.Field(ref _firstAddress);
        state.Field(ref _addressCount);
        state.Field(ref _requests);
        state.Field(ref _responses);
        state.Field(ref _isResponseHeld);
        state.Field(ref beats);
        state.Field(ref isAnswered);
        (Beats, IsAnswered) = (beats, isAnswered);
    }

    private void DropAddress()
    {
        _firstAddress = (_firstAddress + 1) % MostInFlight;
        _addressCount--;
    }

    private static int Bit(bool flag) => flag ? 1 : 0;
}
