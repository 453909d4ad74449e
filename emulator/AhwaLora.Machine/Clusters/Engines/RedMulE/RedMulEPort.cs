using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The engine as a master of memory banks, in exact contention: one wide access at a time, granted whole. It runs ahead to the cycle
/// of its next access, because until then nothing outside it matters.
/// </summary>
internal sealed class RedMulEPort : IBankMaster
{
    [Unsaved("fixed by the platform")]
    private readonly RedMulEOptions _options;
    [Unsaved("wired by the assembly")]
    private readonly EngineMemory _memory;
    private RedMulEEngine? _engine;
    private ulong _startsAt;
    private ulong _nextRequest = ulong.MaxValue, _eventAt = ulong.MaxValue;
    private bool _isAsking;

    /// <summary>Creates a port that asks for nothing.</summary>
    /// <param name="options">Size and priority of the port.</param>
    /// <param name="memory">Memory, for the data path.</param>
    public RedMulEPort(RedMulEOptions options, EngineMemory memory) => (_options, _memory) = (options, memory);

    /// <inheritdoc/>
    public int Ports => 1;

    /// <inheritdoc/>
    public int AccessBytes => 4 * _options.Array.PortWords;

    /// <inheritdoc/>
    public WidePriority Priority => _options.Priority;

    /// <inheritdoc/>
    public ulong NextRequest => _nextRequest;

    /// <summary>The cycle of the job's event, or in which it is known to hang; <see cref="ulong.MaxValue"/> until that is known.</summary>
    public ulong EventAt => _eventAt;

    /// <summary>What the engine waits for; null if it moves.</summary>
    public string? Stall => _engine?.Stall;

    /// <summary>Starts a job.</summary>
    /// <param name="engine">The engine at its start.</param>
    /// <param name="startsAt">The cycle of its start.</param>
    public void Start(RedMulEEngine engine, ulong startsAt)
    {
        (_engine, _startsAt) = (engine, startsAt);
        RunAhead();
    }

    /// <summary>Ends the job in the cycle of its event. Accesses of that cycle are on their way.</summary>
    public JobTiming Finish()
    {
        var engine = _engine!;
        if (!engine.IsHung)
        {
            engine.Request();
            engine.Clock(isGranted: true, _memory);
        }

        var timing = new JobTiming(engine.Cycle, engine.Reads, engine.Writes, engine.Denied, engine.IsHung);
        Stop();
        return timing;
    }

    /// <summary>Drops the job.</summary>
    public void Stop() => (_engine, _nextRequest, _eventAt, _isAsking) = (null, ulong.MaxValue, ulong.MaxValue, false);

    /// <inheritdoc/>
    public int Requests(Span<uint> addresses)
    {
        var now = _nextRequest;
        if (_isAsking)
        {
            // The request of the cycle before was denied. A load may be withdrawn now.
            now++;
            EndCycle(isGranted: false);
        }

        if (_nextRequest != now) return 0;
        addresses[0] = _engine!.Request().FirstWord;
        _isAsking = true;
        return 1;
    }

    /// <inheritdoc/>
    public void Granted(ulong time, int index) => EndCycle(isGranted: true);

    /// <summary>Saves or restores the job.</summary>
    /// <param name="state">The snapshot.</param>
    /// <param name="create">Makes the engine of the job that is restored, at its start.</param>
    public void SaveOrRestore(StateStream state, Func<RedMulEEngine> create)
    {
        var hasEngine = _engine is not null;
        state.Field(ref hasEngine);
        state.Field(ref _startsAt);
        state.Field(ref _nextRequest);
        state.Field(ref _eventAt);
        state.Field(ref _isAsking);
        if (!state.IsSaving) _engine = hasEngine ? create() : null;
        _engine?.SaveOrRestore(state);
    }

    private void EndCycle(bool isGranted)
    {
        _isAsking = false;
        _engine!.Request();
        if (isGranted || _options.IsHardware) _engine.Clock(isGranted, _memory);
        else _engine.Hold();
        RunAhead();
    }

    /// <summary>Moves the engine on to its next access, or to its end.</summary>
    private void RunAhead()
    {
        (_nextRequest, _eventAt) = (ulong.MaxValue, ulong.MaxValue);
        var engine = _engine!;
        while (!engine.IsAtEvent && !engine.IsHung)
        {
            if (engine.Request().Channel != Channel.None)
            {
                _nextRequest = _startsAt + engine.Cycle;
                return;
            }

            engine.Clock(isGranted: false, _memory);
        }

        _eventAt = _startsAt + engine.Cycle;
    }
}
