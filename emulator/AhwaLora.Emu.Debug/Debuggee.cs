using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Debug.TimeTravel;
using AhwaLora.Emu.Engines;

namespace AhwaLora.Emu.Debug;

/// <summary>
/// A machine under a debugger: runs, steps and goes back in the machine's order, the one in which instructions of all
/// harts, traps and device events took place (docs/debugging.md). Undisturbed, it does exactly what it does without.
/// </summary>
public sealed class Debuggee
{
    private const ulong SliceInstructions = 500_000, NearInstructions = 20_000;

    private readonly RecordedHost _host;
    private readonly DebugProbe _probe;
    private readonly History _history;

    /// <summary>Takes a loaded machine under control; its history begins here.</summary>
    /// <param name="machine">The machine; its host is <paramref name="host"/>.</param>
    /// <param name="host">The record of what the host answers.</param>
    /// <param name="historyBytes">Memory the history may take.</param>
    public Debuggee(Machine machine, RecordedHost host, long historyBytes)
    {
        Machine = machine;
        _host = host;
        _history = new History(machine, host, historyBytes);
        _probe = new DebugProbe(machine);
    }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>Points of history, for reports.</summary>
    public int HistoryPoints => _history.Points.Count;

    /// <summary>Sees every instruction that is executed going forward; null for nobody.</summary>
    public IProbe? Listener
    {
        get => _probe.Listener;
        set => _probe.Listener = value;
    }

    /// <summary>True to stop once at the guest's exit, so that the user can go back from there.</summary>
    public bool StopsAtExit { get; set; }

    /// <summary>Raised before the machine goes forward, or is searched, from where it stands.</summary>
    public event Action? Starting;

