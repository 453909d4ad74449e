using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulERegisters;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <content>The jobs: when they start, how long they take, what they store.</content>
public sealed partial class RedMulE
{
    [Unsaved("wired by the assembly")]
    private readonly EngineMemory _memory;
    [Unsaved("holds the values of a job within its last cycle")]
    private readonly ChainProduct _chains;
    private readonly RedMulEPort? _port;

    // By shape: how a job goes whose port is never denied, and the shape whose cycles it takes.
    [Unsaved("follows from the shapes")]
    private readonly Dictionary<RedMulEShape, JobTiming> _timings = [];
    [Unsaved("follows from the shapes")]
    private readonly Dictionary<RedMulEShape, RedMulEShape> _timed = [];

    // The size computation: what it found, and when it is done.
    private RedMulEShape _sizes;
    private ulong _sizesAt;

    // The job that runs or ran last, and the one before it. _endsAt: the cycle of its event, or of its last movement if it hangs.
    private RedMulEJob _job, _before;
    private bool _isRunning;
    private RedMulEHang _hang;
    private ulong _triggeredAt, _startsAt, _endsAt = Never, _endedAt;
    private ulong _jobReads, _jobWrites, _jobDenied;

    // True from a job's start until a clear; true if the present job started so.
    private bool _needsClear, _isUncleared;

    private ulong _jobs, _multiplyAdds, _busyCycles, _reads, _writes, _denied;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceCounter> Counters(ulong time) =>
    [
        new("jobs", _jobs),
        new("multiply_adds", _multiplyAdds),
        new("busy_cycles", _busyCycles + (_isRunning && time > _triggeredAt ? time - _triggeredAt : 0)),
        new("reads", _reads),
        new("writes", _writes),
        new("denied_cycles", _denied),
    ];

    /// <summary>The job that runs, or that ended last; null before the first.</summary>
    public RedMulEActivity? Job => _startsAt == 0 ? null : new RedMulEActivity(_job.Shape, _isRunning, _hang, _triggeredAt, _endedAt)
    {
        Reads = _jobReads,
        Writes = _jobWrites,
        Denied = _jobDenied,
        IsUncleared = _isUncleared,
        Stall = _isRunning ? _port?.Stall : null,
    };

    private bool IsHardware => _options.IsHardware;

    /// <summary>The size computation starts. It looks at the job that is next in the queue, or that runs, whichever job the write belongs to.</summary>
    private void ComputeSizes(ulong time)
    {
        if (IsHardware && _isRunning && time < _sizesAt) Hang(RedMulEHang.SizesWhileComputing);
        if (!_isRunning) _sizes = _contexts[_running].Shape;
        _sizesAt = time + SizeCycles;
    }

    /// <summary>Starts the next job if it is committed and the engine is free.</summary>
    private void StartNext(ulong time)
    {
        ref readonly var context = ref _contexts[_running];
        if (_isRunning || !_isReleased || !context.IsCommitted) return;
        (_isUncleared, _isRunning, _triggeredAt, _hang) = (_needsClear, true, time, RedMulEHang.None);
        _startsAt = Math.Max(time + StartCycles, _sizesAt);
        (_before, _job, _needsClear) = (_job, context.Job, true);
        Note();
        if (context.Fault is not null) Hang(RedMulEHang.Unsupported);
        else if (IsHardware && _sizes != _job.Shape) Hang(RedMulEHang.OtherShape);
        else if (_port is not null) _port.Start(NewEngine(needsValues: !UsesChains), _startsAt);
        else Plan();
    }

    /// <summary>Finds out how the present job will go: its accesses depend on nothing else in the machine.</summary>
    private void Plan()
    {
        var isCommon = _options.Grants is null && !IsAfterAnother;
        if (!isCommon || !_timings.TryGetValue(_job.Shape, out var timing)) timing = JobTiming.Run(NewEngine(needsValues: false), Grants, null, IsHardware);
        if (isCommon) _timings[_job.Shape] = timing;
        (_endsAt, _jobReads, _jobWrites, _jobDenied) = (_startsAt + timing.Cycles, timing.Reads, timing.Writes, timing.Denied);
        if (timing.IsHung) _hang = RedMulEHang.Shape;
    }

    /// <summary>True if the present job finds what the job before left in the engine.</summary>
    private bool IsAfterAnother => _isUncleared && IsHardware;

    private PortGrants? Grants => _options.Grants is { } grants ? (cycle, address) => grants(_startsAt - _triggeredAt + cycle, address) : null;

    /// <summary>The engine at the start of the present job.</summary>
    private RedMulEEngine NewEngine(bool needsValues)
    {
        var timed = IsHardware ? _job : _job with { Shape = ShapeThatEnds(_job.Shape) };
        return new RedMulEEngine(_options.Array, timed, needsValues ? new DataPath(_options.Array) : null, IsAfterAnother ? Left(needsValues) : null);
    }

    /// <summary>The engine as the job before left it, if that began cleared; its beats have the values that memory has now. Null if it hung.</summary>
    private RedMulEEngine? Left(bool needsValues)
    {
        var engine = new RedMulEEngine(_options.Array, _before, needsValues ? new DataPath(_options.Array) : null);
        return JobTiming.Run(engine, null, needsValues ? new EngineMemory(_masters.Space, _options.Initiator, storesAreLost: true) : null).IsHung ? null : engine;
    }

