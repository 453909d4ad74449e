using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Dma.DmaRegisters;

namespace AhwaLora.Machine.Clusters.Dma;

/// <summary>
/// Copies between memories. Transfers are served in order. Each takes the start-up cycles, the latency of each memory
/// once, and, per row, ceil(bytes of the row / width) cycles. The width is <c>bytesPerCycle</c>, or that of a narrower
/// memory. The data moves when the transfer completes. In exact contention, if a memory has banks, the DMA is a master
/// of the banks and the data moves word by word (<see cref="DmaPorts"/>).
/// </summary>
public sealed class Dma : IClockedDevice, IJobDevice
{
    [Unsaved("fixed when the machine is built")]
    private readonly IClusterMasters _masters;
    private readonly InterruptLine _line;
    private readonly uint _bytesPerCycle;
    private readonly ulong _startupCycles;
    private readonly int _initiator;
    private readonly DmaPorts? _ports;

    // Indexed by the local ids of the cluster's harts.
    private readonly DmaJob[] _programs;
    private readonly int[] _inFlight;
    private readonly bool[] _isWaiting;
    private readonly DmaTransfer[] _queue;
    private int _queueFirst;
    private int _queueCount;
    private ulong _startedAt;
    private ulong _endsAt = ulong.MaxValue;
    private uint _nextId = 1;
    private uint _completedId;
    private uint _irqEnable, _irqStatus;
    private DmaError _error;
    private uint _errorArgument;
    private ulong _bytesMoved;
    private ulong _busyCycles;

