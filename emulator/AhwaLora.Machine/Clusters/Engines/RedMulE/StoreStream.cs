using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The stream of rows of Z to memory: a stream queue of two, an address queue, and a port queue of two.</summary>
internal sealed class StoreStream : IStateful
{
    private const int QueueDepth = 2, MostRows = 4;

    private readonly AddressWalk _walk;
    private readonly int _length;
    private readonly AddressGenerator _generator = new();

    // The bytes of the rows in both queues, and the addresses of those in the port queue.
    private readonly int[] _bytes = new int[MostRows];
    private readonly uint[] _addresses = new uint[QueueDepth];
    private int _firstRow, _firstAddress;
    private int _atPort;

    public StoreStream(AddressWalk walk, int length) => (_walk, _length) = (walk, length);

    /// <summary>Rows in the stream queue.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows in the port queue: stores that are still to be granted. The job may end before them.</summary>
    public int Posted => _atPort;

    /// <summary>True if the last row left for the port in the cycle before.</summary>
    public bool IsDone { get; private set; }

    public bool IsIdle => _generator.IsIdle;

    public bool HasRoom => Rows < QueueDepth;

    public bool IsRequesting => _atPort > 0;

    /// <summary>The address that it asks for.</summary>
    public uint Address => _addresses[_firstAddress];

    /// <summary>The bytes that it stores there.</summary>
    public int Bytes => _bytes[_firstRow];

    /// <summary>One cycle.</summary>
    /// <param name="starts">The job starts.</param>
    /// <param name="isGranted">It has the port.</param>
    /// <param name="putBytes">Bytes of the row that the Z buffer puts into the stream queue; 0 for none.</param>
    public void Clock(bool starts, bool isGranted, int putBytes)
    {
        _generator.SetLength(_length);
        var posts = !_generator.IsIdle && Rows > 0 && _generator.Queued > 0 && _atPort < QueueDepth;
        var ends = _generator.Ends(needsEmptyQueue: false);
        if (posts) _addresses[(_firstAddress + _atPort) % QueueDepth] = _walk.Next();
        if (putBytes != 0) _bytes[(_firstRow + _atPort + Rows) % MostRows] = putBytes;
        _generator.Clock(starts && IsIdle, posts, posts, ends);
        if (isGranted) Drop();
        if (posts) _atPort++;
        Rows += (putBytes != 0 ? 1 : 0) - (posts ? 1 : 0);
        IsDone = ends;
    }

    /// <summary>Removes the first store of the port queue.</summary>
    public void Drop()
    {
        _firstAddress = (_firstAddress + 1) % QueueDepth;
        _firstRow = (_firstRow + 1) % MostRows;
        _atPort--;
    }

    public void SaveOrRestore(StateStream state)
    {
        var (rows, isDone) = (Rows, IsDone);
        _walk.SaveOrRestore(state);
        _generator.SaveOrRestore(state);
        state.Array(_bytes);
        state.Array(_addresses);
        state.Field(ref _firstRow);
        state.Field(ref _firstAddress);
        state.Field(ref _atPort);
        state.Field(ref rows);
        state.Field(ref isDone);
        (Rows, IsDone) = (rows, isDone);
    }
}
