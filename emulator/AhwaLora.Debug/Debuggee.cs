using AhwaLora.Debug.TimeTravel;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Order;

namespace AhwaLora.Debug;

/// <summary>
/// A machine under a debugger: runs, steps and goes back in the machine's order, the one in which instructions of all
/// harts, traps and device events took place (docs/debugging.md). If the user changes nothing, the run is that without a debugger.
/// </summary>
public sealed partial class Debuggee
{
    // The user may interrupt after each slice. Under a probe, instructions take longer.
    private const ulong SliceInstructions = 500_000, ProbedSliceInstructions = 20_000;

    private readonly RecordedHost _host;
    private readonly DebugProbe _probe;
    private readonly History _history;

    // What a reported stop leaves to do; null once the debugger has done something else.
    private PendingStops? _pending;

    // True from the report of a watched access to the step by which the debugger makes or undoes it.
    private bool _isStepOwed;

    /// <summary>Takes control of a loaded machine; its history begins at its present state.</summary>
    /// <param name="machine">The machine; its host is <paramref name="host"/>.</param>
    /// <param name="host">The record of what the host answers.</param>
    /// <param name="historyBytes">Memory that history may take, bytes.</param>
    public Debuggee(EmulatedMachine machine, RecordedHost host, long historyBytes)
    {
        Machine = machine;
        _host = host;
        _history = new History(machine, host, historyBytes);
        _probe = new DebugProbe(machine);
    }

    /// <summary>The machine.</summary>
    public EmulatedMachine Machine { get; }

    /// <summary>Limits at which the run ends; none by default.</summary>
    public RunLimits Limits { get; init; } = RunLimits.None;

    /// <summary>Points of history, for reports.</summary>
    public int HistoryPoints => _history.Points.Count;

    /// <summary>A probe that sees every instruction executed when going forward; null for none.</summary>
    public IProbe? Listener
    {
        get => _probe.Listener;
        set => _probe.Listener = value;
    }

    /// <summary>True to stop once at the guest's exit, so that the user can go back from there.</summary>
    public bool StopsAtExit { get; set; }

    /// <summary>Raised before the machine goes forward or is searched, from its present position.</summary>
    public event Action? Starting;

    /// <summary>Stops the machine for a listener of this class.</summary>
    public void Report(StopEvent stop) => _probe.Report(stop);

    /// <summary>Adds or removes a breakpoint.</summary>
    public void SetBreakpoint(uint address, bool isHardware, bool isSet)
    {
        var set = isHardware ? _probe.Hardware : _probe.Software;
        if (isSet) set.Add(address);
        else set.Remove(address);
    }

    /// <summary>Adds or removes a watchpoint.</summary>
    public void SetWatchpoint(Watchpoint watch, bool isSet)
    {
        _probe.Remove(watch);
        if (isSet) _probe.Add(watch);
    }

    /// <summary>Removes all breakpoints and watchpoints, for example when a client has disconnected.</summary>
    public void ClearBreakpoints()
    {
        _probe.Software.Clear();
        _probe.Hardware.Clear();
        foreach (var watch in _probe.Watchpoints.ToArray()) _probe.Remove(watch);
        _pending = null;
    }

    /// <summary>To be called after the user has changed registers or memory.</summary>
    public void Changed()
    {
        _history.Changed();
        _pending = null;
    }

    /// <summary>Begins a history at the machine's present state, as after a reset or a restored snapshot.</summary>
    public void ForgetHistory()
    {
        _history.Clear();
        _pending = null;
    }

    /// <summary>Goes back to where history begins: the start of the run, or the last snapshot that was loaded.</summary>
    public void GoToBegin()
    {
        _history.Commit();
        _history.Restore(_history.Begin);
        _pending = null;
    }

    /// <summary>Goes forward, each hart by its command, until something stops the machine.</summary>
    /// <param name="commands">One per hart.</param>
    /// <param name="isInterrupted">Asked from time to time; true stops.</param>
    public StopEvent Resume(ReadOnlySpan<HartCommand> commands, Func<bool> isInterrupted)
    {
        _history.Commit();
        if (FinishForward(commands) is { } pending) return pending;
        if (Machine.Result is { } over) return Ended(over);
        _probe.Forward(commands);
        Starting?.Invoke();
        var held = default(HartSet);
        for (var hart = 0; hart < commands.Length; hart++) held = commands[hart].Order == HartOrder.Hold ? held.With(hart) : held;
        if (StepInTurn(commands, held, isInterrupted) is { } stop) return stop;
        if (Machine.HeldHarts != held)
        {
            _history.Changed();
            Machine.HeldHarts = held;
            _history.Commit();
        }

        return Run(onlyHart: null, isInterrupted)!;
    }

