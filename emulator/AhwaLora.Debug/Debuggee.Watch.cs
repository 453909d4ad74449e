using AhwaLora.Machine.Order;

namespace AhwaLora.Debug;

/// <content>
/// Stops at watchpoints. GDB takes a RISC-V watchpoint as reported before the access: it steps the hart once, without
/// watchpoints, and compares the values after that (GDB, riscv-tdep.c: set_gdbarch_have_nonsteppable_watchpoint). So a stop leaves the
/// machine before the access if it went forward, and after it if it went back. The debugger's own step makes the access, or undoes it.
/// </content>
public sealed partial class Debuggee
{
    /// <summary>What is left to do after a stop.</summary>
    /// <param name="IsBackward">The direction in which the machine went.</param>
    /// <param name="Hart">The hart that was reported.</param>
    /// <param name="Target">The position to which the debugger's step over the access leads; null if the machine is there.</param>
    /// <param name="Rest">Stops of the same access that were not reported yet.</param>
    private sealed record PendingStops(bool IsBackward, int Hart, MachinePosition? Target, IReadOnlyList<StopEvent> Rest);

    /// <summary>The first stop of a hit. Going forward, the machine returns to before a watched access, as if it had not been made.</summary>
    private StopEvent Reported(WatchedAccess hit, bool isBackward)
    {
        var stops = hit.Stops();
        if (hit.IsWatched && !isBackward) GoTo(hit.Before);
        var target = hit.IsWatched ? isBackward ? hit.Before : hit.Before.Next : (MachinePosition?)null;
        return Reported(stops, isBackward, target);
    }

    /// <summary>The first of some stops; the others are pending.</summary>
    private StopEvent Reported(IReadOnlyList<StopEvent> stops, bool isBackward, MachinePosition? target)
    {
        var stop = stops[0];
        var isWatch = stop.Kind is StopKind.WriteWatchpoint or StopKind.ReadWatchpoint or StopKind.AccessWatchpoint;
        if (isWatch && stop.Hart < 0) stop = stop with { Hart = RunningHart() };
        _pending = isWatch || stops.Count > 1 ? new PendingStops(isBackward, stop.Hart, target, [.. stops.Skip(1)]) : null;
        _isStepOwed = isWatch;
        return stop;
    }

    /// <summary>Makes the access before which the machine stopped, if the hart may run; then reports what is pending. Null to go on.</summary>
    private StopEvent? FinishForward(ReadOnlySpan<HartCommand> commands)
    {
        if (_pending is not { IsBackward: false } pending || (pending.Hart >= 0 && commands[pending.Hart].Order == HartOrder.Hold))
        {
            _pending = null;
            return null;
        }

        if (pending.Target is { } target)
        {
            // In the machine's order, and not only the hart that steps: so the run stays the one without a debugger.
            _probe.Pass(target);
            RunTo(target);
        }

        return Finish(pending, isStep: pending.Hart >= 0 && commands[pending.Hart].Order == HartOrder.Step);
    }

    /// <summary>Undoes the access after which the machine stopped, then reports what is pending. Null to go on.</summary>
    /// <param name="stepped">The hart that steps back; <see cref="NoHart"/> if it is not a step.</param>
    private StopEvent? FinishBackward(int stepped)
    {
        if (_pending is not { IsBackward: true } pending)
        {
            _pending = null;
            return null;
        }

        if (pending.Target is { } target) GoTo(target);
        return Finish(pending, isStep: stepped == pending.Hart);
    }

    /// <summary>The end of the debugger's own step; otherwise, the next pending stop, or null.</summary>
    private StopEvent? Finish(PendingStops pending, bool isStep)
    {
        _pending = pending with { Target = null };
        if (_isStepOwed && isStep)
        {
            _isStepOwed = false;
            return new StopEvent(StopKind.Step, pending.Hart);
        }

        _pending = null;
        return pending.Rest.Count == 0 ? null : Reported(pending.Rest, pending.IsBackward, target: null);
    }
}
