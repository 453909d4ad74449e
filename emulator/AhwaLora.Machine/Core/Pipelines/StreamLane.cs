using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>The memory that streams read and write: words of 64 bits.</summary>
public interface IStreamMemory
{
    /// <summary>Bits of a stream's addresses, bounds and strides: those of an offset into the memory.</summary>
    int AddressBits { get; }

    /// <summary>The word at an offset, whose low three bits are ignored.</summary>
    ulong LoadElement(uint offset);

    /// <summary>Stores a word.</summary>
    void StoreElement(uint offset, ulong value);
}

/// <summary>What a lane's port is asked for.</summary>
internal enum LaneRequest : byte
{
    None,
    Data,
    Index,
}

/// <summary>
/// A stream lane of Snitch, register by register: configuration with its shadow, address generator, address register of two entries,
/// FIFO of four elements, and the fetch of indices. First what it offers in a cycle, from its registers alone; then <see cref="End"/>
/// gives the registers their new values.
/// </summary>
internal sealed class StreamLane : IStateful
{
    private const int Elements = 4, IndexWords = 3, Loops = 4;
    private const int StatusDone = 31, StatusWrite = 30, StatusDimensions = 28, StatusIndirect = 27;

    // The running configuration, and the one that replaces it as soon as the address generator is idle.
    private LaneSetup _running = LaneSetup.Idle(), _shadow = LaneSetup.Idle();
    private readonly uint[] _bounds = new uint[Loops], _shadowBounds = new uint[Loops], _counts = new uint[Loops];
    private readonly int[] _strides = new int[Loops], _shadowStrides = new int[Loops];

    // Address generator: the last request of the job is on its way; the same for the last index word.
    private bool _isLastOut, _isLastWord;

    // Data mover: addresses with their "last" flags, elements, credits, direction of the requests out, passes of the element.
    private readonly HardwareQueue<LaneAddress> _addresses = new(2, LaneAddress.SaveOrRestore);
    private readonly HardwareQueue<ulong> _elements = new(Elements, static (StateStream state, ref ulong entry) => state.Field(ref entry));
    private int _credits = Elements, _passes;
    private bool _writes;

    // Indices: words fetched, credits, byte within the word.
    private readonly HardwareQueue<ulong> _indices = new(4, static (StateStream state, ref ulong entry) => state.Field(ref entry));
    private int _indexCredits = IndexWords, _indexByte;

    private Arbiter _port;
    private LaneRequest _response;
    private ulong _responseWord;

    /// <summary>True if nothing changes until somebody writes its configuration, or takes or gives an element.</summary>
    public bool IsQuiet { get; private set; } = true;

    /// <summary>True if its configuration takes a write.</summary>
    public bool TakesWrite => _shadow.IsDone;

    /// <summary>True if an element can be taken or, in a write stream, given.</summary>
    public bool IsReady => MovesWrites ? _elements.Count < Elements : _elements.Count > 0;

    /// <summary>The element that an instruction reads now; 0 if the stream has none, or is written.</summary>
    public ulong Element => !MovesWrites && _elements.Count > 0 ? _elements.Head : 0;

    /// <summary>Its running job, for a debugger.</summary>
    public uint Status => _running.Pack();

    private bool Flushes => _running.Writes != _writes && _credits != Elements;

    private bool MovesWrites => Flushes ? _writes : _running.Writes;

    private bool IsGenerated => _isLastOut || _running.IsDone;

    private bool AsksForData => _addresses.Count > 0 && _credits > 0 && !Flushes && (MovesWrites ? _elements.Count > 0 : _elements.Count < Elements);

    private bool AsksForIndex => _running.IsIndirect && _indexCredits > 0 && !IsGenerated;

    private uint Requests => (AsksForData ? 1u : 0) | (AsksForIndex ? 2u : 0);

    /// <summary>What it asks its port for in this cycle, and where.</summary>
    public LaneRequest Request(out uint offset)
    {
        offset = 0;
        var seen = _port.Seen(Requests);
        if (seen == 0) return LaneRequest.None;
        if (RoundRobin.Winner(seen, _port.Pointer, 1) == 0)
        {
            offset = _addresses.Head.Offset;
            return LaneRequest.Data;
        }

        offset = _running.Offset & ~7u;
        return LaneRequest.Index;
    }

    /// <summary>A configuration register as scfgr reads it: of the running job.</summary>
    public uint Read(int register) => register switch
    {
        0 => _running.Pack(),
        1 => (uint)_running.Repeat,
        >= 2 and < 6 => _bounds[register - 2],
        >= 6 and < 10 => (uint)_strides[register - 6],
        10 => _running.IndexConfiguration,
        11 => _running.IndexBase,
        _ => 0,
    };

