using System.Runtime.InteropServices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Dma;

/// <summary>
/// The DMA as a master of memory banks, in exact contention. It moves a beat of up to <see cref="Ports"/> neighbouring
/// words at a time, and each word when its port has the grant. The next beat starts in the cycle after the last grant. A
/// port makes one access per cycle, so a copy between two banked memories takes two cycles per beat: a load and a store.
/// </summary>
internal sealed class DmaPorts : IBankMaster, IStateful
{
    private enum Phase
    {
        Load,
        Store,
        Done,
    }

    [Unsaved("fixed when the machine is built")]
    private readonly IBusMasters _masters;
    private readonly int _initiator;
    private readonly Phase[] _phases;
    private readonly uint[] _words;
    [Unsaved("holds requests within one cycle")]
    private readonly int[] _asking;

    private DmaJob _job;
    private uint _row;
    private uint _column;
    private ulong _nextRequest = ulong.MaxValue;
    private uint _pause;
    private ulong _doneAt = ulong.MaxValue;

    public DmaPorts(IBusMasters masters, int ports, int initiator)
    {
        _masters = masters;
        _initiator = initiator;
        _phases = new Phase[ports];
        _words = new uint[ports];
        _asking = new int[ports];
    }

    public int Ports => _phases.Length;

    public ulong NextRequest => _nextRequest;

    /// <summary>The cycle after the job's last grant; <see cref="ulong.MaxValue"/> until it is known.</summary>
    public ulong DoneAt => _doneAt;

    private uint SourceAddress => _job.Source + _row * _job.SourceStride + _column;

    private uint DestinationAddress => _job.Destination + _row * _job.DestinationStride + _column;

    /// <summary>True if the job reads or writes banked memory.</summary>
    public bool Serves(in DmaJob job) => IsBanked(job.Source) || IsBanked(job.Destination);

    /// <summary>Starts a job whose first beat asks for banks in cycle <paramref name="time"/>.</summary>
    public void Start(in DmaJob job, ulong time)
    {
        _job = job;
        _row = _column = 0;
        _nextRequest = time;
        StartBeat();
    }

    /// <summary>Ends the job.</summary>
    public void Finish() => _doneAt = ulong.MaxValue;

    public int Requests(Span<uint> addresses)
    {
        var count = 0;
        for (var port = 0; port < Ports; port++)
        {
            if (_phases[port] == Phase.Done) continue;
            _asking[count] = port;
            addresses[count++] = (_phases[port] == Phase.Load ? SourceAddress : DestinationAddress) + 4 * (uint)port;
        }

        return count;
    }

    public void Granted(ulong time, int index)
    {
        var port = _asking[index];
        var isLoad = _phases[port] == Phase.Load;
        if (isLoad || !IsBanked(_job.Source)) _words[port] = Memory(SourceAddress).Load(SourceAddress + 4 * (uint)port, 4);
        var stores = !isLoad || !IsBanked(_job.Destination);
        if (stores) Memory(DestinationAddress).Store(DestinationAddress + 4 * (uint)port, 4, _words[port], _initiator);
        _phases[port] = stores ? Phase.Done : Phase.Store;
        _nextRequest = time + 1;
        if (Array.TrueForAll(_phases, static phase => phase == Phase.Done)) EndBeat();
    }

    public void SaveOrRestore(StateStream state)
    {
        state.Array(_phases);
        state.Array(_words);
        DmaJob.SaveOrRestore(state, ref _job);
        state.Field(ref _row);
        state.Field(ref _column);
        state.Field(ref _nextRequest);
        state.Field(ref _pause);
        state.Field(ref _doneAt);
        state.Require(_nextRequest == ulong.MaxValue || IsInJob());
    }

    private bool IsInJob() => _job.Judge(_masters.Space, out _) == DmaError.None && _row < _job.Rows && _column < _job.BytesPerRow;

    private void EndBeat()
    {
        _column += 4 * (uint)Ports;
        if (_column >= _job.BytesPerRow) (_row, _column) = (_row + 1, 0);
        _nextRequest += _pause;
        if (_row < _job.Rows) StartBeat();
        else (_doneAt, _nextRequest) = (_nextRequest, ulong.MaxValue);
    }

    /// <summary>Starts a beat. The last beat of a row may be narrower. If a memory is narrower than the beat, the next beat waits.</summary>
    private void StartBeat()
    {
        var words = Math.Min((uint)Ports, (_job.BytesPerRow - _column) / 4);
        var width = Memory(_job.Destination).Narrow(Memory(_job.Source).Narrow(4 * words));
        _pause = (4 * words + width - 1) / width - 1;
        Array.Fill(_phases, Phase.Done);
        Array.Fill(_phases, IsBanked(_job.Source) ? Phase.Load : Phase.Store, 0, (int)words);
    }

    private bool IsBanked(uint address) => Memory(address).Banks != 0;

    private MemoryRegion Memory(uint address) => _masters.Space.FindMemory(address, 4)!;
}
