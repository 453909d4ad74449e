using AhwaLora.Machine.Bus;

namespace AhwaLora.Debug.Races;

/// <summary>Two accesses of a word, at least one of them a write, that are not ordered.</summary>
/// <param name="Address">Address of the word.</param>
/// <param name="First">The earlier access.</param>
/// <param name="Second">The later one.</param>
public sealed record Race(uint Address, RacingAccess First, RacingAccess Second);

/// <summary>One side of a race.</summary>
/// <param name="Actor">The hart by number, then the devices with jobs, in the machine's order.</param>
/// <param name="IsWrite">True for a write.</param>
/// <param name="Pc">Address of the instruction that accesses, or that launched the job that accesses.</param>
public readonly record struct RacingAccess(int Actor, bool IsWrite, uint Pc);

/// <summary>
/// The last accesses of each word of a memory, with vector clocks (Flanagan and Freund, "FastTrack", PLDI 2009, without its
/// compression of reads): an access is ordered after another if its actor's clock has acquired the other's time.
/// </summary>
internal sealed class RaceShadow
{
    private readonly MemoryRegion _memory;
    private readonly uint[][] _clocks;
    private readonly int[] _writer;
    private readonly uint[] _writeTime, _writePc, _readTimes, _readPcs;
    private readonly Dictionary<(RacingAccess, RacingAccess), Race> _races;

    public RaceShadow(MemoryRegion memory, uint[][] clocks, Dictionary<(RacingAccess, RacingAccess), Race> races)
    {
        var words = (int)(memory.Size / 4);
        (_memory, _clocks, _races) = (memory, clocks, races);
        (_writer, _writeTime, _writePc) = (new int[words], new uint[words], new uint[words]);
        (_readTimes, _readPcs) = (new uint[(long)words * clocks.Length], new uint[(long)words * clocks.Length]);
    }

    /// <summary>True if the word lies in this memory.</summary>
    public bool Contains(uint address) => _memory.Contains(address, 1);

    /// <summary>Records an access of the word at <paramref name="address"/>.</summary>
    public void Access(int actor, uint address, bool isWrite, uint pc)
    {
        var word = (int)((address - _memory.Base) / 4);
        var clock = _clocks[actor];
        var access = new RacingAccess(actor, isWrite, pc);
        if (_writeTime[word] > clock[_writer[word]]) Report(address, new RacingAccess(_writer[word], true, _writePc[word]), access);

        var reads = word * _clocks.Length;
        if (!isWrite)
        {
            (_readTimes[reads + actor], _readPcs[reads + actor]) = (clock[actor], pc);
            return;
        }

        for (var other = 0; other < _clocks.Length; other++)
        {
            if (_readTimes[reads + other] > clock[other]) Report(address, new RacingAccess(other, false, _readPcs[reads + other]), access);
        }

        (_writer[word], _writeTime[word], _writePc[word]) = (actor, clock[actor], pc);
    }

    private void Report(uint address, RacingAccess first, RacingAccess second) => _races.TryAdd((first, second), new Race(address & ~3u, first, second));
}