    /// <summary>Ends a cycle.</summary>
    /// <param name="granted">What the port has been granted.</param>
    /// <param name="isUsed">An instruction takes an element, or a result is given.</param>
    /// <param name="given">That result.</param>
    /// <param name="write">A configuration register and its new value; a negative number for none.</param>
    /// <param name="memory">The memory.</param>
    public void End(LaneRequest granted, bool isUsed, ulong given, (int Register, uint Value) write, IStreamMemory memory)
    {
        var before = (_running, _shadow, _addresses.Count, _elements.Count, _credits, _passes, _indices.Count, _indexCredits, _indexByte, _isLastOut, _isLastWord, _response);
        var (response, word) = (_response, _responseWord);
        var requests = Requests;
        EndPort(granted, memory);
        var generated = Generate(granted == LaneRequest.Index, memory);
        var isLast = MoveElements(granted == LaneRequest.Data, response == LaneRequest.Data, word, isUsed, given, memory);
        if (generated is { } address) _addresses.Push(address);
        Configure(isLast, write, memory);
        if (response == LaneRequest.Index) _indices.Push(word);

        // A result that waits for room in the FIFO asks in every cycle, and moves nothing.
        IsQuiet = requests == 0 && Requests == 0 && write.Register < 0
            && before == (_running, _shadow, _addresses.Count, _elements.Count, _credits, _passes, _indices.Count, _indexCredits, _indexByte, _isLastOut, _isLastWord, _response);
    }

    private void EndPort(LaneRequest granted, IStreamMemory memory)
    {
        var seen = _port.Seen(Requests);
        _response = granted;
        _responseWord = granted switch
        {
            LaneRequest.Index => memory.LoadElement(_running.Offset & ~7u),
            LaneRequest.Data when !MovesWrites => memory.LoadElement(_addresses.Head.Offset),
            _ => 0,
        };
        _port.End(seen, granted != LaneRequest.None);
    }

    /// <summary>The data mover. True if the address of the job's last element leaves.</summary>
    private bool MoveElements(bool isGranted, bool isAnswered, ulong word, bool isUsed, ulong given, IStreamMemory memory)
    {
        var isLast = isGranted && _addresses.Head.IsLast;
        if (MovesWrites)
        {
            var gives = isUsed && _elements.Count < Elements;
            if (isGranted) _credits--;
            if (isAnswered) _credits++;
            if (isGranted)
            {
                memory.StoreElement(_addresses.Head.Offset, _elements.Head);
                _elements.Pop();
            }

            if (gives) _elements.Push(given);
        }
        else
        {
            // An element that arrives at a full FIFO is lost; that happens only after a misuse.
            var arrives = isAnswered && _elements.Count < Elements;
            var takes = isUsed && _elements.Count > 0;
            var isLastPass = _passes == _running.Repeat;
            if (takes) _passes = isLastPass ? 0 : (_passes + 1) & 15;
            if (isGranted) _credits--;
            if (takes && isLastPass)
            {
                _elements.Pop();
                _credits++;
            }

            if (arrives) _elements.Push(word);
        }

        if (isGranted)
        {
            _writes = _running.Writes;
            _addresses.Pop();
        }

        return isLast;
    }

    /// <summary>The address generator: an address that enters the register, if any.</summary>
    private LaneAddress? Generate(bool isIndexGranted, IStreamMemory memory)
    {
        var hasRoom = _addresses.HasRoom;
        LaneAddress? address = null;
        bool steps, endsInner, isLastWord;
        var popped = 0;
        if (_running.IsIndirect)
        {
            (address, steps, endsInner, popped) = GenerateIndirect(isIndexGranted, hasRoom, memory);
            isLastWord = _counts[0] == IndexBound;
        }
        else
        {
            endsInner = isLastWord = _counts[0] == _bounds[0];
            steps = !IsGenerated && hasRoom;
        }

        // A loop above the job's dimensions is over as soon as the loops inside it are.
        var isOver = 0;
        for (var k = 0; k < Loops; k++)
        {
            var ends = k == 0 ? endsInner : _running.IsIndirect || _counts[k] == _bounds[k] || _running.Dimensions < k;
            if (ends) isOver |= 1 << k;
        }

        var endsJob = isOver == 15;
        if (!_running.IsIndirect && steps) address = new LaneAddress(_running.Offset, endsJob);
        if (steps) Step(isOver, memory);
        _isLastWord = !IsGenerated && (steps ? isLastWord : _isLastWord);
        _isLastOut = !_running.IsDone && (_isLastOut || (steps && endsJob));
        _indexCredits += popped - (isIndexGranted ? 1 : 0);
        return address;
    }

    private uint IndexBound => _bounds[0] >> (3 - _running.IndexSize);

