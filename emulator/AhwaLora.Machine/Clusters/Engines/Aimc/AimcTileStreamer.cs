using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>
/// The timing of one of a tile's two streamers: it moves up to three runs of words, a fixed number of words per cycle. In
/// exact contention each port asks a bank for one word until it has the grant. Without conflicts that takes as many
/// cycles as without exact contention. The tile copies the data itself, when the streamer is done.
/// </summary>
public sealed class AimcTileStreamer : IBankMaster, IStateful
{
    private const int MaxRuns = 3;

    private readonly bool _exact;

    // Runs of words in banked memory, in the order in which they are asked for.
    private readonly uint[] _firstAddress = new uint[MaxRuns], _length = new uint[MaxRuns];
    private int _runs;

    // Words in all runs, words assigned to ports, and words granted. _wanted: the number of each port's word plus one; 0 for none.
    private uint _words, _taken, _granted;
    private readonly uint[] _wanted;
    private readonly int[] _askedBy;

    private ulong _startedAt;
    private uint _unbanked;
    private ulong _extraCycles;
    private ulong _from = ulong.MaxValue;
    private ulong _end = ulong.MaxValue;

    internal AimcTileStreamer(uint wordsPerCycle, bool exact)
    {
        _exact = exact;
        _wanted = new uint[wordsPerCycle];
        _askedBy = new int[wordsPerCycle];
    }

    /// <summary>The cycle by which all words have moved; <see cref="ulong.MaxValue"/> while it is idle, or while it still asks banks.</summary>
    internal ulong End => _end;

    /// <summary>The cycle in which it was started last.</summary>
    internal ulong StartedAt => _startedAt;

    /// <summary>Adds a run to what <see cref="Start"/> will move.</summary>
    internal void Add(MemoryRegion memory, uint address, uint words)
    {
        _extraCycles += memory.ExtraCycles;
        if (!_exact || memory.Banks == 0)
        {
            _unbanked += words;
            var (bytes, width) = (words * 4, (uint)Ports * 4);
            _extraCycles += Parts(bytes, memory.Narrow(width)) - Parts(bytes, width);
            return;
        }

        _firstAddress[_runs] = address;
        _length[_runs++] = words;
        _words += words;
    }

    private static uint Parts(uint bytes, uint width) => (bytes + width - 1) / width;

    /// <summary>Starts to move the runs in cycle <paramref name="time"/>.</summary>
    internal void Start(ulong time)
    {
        _startedAt = time;
        var first = time + _extraCycles + (_unbanked + (uint)Ports - 1) / (uint)Ports;
        if (_words == 0) _end = first;
        else _from = first;
    }

    /// <summary>Removes its runs: the words have been copied, or are no longer wanted.</summary>
    internal void Stop()
    {
        _runs = 0;
        _words = _taken = _granted = _unbanked = 0;
        _extraCycles = 0;
        _from = _end = ulong.MaxValue;
        Array.Clear(_wanted);
    }

    /// <inheritdoc/>
    public int Ports => _wanted.Length;

    /// <inheritdoc/>
    public ulong NextRequest => _from;

    /// <inheritdoc/>
    public int Requests(Span<uint> addresses)
    {
        var count = 0;
        for (var port = 0; port < Ports; port++)
        {
            if (_wanted[port] == 0 && _taken < _words) _wanted[port] = ++_taken;
            if (_wanted[port] == 0) continue;
            addresses[count] = AddressOf(_wanted[port] - 1);
            _askedBy[count++] = port;
        }

        return count;
    }

    /// <inheritdoc/>
    public void Granted(ulong time, int index)
    {
        _wanted[_askedBy[index]] = 0;
        if (++_granted < _words) return;
        _from = ulong.MaxValue;
        _end = time + 1;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_firstAddress);
        state.Array(_length);
        state.Count(ref _runs, MaxRuns);
        state.Field(ref _words);
        state.Field(ref _taken);
        state.Field(ref _granted);
        state.Require(_granted <= _taken && _taken <= _words && _words == _length.Take(_runs).Aggregate(0UL, static (sum, words) => sum + words));
        state.Array(_wanted);
        state.Array(_askedBy);
        state.Field(ref _startedAt);
        state.Field(ref _unbanked);
        state.Field(ref _extraCycles);
        state.Field(ref _from);
        state.Field(ref _end);
    }

    private uint AddressOf(uint word)
    {
        var run = 0;
        for (; word >= _length[run]; run++) word -= _length[run];
        return _firstAddress[run] + 4 * word;
    }
}