    /// <summary>Creates an idle DMA.</summary>
    /// <param name="masters">The cluster and its memories: 1 to 64 harts, each with its own programming registers.</param>
    /// <param name="line">Its interrupt line.</param>
    /// <param name="bytesPerCycle">Bytes moved per cycle: a multiple of 4, at most 256.</param>
    /// <param name="queueDepth">Transfers that may be in flight, 1 to 1024.</param>
    /// <param name="startupCycles">Cycles of each transfer before its first word.</param>
    /// <param name="isExact">True to ask the banks for each word, through <see cref="BankMasters"/>, if a memory has banks.</param>
    /// <param name="cluster">Number of the cluster.</param>
    /// <param name="initiator">Its number on the bus.</param>
    public Dma(IClusterMasters masters, InterruptLine line, int bytesPerCycle, int queueDepth, int startupCycles, bool isExact = false, int cluster = 0, int initiator = Initiators.Device0)
    {
        var harts = masters.Harts.Count;
        if (harts is < 1 or > HartSet.Capacity) throw new ArgumentOutOfRangeException(nameof(masters), harts, $"Expected 1 to {HartSet.Capacity} harts.");
        if (bytesPerCycle is < 4 or > 256 || bytesPerCycle % 4 != 0) throw new ArgumentOutOfRangeException(nameof(bytesPerCycle), bytesPerCycle, "Expected a multiple of 4 from 4 to 256.");
        if (queueDepth is < 1 or > 1024) throw new ArgumentOutOfRangeException(nameof(queueDepth), queueDepth, "Expected 1 to 1024 transfers.");
        ArgumentOutOfRangeException.ThrowIfNegative(startupCycles);
        _masters = masters;
        _line = line;
        _bytesPerCycle = (uint)bytesPerCycle;
        _startupCycles = (ulong)startupCycles;
        _initiator = initiator;
        (Name, Title) = cluster == 0 ? ("dma", "the DMA") : ($"dma{cluster}", $"the DMA of cluster {cluster}");
        _ports = isExact ? new DmaPorts(masters, bytesPerCycle / 4, initiator) : null;
        BankMasters = _ports is null ? [] : [_ports];
        _programs = new DmaJob[harts];
        Array.Fill(_programs, new DmaJob { Rows = 1 });
        _inFlight = new int[harts];
        _isWaiting = new bool[harts];
        _queue = new DmaTransfer[queueDepth];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Title { get; }

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceCounter> Counters(ulong time) => [new("bytes_moved", _bytesMoved), new("busy_cycles", BusyAt(time))];

    /// <inheritdoc/>
    [field: Unsaved("another list of the ports, which are saved themselves")]
    public IReadOnlyList<IBankMaster> BankMasters { get; }

    /// <inheritdoc/>
    uint IJobDevice.CompletedJob => _completedId;

    /// <summary>The cycle in which the present transfer completes; <see cref="ulong.MaxValue"/> if that is not known yet, or if there is no transfer.</summary>
    public ulong NextEvent => Math.Min(_endsAt, _ports?.DoneAt ?? ulong.MaxValue);

    /// <inheritdoc/>
    public int ServedHart => _queueCount == 0 ? -1 : _masters.Harts.First + Current.Hart;

    private DmaTransfer Current => _queue[_queueFirst];

    /// <summary>Completes the present transfer and starts the next.</summary>
    public void Advance(ulong time)
    {
        var transfer = Current;
        if (_endsAt == time) MoveAll(transfer.Job);
        _ports?.Finish();
        _queueFirst = (_queueFirst + 1) % _queue.Length;
        _queueCount--;
        _completedId = transfer.Id;
        _masters.Observer?.Acted(Name, Describe(transfer, time));
        _bytesMoved += transfer.Job.TotalBytes;
        _busyCycles += time - _startedAt;
        if (--_inFlight[transfer.Hart] == 0 && _isWaiting[transfer.Hart])
        {
            _isWaiting[transfer.Hart] = false;
            _masters.Release(_masters.Harts.First + transfer.Hart, time, _completedId, Cause.DmaWait);
        }

        Begin(time);
        Raise(IrqDone);
    }

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        value = 0;
        if (_masters.Harts.LocalId(access.Initiator) is not { } hart || !Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        switch (access.Offset)
        {
            case <= Rows:
                value = Program(hart, access.Offset);
                break;
            case Launch:
                value = Enqueue(hart, access.Time);
                break;
            case Wait when _inFlight[hart] != 0:
                _isWaiting[hart] = true;
                return BusResponse.Wait;
        }

        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        if (_masters.Harts.LocalId(access.Initiator) is not { } hart || !Peek(access.Offset, access.Bytes, access.Time, out _)) return BusResponse.Fault;
        switch (access.Offset)
        {
            case <= Rows:
                Program(hart, access.Offset) = value;
                break;
            case IrqEnable:
                _irqEnable = value & (IrqDone | IrqError);
                break;
            case IrqStatus:
                _irqStatus &= ~value;
                if ((value & IrqError) != 0) (_error, _errorArgument) = (DmaError.None, 0);
                break;
        }

        UpdateLine();
        return BusResponse.Ok;
    }

    /// <summary>As <see cref="IDevice.Peek"/>; shows the programming registers of the cluster's first hart.</summary>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        if (!RegisterWords.IsWord(offset, bytes)) return false;
        switch (offset)
        {
            case <= Rows: value = Program(0, offset); break;
            case Launch: value = Answer(_programs[0], out _, out _); break;
            case Status: value = (uint)_queueCount; break;
            case Completed or Wait: value = _completedId; break;
            case IrqEnable: value = _irqEnable; break;
            case IrqStatus: value = _irqStatus; break;
            case ErrorCause: value = (uint)_error; break;
            case ErrorArgument: value = _errorArgument; break;
            case Caps: value = _bytesPerCycle | (uint)_queue.Length << 16; break;
            case BytesMoved or BytesMoved + 4: value = RegisterWords.Word(_bytesMoved, offset); break;
            case BusyCycles or BusyCycles + 4: value = RegisterWords.Word(BusyAt(time), offset); break;
            default: return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_programs, DmaJob.SaveOrRestore);
        state.Array(_inFlight);
        state.Array(_isWaiting);
        state.Array(_queue, DmaTransfer.SaveOrRestore);
        state.Index(ref _queueFirst, _queue.Length);
        state.Count(ref _queueCount, _queue.Length);
        for (var n = 0; n < _queueCount && !state.IsSaving; n++) state.Require(IsValid(_queue[(_queueFirst + n) % _queue.Length]));
        state.Field(ref _startedAt);
        state.Field(ref _endsAt);
        state.Field(ref _nextId);
        state.Field(ref _completedId);
        state.Field(ref _irqEnable);
        state.Field(ref _irqStatus);
        state.Field(ref _error);
        state.Field(ref _errorArgument);
        state.Field(ref _bytesMoved);
        state.Field(ref _busyCycles);
        _ports?.SaveOrRestore(state);
        _line.SaveOrRestore(state);
    }

