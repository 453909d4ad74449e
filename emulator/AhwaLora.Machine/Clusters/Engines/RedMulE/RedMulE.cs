using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulERegisters;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The FP16 matrix engine RedMulE, as release v2.0.4 behaves (docs/redmule.md): registers and a queue of two jobs around the
/// engine. While its port is never denied, a job's cycles are known when it starts; in exact contention the port asks the banks
/// (<see cref="RedMulEPort"/>). A job that hangs stays in its context until a clear.
/// </summary>
public sealed partial class RedMulE : IClockedDevice, IJobDevice
{
    private const int Nobody = -1;
    private const ulong Never = ulong.MaxValue;

    [Unsaved("fixed by the platform")]
    private readonly RedMulEOptions _options;
    [Unsaved("wired by the assembly")]
    private readonly IClusterMasters _masters;
    private readonly InterruptLine _line;

    // The queue: the context that is programmed next, and the one that runs or runs next.
    private readonly JobContext[] _contexts = new JobContext[Contexts];
    private int _programmed, _running;
    private bool _isLocked, _isReleased;
    private uint _nextId, _finished, _finishedUnseen;

    // A clear acts from its first cycle on until before its end; writes until then are lost.
    private ulong _clearsAt = Never, _clearsUntil;
    private bool _clearsRegisters;

    /// <summary>Creates an idle engine.</summary>
    /// <param name="options">Its size and behaviour.</param>
    /// <param name="masters">The cluster: memory as the engine sees it, and the harts that its events go to.</param>
    /// <param name="line">Its interrupt line, high while FINISHED is not 0.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RedMulE(RedMulEOptions options, IClusterMasters masters, InterruptLine line)
    {
        options.Validate();
        (_options, _masters, _line) = (options, masters, line);
        _memory = new EngineMemory(masters.Space, options.Initiator, storesAreLost: false);
        _chains = new ChainProduct(options.Array, options.IsHardware);
        _port = options.IsExact ? new RedMulEPort(options, _memory) : null;
        BankMasters = _port is null ? [] : [_port];
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Title => _options.Title;

    /// <inheritdoc/>
    public RegisterMap Registers => Map;

    /// <summary>What it was built from.</summary>
    public RedMulEOptions Options => _options;

    /// <inheritdoc/>
    [field: Unsaved("the port again, which is passed")]
    public IReadOnlyList<IBankMaster> BankMasters { get; }

    /// <inheritdoc/>
    public ulong NextEvent => Math.Min(_clearsAt, Math.Min(_endsAt, _port?.EventAt ?? Never));

    /// <inheritdoc/>
    public void Advance(ulong time)
    {
        if (time == _clearsAt) Clear();
        else FinishJob(time);
    }

    /// <inheritdoc/>
    public BusResponse Read(in BusAccess access, out uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out value)) return BusResponse.Fault;
        if (access.Time < _clearsUntil && access.Time > _clearsUntil - ClearCycles) return BusResponse.Ok;
        if (access.Offset == Acquire && value < Locked)
        {
            _isLocked = true;
            _nextId = (_nextId + 1) & 0xFF;
        }
        else if (access.Offset == Finished)
        {
            _finishedUnseen = 0;
            _line.Set(false);
        }

        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public BusResponse Write(in BusAccess access, uint value)
    {
        if (!Peek(access.Offset, access.Bytes, access.Time, out _)) return BusResponse.Fault;
        if (access.Offset == SoftClear)
        {
            (_clearsAt, _clearsUntil, _clearsRegisters) = (access.Time + ClearDelay, access.Time + ClearDelay + ClearCycles, value == 0);
            return BusResponse.Ok;
        }

        // From a clear's first cycle on the engine takes nothing.
        if (_clearsAt == Never && access.Time < _clearsUntil) return BusResponse.Ok;
        switch (access.Offset)
        {
            case Trigger: TriggerJob(access, value); break;
            case SoftwareEvent: _masters.RaiseEvent(access.Initiator, access.Time); break;
            case >= XAddress and <= Operation: Program(access.Offset, value, access.Time); break;
        }

        return BusResponse.Ok;
    }