    /// <summary>Without quirks, a shape that hangs the hardware takes the cycles of the next one that does not, with more columns of zeros in X.</summary>
    private RedMulEShape ShapeThatEnds(RedMulEShape shape)
    {
        if (_timed.TryGetValue(shape, out var timed)) return timed;
        timed = shape.Operation == RedMulEOperation.Matmul && new Tiling(_options.Array, shape).Tiles > 1 ? shape with { Operation = RedMulEOperation.Gemm } : shape;
        while (JobTiming.Run(new RedMulEEngine(_options.Array, new RedMulEJob { Shape = timed }, null), null, null).IsHung) timed = ShapeRules.Padded(_options.Array, timed);
        return _timed[shape] = timed;
    }

    /// <summary>True if the values of the present job are those of its chains; else they come from the data path.</summary>
    private bool UsesChains
    {
        get
        {
            if (!IsHardware) return true;
            var isDeniable = _options.Grants is not null || (_port is not null && _options.Priority != WidePriority.First);
            return !isDeniable && !_isUncleared && _hang == RedMulEHang.None && ShapeRules.IsRight(new Tiling(_options.Array, _job.Shape)) && !OverwritesInputs();
        }
    }

    private bool OverwritesInputs()
    {
        var (tiling, shape) = (new Tiling(_options.Array, _job.Shape), _job.Shape);
        var zBytes = 2UL * (ulong)tiling.RowTiles * (ulong)_options.Array.Length * (ulong)shape.K;
        var beatBytes = 2UL * (ulong)_options.Array.Beat;
        return Meets(_job.X, 2UL * (ulong)shape.M * (ulong)shape.N + beatBytes) || Meets(_job.W, 2UL * (ulong)shape.N * (ulong)shape.K);

        bool Meets(uint start, ulong bytes) => start < _job.Z + zBytes && _job.Z < start + bytes;
    }

    /// <summary>The present job never ends.</summary>
    private void Hang(RedMulEHang reason)
    {
        (_hang, _endsAt) = (reason, Never);
        _port?.Stop();
    }

    /// <summary>The event of the present job, or its last movement if it hangs.</summary>
    private void FinishJob(ulong time)
    {
        _endsAt = Never;
        if (_port is not null)
        {
            (_, _jobReads, _jobWrites, _jobDenied, var isHung) = _port.Finish();
            if (isHung) _hang = RedMulEHang.Shape;
        }
        else if (!UsesChains)
        {
            JobTiming.Run(NewEngine(needsValues: true), Grants, _memory);
        }

        if (_hang != RedMulEHang.None) return;
        if (UsesChains) _chains.Run(new Tiling(_options.Array, _job.Shape), _job, _memory);
        Count(time);
        var owner = _contexts[_running].Owner;
        _contexts[_running].IsCommitted = false;
        (_isRunning, _running, _finished, _finishedUnseen) = (false, 1 - _running, _finished + 1, Math.Min(_finishedUnseen + 1, Contexts));
        _line.Set(true);
        _masters.RaiseEvent(owner, time);
        StartNext(time);
    }

    private void Count(ulong time)
    {
        _endedAt = time;
        _jobs++;
        _multiplyAdds += _job.Shape.MultiplyAdds;
        _busyCycles += time - _triggeredAt;
        (_reads, _writes, _denied) = (_reads + _jobReads, _writes + _jobWrites, _denied + _jobDenied);
        _masters.Observer?.Acted(Name, new Activity("jobs", _job.Shape.ToString(), _triggeredAt, time,
            new("m", (ulong)_job.Shape.M), new("n", (ulong)_job.Shape.N), new("k", (ulong)_job.Shape.K), new("multiply_adds", _job.Shape.MultiplyAdds),
            new("reads", _jobReads), new("writes", _jobWrites), new("denied_cycles", _jobDenied), new("x", _job.X), new("w", _job.W), new("z", _job.Z)));
    }

    private void ClearJobs()
    {
        _port?.Stop();
        if (_clearsRegisters) _sizes = default;
        (_isRunning, _needsClear, _isUncleared, _hang, _endsAt) = (false, false, false, RedMulEHang.None, Never);
    }

    private void SaveOrRestoreJobs(StateStream state)
    {
        RedMulEShape.SaveOrRestore(state, ref _sizes);
        state.Field(ref _sizesAt);
        RedMulEJob.SaveOrRestore(state, ref _job);
        RedMulEJob.SaveOrRestore(state, ref _before);
        state.Field(ref _isRunning);
        state.Field(ref _hang);
        state.Field(ref _triggeredAt);
        state.Field(ref _startsAt);
        state.Field(ref _endsAt);
        state.Field(ref _endedAt);
        state.Field(ref _jobReads);
        state.Field(ref _jobWrites);
        state.Field(ref _jobDenied);
        state.Field(ref _needsClear);
        state.Field(ref _isUncleared);
        state.Field(ref _jobs);
        state.Field(ref _multiplyAdds);
        state.Field(ref _busyCycles);
        state.Field(ref _reads);
        state.Field(ref _writes);
        state.Field(ref _denied);
        _port?.SaveOrRestore(state, () => NewEngine(needsValues: !UsesChains));
    }
}
