using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>An access that the engine asks for.</summary>
/// <param name="Channel">The stream.</param>
/// <param name="Address">The first byte; the port takes the words that hold the bytes.</param>
/// <param name="Bytes">The bytes that it needs: of a load a whole beat, of a store the piece of the row.</param>
internal readonly record struct PortAccess(Channel Channel, uint Address, int Bytes)
{
    public bool IsStore => Channel == Channel.Z;

    /// <summary>The first word.</summary>
    public uint FirstWord => Address & ~3u;
}

/// <summary>
/// The engine for one job, cycle by cycle: streams, arbiters, buffers, scheduler and, if values are wanted from it, the data path.
/// In each cycle the caller asks for the access (<see cref="Request"/>), grants or denies it, and ends the cycle
/// (<see cref="Clock"/>). A granted load answers in the next cycle.
/// </summary>
internal sealed class RedMulEEngine : IStateful
{
    /// <summary>Cycles without any movement after which a job never ends. The longest wait of a job that ends is a few beats.</summary>
    public const int HangCycles = 400;

    private enum Control
    {
        Starting,
        Computing,
        Finished,
        Event,
    }

    private readonly Tiling _tiling;
    private readonly LoadStream _x, _w, _y;
    private readonly StoreStream _z;
    private readonly PortArbiter _arbiter;
    private readonly XBuffer _xBuffer;
    private readonly ZBuffer _zBuffer;
    private readonly TileScheduler _scheduler;
    private readonly DataPath? _dataPath;

    private Control _control;
    private int _xBlocks;
    private int _still;
    [Unsaved("found anew in each cycle")]
    private CycleSignals _now;
    [Unsaved("found anew in each cycle")]
    private PortAccess _access;

    /// <summary>Creates the engine, cleared, at the start of a job.</summary>
    /// <param name="array">Its size.</param>
    /// <param name="job">The job; no size is 0.</param>
    /// <param name="dataPath">The data path, cleared; null to compute no values.</param>
    /// <param name="before">The engine of the job before, which is done, if nothing cleared it; it has a data path if this one has.</param>
    public RedMulEEngine(RedMulEArray array, in RedMulEJob job, DataPath? dataPath, RedMulEEngine? before = null)
    {
        _tiling = new Tiling(array, job.Shape);
        _x = new LoadStream(_tiling.WalkX(job.X), before?._x);
        _w = new LoadStream(_tiling.WalkW(job.W), before?._w);
        _y = new LoadStream(_tiling.WalkZ(job.Z), before?._y);
        if (before is not null) dataPath?.TakeOver(before._dataPath!, [_x.BeatsLeft, _w.BeatsLeft, _y.BeatsLeft]);
        _z = new StoreStream(_tiling.WalkZ(job.Z), _tiling.ZRows);
        _arbiter = new PortArbiter();
        _xBuffer = new XBuffer(array);
        _zBuffer = new ZBuffer(array);
        _scheduler = new TileScheduler(_tiling);
        _dataPath = dataPath;
    }

    /// <summary>Cycles since its start.</summary>
    public ulong Cycle { get; private set; }

    /// <summary>Accesses so far, and cycles in which one was denied.</summary>
    public ulong Reads { get; private set; }

    public ulong Writes { get; private set; }

    public ulong Denied { get; private set; }

    /// <summary>True after the cycle of its event.</summary>
    public bool IsDone { get; private set; }

    /// <summary>True if its event comes in the present cycle.</summary>
    public bool IsAtEvent => _control == Control.Event && !IsDone;

    /// <summary>True if nothing will ever move again.</summary>
    public bool IsHung => _still > HangCycles;

    /// <summary>What the job waits for in this cycle; null if it moves.</summary>
    public string? Stall => _access.Channel != Channel.None ? null : _scheduler.StallOf(_w.Beats > 0, !_now.IsBlockFull, !_now.TakesY);

    /// <summary>The access that it asks for in this cycle; <see cref="Channel.None"/> if it asks for none. May be called several times.</summary>
    public PortAccess Request()
    {
        Evaluate();
        var channel = _arbiter.Choose(_x.IsRequesting, _w.IsRequesting, _y.IsRequesting, _z.IsRequesting, _zBuffer.IsStoring || _z.Rows > 0);
        var beatBytes = 2 * _tiling.Array.Beat;
        _access = channel switch
        {
            Channel.X => new PortAccess(channel, _x.Address, beatBytes),
            Channel.W => new PortAccess(channel, _w.Address, beatBytes),
            Channel.Y => new PortAccess(channel, _y.Address, beatBytes),
            Channel.Z => new PortAccess(channel, _z.Address, _z.Bytes),
            _ => new PortAccess(Channel.None, 0, 0),
        };
        return _access;
    }

