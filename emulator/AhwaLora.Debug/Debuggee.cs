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
public sealed class Debuggee
{
    private const ulong SliceInstructions = 500_000, NearInstructions = 20_000;
    private const int NoHart = -1;

    private readonly RecordedHost _host;
    private readonly DebugProbe _probe;
    private readonly History _history;

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
        _probe.Watchpoints.Remove(watch);
        if (isSet) _probe.Watchpoints.Add(watch);
        _probe.UpdateWatches();
    }

    /// <summary>Removes all breakpoints and watchpoints, for example when a client has disconnected.</summary>
    public void ClearBreakpoints()
    {
        _probe.Software.Clear();
        _probe.Hardware.Clear();
        _probe.Watchpoints.Clear();
        _probe.UpdateWatches();
    }

    /// <summary>To be called after the user has changed registers or memory.</summary>
    public void Changed() => _history.Changed();

    /// <summary>Begins a history at the machine's present state, as after a reset or a restored snapshot.</summary>
    public void ForgetHistory() => _history.Clear();

    /// <summary>Goes back to where history begins: the start of the run, or the last snapshot that was loaded.</summary>
    public void GoToBegin()
    {
        _history.Commit();
        _history.Restore(_history.Begin);
    }

    /// <summary>Goes forward, each hart by its command, until something stops the machine.</summary>
    /// <param name="commands">One per hart.</param>
    /// <param name="isInterrupted">Asked from time to time; true stops.</param>
    public StopEvent Resume(ReadOnlySpan<HartCommand> commands, Func<bool> isInterrupted)
    {
        if (Machine.Result is { } over) return Ended(over);
        _history.Commit();
        _probe.Forward(commands);
        Starting?.Invoke();
        var held = default(HartSet);
        for (var hart = 0; hart < commands.Length; hart++) held = commands[hart].Order == HartOrder.Hold ? held.With(hart) : held;
        if (StepInTurn(commands, held) is { } stop) return stop;
        if (Machine.HeldHarts != held)
        {
            _history.Changed();
            Machine.HeldHarts = held;
            _history.Commit();
        }

        return Run(isInterrupted);
    }

    /// <summary>Goes back to before the last instruction, or interrupt, of a hart.</summary>
    /// <param name="hart">The hart that steps back.</param>
    /// <param name="isInterrupted">Asked from time to time; true leaves the machine where it was.</param>
    public StopEvent ReverseStep(int hart, Func<bool> isInterrupted)
    {
        var here = Machine.Position;
        var stop = Reverse(hart, (point, end) => point.Steps[hart] < end.Steps[hart], isInterrupted);
        if (stop.Kind == StopKind.Interrupt) GoTo(here);
        return stop;
    }

    /// <summary>Goes back to the last breakpoint or watchpoint.</summary>
    /// <param name="hart">The hart that is reported if there is no such stop.</param>
    /// <param name="isInterrupted">Asked from time to time; true stops.</param>
    public StopEvent ReverseContinue(int hart, Func<bool> isInterrupted)
    {
        var stop = Reverse(NoHart, (_, _) => _probe.CanHit, isInterrupted);
        return stop.Hart < 0 ? stop with { Hart = hart } : stop;
    }

    /// <summary>The position of the machine, and the progress of each hart, at the end of a stretch that is searched.</summary>
    private readonly record struct Place(MachinePosition Position, ulong[] Retired, ulong[] Steps)
    {
        public static Place Of(EmulatedMachine machine) =>
            new(machine.Position, [.. machine.Harts.Select(h => h.Retired)], [.. machine.Harts.Select(h => h.Retired + h.TrapsTaken)]);

        public static Place Of(HistoryPoint point) => new(point.Position, point.Retired, point.Steps);
    }

    /// <summary>
    /// If only one hart is to move, the others are not held as long as it is that hart's turn anyway. So stepping over a
    /// breakpoint does not change the run.
    /// </summary>
    private StopEvent? StepInTurn(ReadOnlySpan<HartCommand> commands, HartSet held)
    {
        if (held.IsEmpty || !Machine.HeldHarts.IsEmpty) return null;
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

    /// <summary>A hart that has run: the one whose turn it is, otherwise any that can go on.</summary>
    private int RunningHart()
    {
        if (Machine.Turn >= 0) return Machine.Turn;
        var running = Machine.Harts.FirstOrDefault(h => h.State == HartState.Running && !Machine.HeldHarts.Contains(h.Id));
        return running?.Id ?? 0;
    }

    private StopEvent Ended(RunResult result) => result.Reason switch
    {
        ExitReason.Exit => new StopEvent(StopKind.Exit, result.Hart, Code: result.Code),
        ExitReason.FloatHang => new StopEvent(StopKind.TrapLoop, result.Hart, Text: $"hart {result.Hart} waits for ever at 0x{Machine.Harts[result.Hart].Pc:x8}: a stream has no job, or its FP side has stopped"),
        ExitReason.TrapLoop => new StopEvent(StopKind.TrapLoop, result.Hart, Text: $"hart {result.Hart}'s trap handler at 0x{Machine.Harts[result.Hart].Mepc:x8} cannot run"),
        _ => new StopEvent(StopKind.AllWaiting, RunningHart(), Text: Machine.HeldHarts.IsEmpty ? "no hart can go on: all wait, and nothing is due that would wake one" : "the harts that may run wait for those that are held"),
    };

    /// <summary>Searches history backwards, from the points that lead to the present.</summary>
    /// <param name="hart">The hart whose step is searched for, or <see cref="NoHart"/>.</param>
    /// <param name="mayHold">False for a segment that cannot hold it; the arguments are the point where the segment begins, and its end.</param>
    /// <param name="isInterrupted">Asked from time to time; true stops.</param>
    private StopEvent Reverse(int hart, Func<HistoryPoint, Place, bool> mayHold, Func<bool> isInterrupted)
    {
        _history.Commit();
        var points = _history.Points;
        var length = 1;
        var end = Place.Of(Machine);
        for (var n = points.Count - 1; n >= 0; n--)
        {
            if (points[n].Position >= end.Position || !mayHold(points[n], end))
            {
                if (points[n].Position <= end.Position) end = Place.Of(points[n]);
                continue;
            }

            // If it is not found nearby, longer and longer stretches are searched, since going to the start of one has its cost.
            n = hart < 0 ? BeginOfStretch(n, length) : n;
            length *= 2;
            if (!Search(points[n], end, hart, isInterrupted))
            {
                GoTo(end.Position);
                return new StopEvent(StopKind.Interrupt, RunningHart());
            }

            if (_probe.LastHit is { } hit)
            {
                GoTo(hit.Position);
                return hit.Stop;
            }

            end = Place.Of(points[n]);
        }

        _history.Restore(points[0]);
        return new StopEvent(StopKind.HistoryBegin, hart);
    }

    /// <summary>The first point of a stretch of at most <paramref name="length"/> segments that ends with segment <paramref name="last"/> and holds no branch.</summary>
    private int BeginOfStretch(int last, int length)
    {
        var first = last;
        while (first > 0 && last - first + 1 < length && !_history.Points[first].IsBranch) first--;
        return first;
    }

    /// <summary>Lets the probe find the last match between a point and an end; false if interrupted.</summary>
    private bool Search(HistoryPoint point, Place end, int hart, Func<bool> isInterrupted)
    {
        _history.Restore(point);
        if (hart < 0) _probe.Search(end.Position);
        else _probe.SearchStep(end.Position, hart, end.Steps[hart]);

        // Only the hart's last instruction matters.
        if (hart >= 0 && end.Retired[hart] > point.Retired[hart] + 1)
        {
            Machine.Attach(null);
            if (!RunSlices(end, (hart, end.Retired[hart] - 1), isInterrupted)) return false;
        }

        Starting?.Invoke();

        // Memory reports stores to watchpoints by itself, so the machine can run at full speed.
        Machine.Attach(hart >= 0 || _probe.MustSeeAll ? _probe : null);
        if (!RunSlices(end, null, isInterrupted)) return false;
        if (!_probe.IsFound) RunTo(end.Position);
        return true;
    }

    /// <summary>Runs up to the last instruction before an end, or to a hart's own limit, or until the probe has found its step; false if interrupted.</summary>
    private bool RunSlices(Place end, (int Hart, ulong Retired)? limit, Func<bool> isInterrupted)
    {
        while (Machine.RetiredInstructions < end.Position.Retired && !_probe.IsFound)
        {
            if (isInterrupted()) return false;
            if (limit is { } one && Machine.Harts[one.Hart].Retired >= one.Retired) return true;
            var slice = Math.Min(Machine.RetiredInstructions + SliceInstructions, end.Position.Retired);
            Machine.Run(RunLimits.None with { OneHart = limit, MaxInstructions = slice });
        }

        return true;
    }

    private void GoTo(MachinePosition position)
    {
        var point = _history.Before(position);
        _history.Restore(point);
        _probe.Pass(position);
        if (position.Retired > point.Position.Retired + 2 * NearInstructions)
        {
            // A user who goes back once often goes back again: a point here makes that fast.
            Machine.Attach(null);
            Machine.Run(RunLimits.None with { MaxInstructions = position.Retired - NearInstructions });
            _history.Mark();
        }

        Machine.Attach(null);
        Machine.Run(RunLimits.None with { MaxInstructions = position.Retired });
        RunTo(position);
    }

    /// <summary>Runs under the probe to a later position; the machine stops at it or a little after its last instruction.</summary>
    private void RunTo(MachinePosition position)
    {
        Machine.Attach(_probe);
        while (Machine.Position < position && Machine.Run(RunLimits.None).Reason == ExitReason.Stopped)
        {
        }
    }
}