    /// <inheritdoc/>
    public bool Peek(uint offset, int bytes, ulong time, out uint value)
    {
        value = 0;
        if (!RegisterWords.IsWord(offset, bytes)) return false;
        switch (offset)
        {
            case Acquire: value = _contexts[_programmed].IsCommitted ? BothBusy : _isLocked ? Locked : _nextId; return true;
            case Finished: value = _finishedUnseen; return true;
            case Status: value = (_contexts[0].IsCommitted ? 1u : 0) | (_contexts[1].IsCommitted ? 1u << 8 : 0); return true;
            case RunningJob: value = _finished; return true;
            case Trigger or SoftClear or SoftwareEvent or >= XAddress and <= Operation: return true;
            default: return false;
        }
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_contexts, JobContext.SaveOrRestore);
        state.Field(ref _programmed);
        state.Field(ref _running);
        state.Field(ref _isLocked);
        state.Field(ref _isReleased);
        state.Field(ref _nextId);
        state.Field(ref _finished);
        state.Field(ref _finishedUnseen);
        state.Field(ref _clearsAt);
        state.Field(ref _clearsUntil);
        state.Field(ref _clearsRegisters);
        SaveOrRestoreJobs(state);
        _line.SaveOrRestore(state);
    }

    /// <inheritdoc/>
    uint IJobDevice.CompletedJob => _finished;

    /// <inheritdoc/>
    public void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order)
    {
        if (isLoad) return;
        if (access.Offset == SoftClear) order.Abort(this);
        else if (access.Offset == Trigger && _isLocked) order.Launch(this, _finished + (uint)_contexts.Count(context => context.IsCommitted) + 1, AccessesOf(_contexts[_programmed].Job));
    }

    /// <inheritdoc/>
    public void Answered(uint offset, int hart, IAccessOrder order) => order.AcquireJobs();

    /// <inheritdoc/>
    public void Interrupted(int hart, IAccessOrder order) => order.AcquireJobs();

    private IEnumerable<JobAccess> AccessesOf(RedMulEJob job)
    {
        if (job.Shape is not { M: > 0, N: > 0, K: > 0 }) return [];
        var (m, n, k) = ((uint)job.Shape.M, (uint)job.Shape.N, (uint)job.Shape.K);
        var rows = IsHardware ? (uint)(new Tiling(_options.Array, job.Shape).RowTiles * _options.Array.Length) : m;
        return
        [
            new(job.X, 2 * m * n, IsWrite: false),
            new(job.W, 2 * n * k, IsWrite: false),
            new(job.Z, 2 * rows * k, IsWrite: true),
        ];
    }

    private void Program(uint offset, uint value, ulong time)
    {
        _contexts[_programmed].Set(offset, value);
        if (offset == Operation) ComputeSizes(time);
    }

    /// <summary>Commits the job of the locked context, and starts what is committed.</summary>
    private void TriggerJob(in BusAccess access, uint value)
    {
        if (_isLocked)
        {
            ref var context = ref _contexts[_programmed];
            (context.IsCommitted, context.Owner) = (true, access.Initiator);
            (_isLocked, _programmed) = (false, 1 - _programmed);
        }

        if (value != 0) return;
        _isReleased = true;
        StartNext(access.Time);
    }

    private void Clear()
    {
        for (var n = 0; n < Contexts; n++) _contexts[n] = _clearsRegisters ? default : _contexts[n] with { IsCommitted = false };
        (_programmed, _running, _isLocked, _isReleased) = (0, 0, false, false);
        (_nextId, _finished, _finishedUnseen) = (0, 0, 0);
        _clearsAt = Never;
        _line.Set(false);
        ClearJobs();
    }
}