    /// <summary>
    /// If only one hart is to move, the others are not held as long as it is that hart's turn anyway. So stepping over a
    /// breakpoint does not change the run.
    /// </summary>
    private StopEvent? StepInTurn(ReadOnlySpan<HartCommand> commands, HartSet held, Func<bool> isInterrupted)
    {
        if (held.IsEmpty || !Machine.HeldHarts.IsEmpty) return null;
        var moving = -1;
        for (var hart = 0; hart < commands.Length; hart++)
        {
            if (commands[hart].Order == HartOrder.Hold) continue;
            if (moving >= 0) return null;
            moving = hart;
        }

        return Run(moving, isInterrupted);
    }

    /// <summary>Runs until something stops the machine; null if it is the turn of another hart than the only one that may run.</summary>
    private StopEvent? Run(int? onlyHart, Func<bool> isInterrupted)
    {
        Machine.Attach(_probe.MustSeeAll ? _probe : null);
        while (true)
        {
            var slice = Math.Min(_probe.MustSeeAll ? ProbedSliceInstructions : SliceInstructions, _history.InstructionsToNext);
            var result = RunMachine(Limits with { MaxInstructions = Math.Min(Limits.MaxInstructions, Machine.RetiredInstructions + slice), OnlyHart = onlyHart });
            if (_probe.Hit is { } hit) return Reported(hit, isBackward: false);
            if (StopsAtExit && result.Reason == ExitReason.Exit) return new StopEvent(StopKind.Event, result.Hart, Text: $"the guest exits with code {result.Code}");
            if (result.Reason == ExitReason.CycleLimit) return LimitReached($"{Limits.MaxCycles} cycles");
            if (Machine.RetiredInstructions >= Limits.MaxInstructions) return LimitReached($"{Limits.MaxInstructions} instructions");
            if (result.Reason is not (ExitReason.InstructionLimit or ExitReason.Stopped)) return Ended(result);
            if (onlyHart is not null && result.Reason == ExitReason.Stopped) return null;
            _history.Pass();
            if (isInterrupted()) return new StopEvent(StopKind.Interrupt, RunningHart());
        }
    }

    /// <summary>Runs the machine. All running goes through here, so that the probe can tell the guest's stores from those of a debugger.</summary>
    private RunResult RunMachine(in RunLimits limits)
    {
        _probe.IsRunning = true;
        try
        {
            return Machine.Run(limits);
        }
        finally
        {
            _probe.IsRunning = false;
        }
    }

    /// <summary>A hart that has run: the one whose turn it is, otherwise any that can go on.</summary>
    private int RunningHart()
    {
        if (Machine.Turn >= 0) return Machine.Turn;
        var running = Machine.Harts.FirstOrDefault(h => h.State == HartState.Running && !Machine.HeldHarts.Contains(h.Id));
        return running?.Id ?? 0;
    }

    private StopEvent LimitReached(FormattableString limit) => new(StopKind.Limit, RunningHart(), Text: FormattableString.Invariant($"the run has reached its limit of {FormattableString.Invariant(limit)}"));

    private StopEvent Ended(RunResult result) => result.Reason switch
    {
        ExitReason.Exit => new StopEvent(StopKind.Exit, result.Hart, Code: result.Code),
        ExitReason.FloatHang => new StopEvent(StopKind.TrapLoop, result.Hart, Text: $"hart {result.Hart} waits for ever at 0x{Machine.Harts[result.Hart].Pc:x8}: a stream has no job, or its FP side has stopped"),
        ExitReason.TrapLoop => new StopEvent(StopKind.TrapLoop, result.Hart, Text: $"hart {result.Hart}'s trap handler at 0x{Machine.Harts[result.Hart].Mepc:x8} cannot run"),
        _ => new StopEvent(StopKind.AllWaiting, RunningHart(), Text: Machine.HeldHarts.IsEmpty ? "no hart can go on: all wait, and nothing is due that would wake one" : "the harts that may run wait for those that are held"),
    };
}
