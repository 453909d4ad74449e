using System.Diagnostics;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Translates the regions of code that run often to .NET methods. The rest runs, one instruction at a time, on an
/// interpreter: cold code, traps, devices, CSRs, the last instructions before a limit. So every special case exists
/// once, and a region is left before any instruction that it cannot execute exactly.
/// </summary>
internal sealed class Translator : IEngine
{
    /// <summary>The most cycles given to regions at a time: fuel and stalls are counted in 31 bits, and a block may take a few cycles more.</summary>
    private const ulong MostFuel = 1 << 30;

    /// <summary>The most regions for one address; with any further stall vector or floating-point mode, the code is interpreted.</summary>
    private const int VersionsPerEntry = 24;

    private readonly IStepper _interpreter;
    private readonly PipelineTiming _timing;
    private readonly HartCode _code;
    private readonly Frame _frame;
    private readonly bool _exactAlignment;
    private bool _hasArrived;

    // Where the hart has left translated code to give others their turn; it continues from there.
    private RegionExit? _left;

    /// <summary>Makes an engine.</summary>
    /// <param name="interpreter">Executes what is not translated; drives the same hart and pipeline.</param>
    /// <param name="timing">The pipeline's block timing.</param>
    /// <param name="code">The code the hart sees.</param>
    public Translator(IStepper interpreter, PipelineTiming timing, HartCode code)
    {
        _interpreter = interpreter;
        _timing = timing;
        _code = code;
        _frame = new Frame(interpreter.Hart);
        _exactAlignment = timing.MisalignedCosts;
    }

    /// <inheritdoc/>
    public Hart Hart => _interpreter.Hart;

    /// <inheritdoc/>
    public CauseCounters Causes => _interpreter.Causes;

    /// <inheritdoc/>
    public IProbe? Probe
    {
        get => _interpreter.Probe;
        set => _interpreter.Probe = value;
    }

    /// <inheritdoc/>
    public void Grant(ulong time, Cause cause)
    {
        Settle();
        _interpreter.Grant(time, cause);
    }

    /// <inheritdoc/>
    public void Idle(ulong time, Cause cause)
    {
        Settle();
        _interpreter.Idle(time, cause);
    }

    /// <inheritdoc/>
    public void Settle() => _timing.Settle();

    /// <inheritdoc/>
    public StopReason Run(in RunWindow window)
    {
        if (!_interpreter.IsUndisturbed)
        {
            Settle();
            return _interpreter.Run(window);
        }

        var stop = RunUndisturbed(window);
        Hart.Time = _timing.Time;
        return stop;
    }

    private StopReason RunUndisturbed(in RunWindow window)
    {
        var hart = Hart;
        while (_timing.Time < window.Until && hart.Retired < hart.BreakAt)
        {
            var isInterrupted = false;
            if (!MustInterpret(hart) && FindRegionHere() is { } entry)
            {
                var (exit, yields) = RunRegions(entry, window);
                _hasArrived = false;
                if (yields) return StopReason.Yielded;
                isInterrupted = exit == ExitKind.Interpret;
            }

            if (Interpret(window, isInterrupted) is { } stop) return stop;
        }

        return StopReason.Limit;
    }

    private RegionEntry? FindRegionHere()
    {
        var (pc, left) = (Hart.Pc, _left);
        _left = null;
        if (_code.PointAt(pc) is not { } point) return null;
        if (point.Entries.Count == 0)
        {
            // Most code is cold, and finding the pipeline's state takes time.
            ref var heat = ref _hasArrived ? ref point.Heat : ref point.BridgeHeat;
            if (heat < _code.ThresholdOf(point))
            {
                heat++;
                return null;
            }
        }

        var (vector, mode) = (_timing.StallVector(), FloatModes.Of(Hart));
        if (left?.StallVector == vector && NextEntry(left, pc, mode) is { } next) return next;
        return FindRegion(pc, vector, mode, _hasArrived) ?? (_hasArrived ? null : FindBridge(pc, vector, mode));
    }

    private static bool MustInterpret(Hart hart) => hart.Pending.IsActive || hart.IsInterrupted || hart.FloatSide is { IsActive: true };

    /// <summary>Interprets one instruction, and more until control is transferred unless <paramref name="one"/>.</summary>
    private StopReason? Interpret(in RunWindow window, bool one)
    {
        Settle();
        var hart = Hart;
        do
        {
            if (_timing.Time >= window.Until || hart.Retired >= hart.BreakAt) return null;
            var pc = hart.Pc;
            var stop = _interpreter.Step(window);
            _hasArrived = hart.Pc - pc > 4;
            if (stop is not null) return stop;
        }
        while (!_hasArrived && !one);

        return null;
    }