    /// <inheritdoc/>
    public void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order)
    {
        if (!isLoad || access.Offset != Launch || _masters.Harts.LocalId(access.Initiator) is not { } hart) return;
        var job = _programs[hart];
        var answer = Answer(job, out _, out _);
        if ((int)answer >= 0) order.Launch(this, answer, job.Accesses);
    }

    /// <inheritdoc/>
    public void Answered(uint offset, int hart, IAccessOrder order) => order.AcquireJobs();

    private bool IsValid(in DmaTransfer transfer) =>
        (uint)transfer.Hart < (uint)_programs.Length && transfer.Job.Judge(_masters.Space, out _) == DmaError.None;

    /// <summary>The programming register of a hart at <paramref name="offset"/>, SRC to ROWS.</summary>
    private ref uint Program(int hart, uint offset)
    {
        ref var job = ref _programs[hart];
        switch (offset)
        {
            case Src: return ref job.Source;
            case Dst: return ref job.Destination;
            case Bytes: return ref job.BytesPerRow;
            case SrcStride: return ref job.SourceStride;
            case DstStride: return ref job.DestinationStride;
            default: return ref job.Rows;
        }
    }

    private ulong BusyAt(ulong time) => _busyCycles + (_queueCount != 0 && time > _startedAt ? time - _startedAt : 0);

    /// <summary>The value that LAUNCH would return for a job now.</summary>
    private uint Answer(in DmaJob job, out DmaError error, out uint argument)
    {
        error = job.Judge(_masters.Space, out argument);
        if (error != DmaError.None) return BadRequest;
        return _queueCount == _queue.Length ? QueueFull : _nextId;
    }

    private uint Enqueue(int hart, ulong time)
    {
        var answer = Answer(_programs[hart], out var error, out var argument);
        if (answer == BadRequest)
        {
            (_error, _errorArgument) = (error, argument);
            Raise(IrqError);
        }
        else if (answer != QueueFull)
        {
            _queue[(_queueFirst + _queueCount++) % _queue.Length] = new DmaTransfer { Job = _programs[hart], Hart = hart, Id = answer };
            _inFlight[hart]++;
            _nextId = answer == int.MaxValue ? 1 : answer + 1; // ids stay positive as signed numbers
            if (_queueCount == 1) Begin(time);
        }

        return answer;
    }

    /// <summary>Starts the transfer at the head of the queue, if there is one.</summary>
    private void Begin(ulong time)
    {
        _startedAt = time;
        _endsAt = ulong.MaxValue;
        if (_queueCount == 0) return;
        var job = Current.Job;
        var (source, destination) = (MemoryAt(job.Source), MemoryAt(job.Destination));
        var first = time + _startupCycles + source.ExtraCycles + destination.ExtraCycles;
        if (_ports is not null && _ports.Serves(job)) _ports.Start(job, first);
        else _endsAt = first + job.MoveCycles(destination.Narrow(source.Narrow(_bytesPerCycle)));
    }

    /// <summary>The memory in which a row of a valid request begins.</summary>
    private MemoryRegion MemoryAt(uint address) => _masters.Space.FindMemory(address, 1)!;

    private Activity Describe(in DmaTransfer transfer, ulong time)
    {
        var job = transfer.Job;
        return new Activity("transfers", $"{MemoryAt(job.Source).Name} to {MemoryAt(job.Destination).Name}", _startedAt, time,
            new("id", transfer.Id), new("hart", (ulong)(_masters.Harts.First + transfer.Hart)), new("bytes", job.TotalBytes), new("rows", job.Rows), new("source", job.Source), new("destination", job.Destination));
    }

    private void MoveAll(in DmaJob job)
    {
        var space = _masters.Space;
        for (var row = 0u; row < job.Rows; row++)
        {
            var bytes = space.ReadBlock(job.Source + row * job.SourceStride, job.BytesPerRow);
            space.WriteBlock(job.Destination + row * job.DestinationStride, bytes, _initiator);
        }
    }

    private void Raise(uint interrupt)
    {
        _irqStatus |= interrupt;
        UpdateLine();
    }

    private void UpdateLine() => _line.Set((_irqStatus & _irqEnable) != 0);
}
