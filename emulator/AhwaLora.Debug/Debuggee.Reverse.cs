using AhwaLora.Debug.TimeTravel;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;

namespace AhwaLora.Debug;

/// <content>Going back: searches in the past, and the way to a position in it.</content>
public sealed partial class Debuggee
{
    private const ulong NearInstructions = 20_000;
    private const int NoHart = -1;

    /// <summary>
    /// Goes back to before the last instruction, or interrupt, of a hart. If an access that is undone with it hit a watchpoint,
    /// the machine stops there first.
    /// </summary>
    /// <param name="hart">The hart that steps back.</param>
    /// <param name="isInterrupted">Asked from time to time; true leaves the machine where it was.</param>
    public StopEvent ReverseStep(int hart, Func<bool> isInterrupted)
    {
        if (FinishBackward(hart) is { } pending) return pending;
        return Reverse(hart, (point, end) => point.Steps[hart] < end.Steps[hart], isInterrupted);
    }

    /// <summary>Goes back to the last breakpoint or watchpoint.</summary>
    /// <param name="hart">The hart that is reported if there is no such stop.</param>
    /// <param name="isInterrupted">Asked from time to time; true leaves the machine where it was.</param>
    public StopEvent ReverseContinue(int hart, Func<bool> isInterrupted)
    {
        if (FinishBackward(NoHart) is { } pending) return pending;
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

    /// <summary>Searches history backwards, from the points that lead to the present.</summary>
    /// <param name="hart">The hart whose step is searched for, or <see cref="NoHart"/>.</param>
    /// <param name="mayHold">False for a segment that cannot hold it; the arguments are the point where the segment begins, and its end.</param>
    /// <param name="isInterrupted">Asked from time to time; true leaves the machine where it was.</param>
    private StopEvent Reverse(int hart, Func<HistoryPoint, Place, bool> mayHold, Func<bool> isInterrupted)
    {
        _history.Commit();
        var here = _history.Capture();
        var points = _history.Points;
        var length = 1;
        var end = Place.Of(Machine);
        for (var n = points.Count - 1; n >= 0; n--)
        {
            if (points[n].Position >= end.Position) continue;
            if (!mayHold(points[n], end))
            {
                if (hart >= 0 && LastAccess(points[n], end, here, isInterrupted) is { } access) return access;
                end = Place.Of(points[n]);
                continue;
            }

            // If it is not found nearby, longer and longer stretches are searched, since going to the start of one has its cost.
            n = hart < 0 ? BeginOfStretch(n, length) : n;
            length *= 2;
            if (!Search(points[n], end, hart, isInterrupted)) return Interrupted(here);
            if (_probe.Hit is { } hit)
            {
                if (!TryGoTo(hit.IsWatched ? hit.Before.Next : hit.Before, isInterrupted)) return Interrupted(here);
                return (hart >= 0 ? LastAccess(_history.Capture(), end, here, isInterrupted) : null) ?? Reported(hit, isBackward: true);
            }

            end = Place.Of(points[n]);
        }

        _history.Restore(points[0]);
        return new StopEvent(StopKind.HistoryBegin, hart);
    }

    /// <summary>Leaves the machine where it was before the search.</summary>
    private StopEvent Interrupted(HistoryPoint here)
    {
        _history.Restore(here);
        return new StopEvent(StopKind.Interrupt, RunningHart());
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

    /// <summary>Stops at the last access between two places that hits a watchpoint. If there is none, the machine stands at the first place and the result is null.</summary>
    /// <param name="begin">The first place.</param>
    /// <param name="end">The second place.</param>
    /// <param name="here">Where the machine goes if interrupted.</param>
    /// <param name="isInterrupted">Asked from time to time; true stops.</param>
    private StopEvent? LastAccess(HistoryPoint begin, Place end, HistoryPoint here, Func<bool> isInterrupted)
    {
        if (!_probe.HasWatchpoints) return null;
        _history.Restore(begin);
        _probe.SearchAccess(end.Position);
        Machine.Attach(_probe.MustSeeAll ? _probe : null);
        if (!RunSlices(end, null, isInterrupted)) return Interrupted(here);
        RunTo(end.Position);
        if (_probe.Hit is { } hit) return TryGoTo(hit.Before.Next, isInterrupted) ? Reported(hit, isBackward: true) : Interrupted(here);
        _history.Restore(begin);
        return null;
    }

    /// <summary>Runs up to the last instruction before an end, or to a hart's own limit, or until the probe has found its step; false if interrupted.</summary>
    private bool RunSlices(Place end, (int Hart, ulong Retired)? limit, Func<bool> isInterrupted)
    {
        while (Machine.RetiredInstructions < end.Position.Retired && !_probe.IsFound)
        {
            if (isInterrupted()) return false;
            if (limit is { } one && Machine.Harts[one.Hart].Retired >= one.Retired) return true;
            var slice = Math.Min(Machine.RetiredInstructions + SliceInstructions, end.Position.Retired);
            RunMachine(RunLimits.None with { OneHart = limit, MaxInstructions = slice });
        }

        return true;
    }

    private void GoTo(MachinePosition position) => TryGoTo(position, static () => false);

    /// <summary>Brings the machine to a position in its past; false if interrupted on the way.</summary>
    private bool TryGoTo(MachinePosition position, Func<bool> isInterrupted)
    {
        var point = _history.Before(position);
        _history.Restore(point);
        _probe.Pass(position);
        Machine.Attach(null);
        if (position.Retired > point.Position.Retired + 2 * NearInstructions)
        {
            // A user who goes back once often goes back again: a point here makes that fast.
            if (!RunSlices(position.Retired - NearInstructions, isInterrupted)) return false;
            _history.Mark();
        }

        if (!RunSlices(position.Retired, isInterrupted)) return false;
        RunTo(position);
        return true;
    }

    /// <summary>Runs up to a number of instructions; false if interrupted.</summary>
    private bool RunSlices(ulong retired, Func<bool> isInterrupted)
    {
        while (Machine.RetiredInstructions < retired)
        {
            if (isInterrupted()) return false;
            RunMachine(RunLimits.None with { MaxInstructions = Math.Min(Machine.RetiredInstructions + SliceInstructions, retired) });
        }

        return true;
    }

    /// <summary>Runs under the probe to a later position. The machine stops there before anything else happens.</summary>
    private void RunTo(MachinePosition position)
    {
        Machine.Attach(_probe);
        while (Machine.Position < position && RunMachine(RunLimits.None).Reason == ExitReason.Stopped)
        {
        }
    }
}