    /// <summary>Indices come eight bytes at a time, and make an address a cycle.</summary>
    private (LaneAddress? Address, bool Steps, bool EndsInner, int Popped) GenerateIndirect(bool isGranted, bool hasRoom, IStreamMemory memory)
    {
        var size = 1 << _running.IndexSize;
        var end = (int)(_running.Offset & 7) + (int)((_bounds[0] & 7) << _running.IndexSize & 7);
        var isLastWord = _counts[0] == IndexBound;
        var endsInner = end > 7 ? _isLastWord : isLastWord;
        var steps = !IsGenerated && isGranted;
        if (_indices.Count == 0 || !hasRoom) return (null, steps, endsInner, 0);
        var readsLast = _indexCredits == IndexWords - 1 && IsGenerated;
        var pops = readsLast ? _indexByte == (end & 7) : ((_indexByte + size) & 7) == 0;
        var index = (uint)(_indices.Head >> 8 * _indexByte & ulong.MaxValue >> (64 - 8 * size));
        var offset = (_running.IndexBase + (index << 3 << _running.IndexShift)) & Mask(memory);
        _indexByte = (_indexByte + size) & 7;
        if (pops) _indices.Pop();
        return (new LaneAddress(offset, pops && readsLast), steps, endsInner, pops ? 1 : 0);
    }

    /// <summary>Counts the loops, and moves the pointer by the stride of the outermost that steps.</summary>
    private void Step(int isOver, IStreamMemory memory)
    {
        var loop = 0;
        while (loop < Loops - 1 && (isOver >> loop & 1) != 0) loop++;
        var stride = _running.IsIndirect ? 8 : _strides[loop];
        for (var k = 0; k < Loops; k++)
        {
            var ends = (isOver >> k & 1) != 0;
            _counts[k] = ends ? 0 : _counts[k] + 1;
            if (!ends) break;
        }

        _running.Offset = (_running.Offset + (uint)stride) & Mask(memory);
    }

    /// <summary>Takes a write into the shadow, and the shadow while the address generator is idle.</summary>
    private void Configure(bool isLast, (int Register, uint Value) write, IStreamMemory memory)
    {
        var next = _shadow;
        if (write.Register >= 0 && _shadow.IsDone) next = Written(write.Register, write.Value, memory);
        if (_running.IsDone)
        {
            _indexByte = (int)(next.Offset & 7);
            (_running, next) = (next, next with { IsDone = true });
            _shadowBounds.CopyTo(_bounds, 0);
            _shadowStrides.CopyTo(_strides, 0);
        }
        else if (isLast)
        {
            _running.IsDone = true;
        }

        _shadow = next;
    }

    private LaneSetup Written(int register, uint value, IStreamMemory memory)
    {
        var setup = _shadow;
        var mask = Mask(memory);
        switch (register)
        {
            case 0:
                return setup with
                {
                    Offset = value & mask,
                    IsDone = (value >> StatusDone & 1) != 0,
                    Writes = (value >> StatusWrite & 1) != 0,
                    Dimensions = (int)(value >> StatusDimensions & 3),
                    IsIndirect = (value >> StatusIndirect & 1) != 0,
                };
            case 1: return setup with { Repeat = (int)(value & 15) };
            case >= 2 and < 6: _shadowBounds[register - 2] = value & mask; return setup;
            case >= 6 and < 10:
                var unused = 32 - memory.AddressBits;
                _shadowStrides[register - 6] = (int)((value & ~7u) << unused) >> unused;
                return setup;
            case 10: return setup with { IndexConfiguration = value & 0x1_ffff };
            case 11: return setup with { IndexBase = value & mask };
            case >= 16: return setup with { Offset = value & mask, IsDone = false, Writes = (register & 4) != 0, Dimensions = register & 3, IsIndirect = (register & 8) == 0 };
            default: return setup;
        }
    }

    private static uint Mask(IStreamMemory memory) => uint.MaxValue >> (32 - memory.AddressBits);

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        _running.SaveOrRestore(state);
        _shadow.SaveOrRestore(state);
        state.Array(_bounds);
        state.Array(_shadowBounds);
        state.Array(_counts);
        state.Array(_strides);
        state.Array(_shadowStrides);
        state.Field(ref _isLastOut);
        state.Field(ref _isLastWord);
        _addresses.SaveOrRestore(state);
        _elements.SaveOrRestore(state);
        state.Field(ref _credits);
        state.Field(ref _passes);
        state.Field(ref _writes);
        _indices.SaveOrRestore(state);
        state.Field(ref _indexCredits);
        state.Field(ref _indexByte);
        _port.SaveOrRestore(state);
        state.Field(ref _response);
        state.Field(ref _responseWord);
        var isQuiet = IsQuiet;
        state.Field(ref isQuiet);
        IsQuiet = isQuiet;
    }
}