    /// <summary>Stops the machine for a reason of the listener's.</summary>
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
        _probe.Watchpoints.Remove(watch);
        if (isSet) _probe.Watchpoints.Add(watch);
        _probe.UpdateWatches();
    }

    /// <summary>Removes all breakpoints and watchpoints, as for a client that has gone.</summary>
    public void ClearBreakpoints()
    {
        _probe.Software.Clear();
        _probe.Hardware.Clear();
        _probe.Watchpoints.Clear();
        _probe.UpdateWatches();
    }

    /// <summary>The user has changed registers or memory.</summary>
    public void Changed() => _history.Changed();

    /// <summary>Begins a history at the machine's present state, as after a reset or a restored snapshot.</summary>
    public void ForgetHistory() => _history.Clear();

    /// <summary>Goes back to the first state that is known.</summary>
    public void GoToBegin()
    {
        _history.Commit();
        _history.Restore(_history.Points[0]);
    }

    /// <summary>Goes forward, each hart by its order, until something stops the machine.</summary>
    /// <param name="commands">One for each hart.</param>
    /// <param name="isInterrupted">Asked now and then.</param>
    public StopEvent Resume(ReadOnlySpan<HartCommand> commands, Func<bool> isInterrupted)
    {
        if (Machine.Result is { } over) return Ended(over);
        _history.Commit();
        _probe.Forward(commands);
        Starting?.Invoke();
        var held = 0UL;
        for (var hart = 0; hart < commands.Length; hart++) held |= commands[hart].Order == HartOrder.Hold ? 1UL << hart : 0;
        if (StepInTurn(commands, held) is { } stop) return stop;
        if (Machine.HeldHarts != held)
        {
            _history.Changed();
            Machine.HeldHarts = held;
            _history.Commit();
        }

        return Run(isInterrupted);
    }

    /// <summary>Goes back to in front of the last instruction, or interrupt, of a hart.</summary>
    public StopEvent ReverseStep(int hart)
    {
        var steps = Steps(Machine.Harts[hart]);
        return Reverse(hart, (point, end) => point.Steps[hart] < (end?.Steps[hart] ?? steps), static () => false);
    }

    /// <summary>Goes back to the last breakpoint or watchpoint.</summary>
    /// <param name="hart">The hart that is reported where there is none.</param>
    /// <param name="isInterrupted">Asked now and then.</param>
    public StopEvent ReverseContinue(int hart, Func<bool> isInterrupted)
    {
        var stop = Reverse(-1, (_, _) => _probe.CanHit, isInterrupted);
        return stop.Hart < 0 ? stop with { Hart = hart } : stop;
    }

    private static ulong Steps(Hart hart) => hart.Retired + hart.TrapsTaken;

    /// <summary>
    /// The only hart that is to move does so without holding the others while it is its turn anyway; so stepping over a
    /// breakpoint leaves the run as it would have been.
    /// </summary>
    private StopEvent? StepInTurn(ReadOnlySpan<HartCommand> commands, ulong held)
    {
        if (held == 0 || Machine.HeldHarts != 0) return null;
        var moving = -1;
        for (var hart = 0; hart < commands.Length; hart++)
        {
            if (commands[hart].Order == HartOrder.Hold) continue;
            if (moving >= 0) return null;
            moving = hart;
        }

        Machine.Attach(_probe);
        var result = Machine.Run(RunLimits.None with { OnlyHart = moving });
        return _probe.Stop ?? (result.Reason == ExitReason.Stopped ? null : Ended(result));
    }

    private StopEvent Run(Func<bool> isInterrupted)
    {
        Machine.Attach(_probe.MustSeeAll ? _probe : null);
        while (true)
        {
            var slice = Math.Min(SliceInstructions, _history.InstructionsToNext);
            var result = Machine.Run(RunLimits.None with { MaxInstructions = Machine.RetiredInstructions + slice });
            if (_probe.Stop is { } stop) return stop;
            if (StopsAtExit && result.Reason == ExitReason.Exit) return new StopEvent(StopKind.Event, result.Hart, Text: $"the guest exits with code {result.Code}");
            if (result.Reason is not (ExitReason.InstructionLimit or ExitReason.Stopped)) return Ended(result);
            _history.Pass();
            if (isInterrupted()) return new StopEvent(StopKind.Interrupt, RunningHart());
        }
    }

    /// <summary>A hart that has run: the one whose turn it is, else any that can go on.</summary>
    private int RunningHart()
    {
        if (Machine.Turn >= 0) return Machine.Turn;
        var running = Machine.Harts.FirstOrDefault(h => h.State == HartState.Running && (Machine.HeldHarts >> h.Id & 1) == 0);
        return running?.Id ?? 0;
    }

    private StopEvent Ended(RunResult result) => result.Reason switch
    {
        ExitReason.Exit => new StopEvent(StopKind.Exit, result.Hart, Code: result.Code),
        ExitReason.TrapLoop => new StopEvent(StopKind.TrapLoop, result.Hart, Text: $"hart {result.Hart}'s trap handler at 0x{Machine.Harts[result.Hart].Mepc:x8} cannot run"),
        _ => new StopEvent(StopKind.Deadlock, RunningHart(), Text: Machine.HeldHarts == 0 ? "every hart waits for nothing" : "the harts that may move wait for those that stand still"),
    };

    /// <summary>Searches the segments of history backwards, from the one that leads to the present.</summary>
    /// <param name="hart">The hart whose step is looked for, or -1.</param>
    /// <param name="mayHold">False for a segment that cannot hold it: its begin, and the point at its end or null for the present.</param>
    /// <param name="isInterrupted">Asked between segments.</param>
    private StopEvent Reverse(int hart, Func<HistoryPoint, HistoryPoint?, bool> mayHold, Func<bool> isInterrupted)
    {
        _history.Commit();
        var here = Machine.Position;
        var points = _history.Points;
        var retired = Machine.Harts.Select(h => h.Retired).ToArray();
        HistoryPoint? end = null;
        for (var n = points.Count - 1; n >= 0; n--)
        {
            var point = points[n];
            if (point.Position > here) continue;
            if (point.Position < (end?.Position ?? here) && mayHold(point, end))
            {
                var limit = end?.Position ?? here;
                if (Search(point, limit, hart, (end?.Retired ?? retired)) is { } hit)
                {
                    GoTo(point, hit.Position);
                    return hit.Stop;
                }

                if (isInterrupted())
                {
                    GoTo(point, point.Position);
                    return new StopEvent(StopKind.Interrupt, RunningHart());
                }
            }

            end = point;
        }

        _history.Restore(points[0]);
        return new StopEvent(StopKind.HistoryBegin, hart);
    }

    private (MachinePosition Position, StopEvent Stop)? Search(HistoryPoint point, MachinePosition end, int hart, ulong[] retiredAtEnd)
    {
        if (hart < 0 && !_probe.MustSeeAll && !IsHit(point, end)) return null;
        _history.Restore(point);
        _probe.Search(end, hart);
        if (hart >= 0 && retiredAtEnd[hart] > point.Retired[hart] + 1)
        {
            Machine.Attach(null);
            Machine.Run(RunLimits.None with { OneHart = (hart, retiredAtEnd[hart] - 1), MaxInstructions = end.Retired });
        }

        Starting?.Invoke();
        RunTo(end, _probe);
        return _probe.LastHit;
    }

    /// <summary>True if anything is stored to a watchpoint: memory reports that itself, so the machine runs at its full speed.</summary>
    private bool IsHit(HistoryPoint point, MachinePosition end)
    {
        _history.Restore(point);
        _probe.Search(end, steppedHart: -1);
        RunTo(end, null);
        return _probe.LastHit is not null;
    }

    private void GoTo(HistoryPoint point, MachinePosition position)
    {
        _history.Restore(point);
        _probe.Search(position, steppedHart: Machine.Harts.Count);
        if (position.Retired > point.Position.Retired + 2 * NearInstructions)
        {
            // Who goes back once often goes back again, and then has it near.
            Machine.Attach(null);
            Machine.Run(RunLimits.None with { MaxInstructions = position.Retired - NearInstructions });
            _history.Mark();
        }

        RunTo(position, null);
    }

    /// <summary>Runs to a position that lies ahead on the machine's way; the last bit with the probe, which stops it there.</summary>
    private void RunTo(MachinePosition position, IProbe? probe)
    {
        Machine.Attach(probe);
        Machine.Run(RunLimits.None with { MaxInstructions = position.Retired });
        Machine.Attach(_probe);
        while (Machine.Position < position && Machine.Run(RunLimits.None).Reason == ExitReason.Stopped)
        {
        }
    }
}