    /// <summary>
    /// Runs a region and those its exits lead to, until one needs the interpreter, the fuel is used up, or the hart
    /// yields. Returns the last exit's kind (a jump if no region was entered), and true if the hart yields there.
    /// </summary>
    private (ExitKind Exit, bool Yields) RunRegions(RegionEntry entry, in RunWindow window)
    {
        var hart = Hart;
        var time = _timing.Time;
        var mode = FloatModes.Of(hart);

        // Every instruction takes at least one cycle, so a limit of instructions is also a limit of cycles.
        var budget = (int)Math.Min(Math.Min(window.Until - time, hart.BreakAt - hart.Retired), MostFuel);
        var fuel = budget;
        var yieldAt = window.YieldAt(time, budget);
        var yields = false;
        var hasStalls = false;
        RegionExit? exit = null;
        var (pc, vector) = (entry.Pc, entry.StallVector);
        while (true)
        {
            // The region may have been discarded since its entry was found: because of what it has shown, or to make room.
            var region = entry.Region;
            if (region.Code is not { } code) break;
            var index = code(_frame, fuel, yieldAt, entry.Index);
            exit = region.Exits[index];
            fuel = _frame.Fuel - exit.Cycles;
            if (exit.HasStalls) _frame.Stalls.Add(exit.Stalls);
            hasStalls |= region.Stalls;
            (pc, vector) = (exit.Kind == ExitKind.Indirect ? _frame.Target : exit.Pc, exit.StallVector);
            if (exit.Kind != ExitKind.Jump && HartCode.IsLesson(region, exit)) _code.Learn(region, exit, pc);
            yields = fuel <= yieldAt && (exit.Kind == ExitKind.Indirect ? pc <= exit.Pc : exit.IsBackward);
            if (exit.Kind == ExitKind.Interpret || fuel <= 0 || yields) break;
            if (NextEntry(exit, pc, mode) is not { } next) break;
            entry = next;
        }

        var cycles = (ulong)(budget - fuel);
        var retired = cycles;
        if (hasStalls) retired -= _frame.Stalls.MoveTo(Causes);
        Debug.Assert(retired <= cycles, "no more stalls than cycles: no half word has overflowed");
        Causes.Add(Cause.Issue, retired);
        hart.Retired += retired;
        hart.Pc = pc;
        _timing.GoAhead(vector, time + cycles);
        if (yields) _left = exit;
        return (exit?.Kind ?? ExitKind.Jump, yields);
    }

    private RegionEntry? NextEntry(RegionExit exit, uint pc, FloatMode mode)
    {
        if (exit.Next is { } last && last.Pc == pc && last.Region.IsValid && !last.Region.IsHot && last.Region.Suits(mode)) return last;
        return exit.Next = exit.Kind == ExitKind.Fuel ? FindBridge(pc, exit.StallVector, mode) : FindRegion(pc, exit.StallVector, mode, counts: true);
    }

    /// <summary>The region at an address, translated now if it has become hot; null if the interpreter continues.</summary>
    private RegionEntry? FindRegion(uint pc, int vector, FloatMode mode, bool counts)
    {
        if (_code.PointAt(pc) is not { } point) return null;
        if (point.Find(vector, mode, isBridge: false) is { } entry)
        {
            if (!entry.Region.IsHot) return entry;
            _code.Discard(point, entry.Region);
            counts = true;
        }

        if (!counts || ++point.Heat <= _code.ThresholdOf(point)) return null;
        return Translate(point, pc, vector, mode, isBridge: false);
    }

    /// <summary>The rest of a block that was left at an address in its middle, at the end of a window or because the interpreter was needed.</summary>
    private RegionEntry? FindBridge(uint pc, int vector, FloatMode mode)
    {
        if (_code.PointAt(pc) is not { } point) return null;
        if (point.Find(vector, mode, isBridge: true) is { } entry) return entry;
        if (++point.BridgeHeat <= _code.ThresholdOf(point)) return null;
        return Translate(point, pc, vector, mode, isBridge: true);
    }

    private RegionEntry? Translate(EntryPoint point, uint pc, int vector, FloatMode mode, bool isBridge)
    {
        var isBlock = _code.DecodesFirst(point);
        if (isBridge) point.BridgeHeat = 0;
        else point.Heat = 0;
        if (point.Entries.Count >= VersionsPerEntry) return null;
        var table = _code.Table;
        return _code.Translate(point, new RegionPlan(table.Code, table.History, Hart, _timing, pc, vector, mode, isBridge, isBlock), _exactAlignment);
    }
}