    /// <summary>Ends the cycle of the last <see cref="Request"/>.</summary>
    /// <param name="isGranted">True if the access was granted.</param>
    /// <param name="memory">Where the data path loads and stores; may be null without one.</param>
    public void Clock(bool isGranted, EngineMemory? memory)
    {
        var channel = isGranted ? _access.Channel : Channel.None;
        if (channel != Channel.None) Access(_access, memory);
        else if (_access.Channel != Channel.None) Denied++;
        _arbiter.Clock(channel != Channel.None);
        var isFinished = _z.IsDone;
        ClockStreams(channel);
        if (_control == Control.Event)
        {
            IsDone = true;
            StorePosted(memory);
            return;
        }

        _dataPath?.Clock(_now, _tiling.Shape.Operation, _scheduler, _xBuffer, _zBuffer);
        var moves = _access.Channel != Channel.None || _now.TakesW || _now.TakesX || _now.TakesY || _now.PutsRow;
        _still = moves ? 0 : _still + 1;
        _control = _control switch
        {
            Control.Starting => _now.ShiftsW ? Control.Computing : Control.Starting,
            Control.Computing => isFinished ? Control.Finished : Control.Computing,
            _ => Control.Event,
        };
        _xBuffer.Clock(_now);
        _zBuffer.Clock(_now, _scheduler.Columns);
        _scheduler.Clock(_now);
        Cycle++;
    }

    /// <summary>Lets a cycle pass in which the engine stands still, because its access is denied and it has none of the faults of v2.0.4.</summary>
    public void Hold()
    {
        Denied++;
        Cycle++;
    }

    public void SaveOrRestore(StateStream state)
    {
        var (cycle, reads, writes, denied, isDone) = (Cycle, Reads, Writes, Denied, IsDone);
        _x.SaveOrRestore(state);
        _w.SaveOrRestore(state);
        _y.SaveOrRestore(state);
        _z.SaveOrRestore(state);
        _arbiter.SaveOrRestore(state);
        _xBuffer.SaveOrRestore(state);
        _zBuffer.SaveOrRestore(state);
        _scheduler.SaveOrRestore(state);
        _dataPath?.SaveOrRestore(state);
        state.Field(ref _control);
        state.Field(ref _xBlocks);
        state.Field(ref _still);
        state.Field(ref cycle);
        state.Field(ref reads);
        state.Field(ref writes);
        state.Field(ref denied);
        state.Field(ref isDone);
        (Cycle, Reads, Writes, Denied, IsDone) = (cycle, reads, writes, denied, isDone);
    }

    private void Evaluate()
    {
        _scheduler.Evaluate(ref _now, _xBuffer, _zBuffer, _control == Control.Starting, _x.Beats > 0, _w.Beats > 0, _y.Beats > 0);
        _now.PutsRow = _zBuffer.IsStoring && _z.HasRoom;
        _now.EndsTile = _scheduler.EndsTile(_now, _zBuffer);
    }

    private void ClockStreams(Channel granted)
    {
        var isStarting = _control == Control.Starting;
        var fetchesX = isStarting || (_control < Control.Finished && _xBlocks < _tiling.XBlockFetches);
        if (_x.Clock(fetchesX, _x.BlockRows, granted == Channel.X, _now.TakesX)) _xBlocks++;
        _w.Clock(isStarting && _z.IsIdle, _tiling.WBeats, granted == Channel.W, _now.TakesW);
        _y.Clock(isStarting && _tiling.HasY, _tiling.ZRows, granted == Channel.Y, _now.TakesY);
        _z.Clock(isStarting, granted == Channel.Z, _now.PutsRow ? 2 * _scheduler.Columns : 0);
        _x.IsAnswered = granted == Channel.X;
        _w.IsAnswered = granted == Channel.W;
        _y.IsAnswered = granted == Channel.Y;
    }

    private void Access(in PortAccess access, EngineMemory? memory)
    {
        if (access.IsStore) Writes++;
        else Reads++;
        if (_dataPath is null || memory is null) return;
        Span<byte> bytes = stackalloc byte[access.Bytes];
        if (access.IsStore)
        {
            _dataPath.Store(bytes);
            memory.Write(access.Address, bytes);
        }
        else
        {
            memory.Read(access.Address, bytes);
            _dataPath.Fetch(access.Channel, bytes);
        }
    }

    /// <summary>The event may come before the last two stores: they are on their way, and nothing stops them.</summary>
    private void StorePosted(EngineMemory? memory)
    {
        Span<byte> row = stackalloc byte[2 * _tiling.Array.Beat];
        for (; _z.Posted > 0; _z.Drop())
        {
            if (_dataPath is null || memory is null) continue;
            var bytes = row[.._z.Bytes];
            _dataPath.Store(bytes);
            memory.Write(_z.Address, bytes);
        }
    }
}
