using System.Diagnostics;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The translator for pipelines that reach many states, and for banks that several masters share: its regions look up what a
/// block costs (<see cref="TimedBlock"/>). When a region asks for a bank, the hart's turn ends; after the grant it
/// continues in a region that begins with the access. In between, the pipeline's state is a number and is not yet in the
/// interpreter's pipeline; <see cref="Materialise"/> puts it there.
/// </summary>
internal sealed class PacedTranslator : IEngine
{
    /// <summary>Number of states of blocks at which everything is discarded: a bound on memory, seldom reached.</summary>
    private const int StateLimit = 200_000;

    /// <summary>Delay in cycles from which grants are so rare that their timing is computed each time.</summary>
    private const int LongestDelay = 64;

    /// <summary>Cycles after which counts are added up, before a half word of <see cref="StallCounts"/> could overflow.</summary>
    private const ulong MostUncounted = 1 << 30;

    private readonly IStepper _interpreter;
    private readonly PipelineTiming _timing;
    private readonly HartCode _code;
    private readonly Frame _frame;
    private readonly Pacing _pacing;
    private readonly bool _exactAlignment;

    // Instructions that translated code has retired and that are not counted yet: one cycle of Issue each.
    private ulong _retired, _countedAt;

    // The block after which the hart has asked for a bank, its time there, and the grant when it has one.
    private TimedBlock? _asked;
    private ulong _askedTime;
    private TimedGrant? _grant;

    // How floating point is translated. Only instructions that the interpreter executes change it, except for the first inexact result.
    private FloatMode _mode;

    /// <summary>Makes an engine.</summary>
    /// <param name="interpreter">Executes what is not translated; drives the same hart and pipeline.</param>
    /// <param name="timing">The pipeline's block timing.</param>
    /// <param name="code">The code the hart sees.</param>
    /// <param name="hasBanks">True if accesses to banks must be granted.</param>
    public PacedTranslator(IStepper interpreter, PipelineTiming timing, HartCode code, bool hasBanks)
    {
        _interpreter = interpreter;
        Hart = interpreter.Hart;
        _timing = timing;
        _code = code;
        _frame = new Frame(interpreter.Hart);
        _pacing = hasBanks ? Pacing.Banks : Pacing.Lookup;
        _exactAlignment = hasBanks || timing.MisalignedCosts;
    }

    /// <inheritdoc/>
    public Hart Hart { get; }

    /// <inheritdoc/>
    public CauseCounters Causes
    {
        get
        {
            CountUp();
            return _interpreter.Causes;
        }
    }

    /// <inheritdoc/>
    public IProbe? Probe
    {
        get => _interpreter.Probe;
        set => _interpreter.Probe = value;
    }

    /// <inheritdoc/>
    public void Grant(ulong time, Cause cause)
    {
        if (_asked is null)
        {
            _timing.Settle();
            _interpreter.Grant(time, cause);
            return;
        }

        _grant = GrantOf(_asked, time - (_askedTime + (ulong)_asked.RequestDelay));
        Hart.Pending.IsGranted = true;
        Hart.Time = _askedTime + (ulong)_grant.At.Cycles;
    }

    /// <inheritdoc/>
    public void Idle(ulong time, Cause cause)
    {
        Materialise();
        _timing.Settle();
        _interpreter.Idle(time, cause);
    }

    /// <inheritdoc/>
    public void Settle()
    {
        Materialise();
        _timing.Settle();
        if (Hart.Pending.IsActive || Hart.FloatSide is { IsActive: true } || _timing.StallVector() is not (>= 0 and var vector)) return;

        // The state that no longer matters must not depend on how much of the code was translated.
        if (_timing.ComparesAddresses) _timing.SaveAddresses(_frame.Addresses);
        _timing.Continue(vector, _timing.Time);
        if (_timing.ComparesAddresses) _timing.LoadAddresses(_frame.Addresses);
    }

    /// <summary>Puts the state of a hart that waits for a bank into its pipeline.</summary>
    private void Materialise()
    {
        CountUp();
        if (_asked is not { } asked) return;
        var isGranted = _grant is not null;
        (_asked, _grant) = (null, null);
        _timing.ContinueAt(asked.AfterStallVector, _askedTime, asked.Node.Banked.Ask!.Value, Hart.Pending.Address, _frame.Addresses);
        if (isGranted) _interpreter.Grant(Hart.Pending.Time, Cause.BankConflict);
    }

    /// <inheritdoc/>
    public StopReason Run(in RunWindow window)
    {
        if (_asked is not null)
        {
            if (Hart.Time >= window.Until || Hart.Retired >= Hart.BreakAt) return StopReason.Limit;
            if (FindGranted() is { } block)
            {
                // Harts that share banks do not yield.
                var (exit, _) = RunRegions(block, Hart.Time, window);
                if (exit == ExitKind.Bank) return StopReason.NeedsTurn;
            }

            Materialise();
        }

        if (!_interpreter.IsUndisturbed)
        {
            _timing.Settle();
            return _interpreter.Run(window);
        }

        var stop = RunUndisturbed(window);
        if (_asked is null) Hart.Time = _timing.Time;
        return stop;
    }

    private StopReason RunUndisturbed(in RunWindow window)
    {
        var hart = Hart;
        while (_timing.Time < window.Until && hart.Retired < hart.BreakAt)
        {
            var isInterrupted = false;
            if (!hart.Pending.IsActive && !hart.IsInterrupted && hart.FloatSide is not { IsActive: true } && FindHere() is { } block)
            {
                var (exit, yields) = RunRegions(block, _timing.Time, window);
                if (exit == ExitKind.Bank) return StopReason.NeedsTurn;
                isInterrupted = exit == ExitKind.Interpret;
                if (yields) return StopReason.Yielded;
            }

            if (Interpret(window, isInterrupted) is { } stop) return stop;
        }

        return StopReason.Limit;
    }

    /// <summary>Interprets one instruction, and more until control is transferred unless <paramref name="one"/>.</summary>
    private StopReason? Interpret(in RunWindow window, bool one)
    {
        _timing.Settle();
        var hart = Hart;
        do
        {
            if (_timing.Time >= window.Until || hart.Retired >= hart.BreakAt) return null;
            var pc = hart.Pc;
            var stop = _interpreter.Step(window);
            if (stop is not null) return stop;
            one |= hart.Pc - pc > 4;
        }
        while (!one);

        return null;
    }

    /// <summary>
    /// Runs a region and those its exits lead to, until one asks for a bank or needs the interpreter, the fuel is used up,
    /// or the hart yields. Returns the last exit's kind, and true if the hart yields there.
    /// </summary>
    private (ExitKind Exit, bool Yields) RunRegions(TimedBlock block, ulong time, in RunWindow window)
    {
        // Every instruction takes at least one cycle, so a limit of instructions is also a limit of cycles.
        var budget = (int)Math.Min(Math.Min(window.Until - time, Hart.BreakAt - Hart.Retired), MostUncounted);
        var yieldAt = window.YieldAt(time, budget);
        if (_mode == FloatMode.Exact) _mode = FloatModes.Of(Hart);
        var fuel = budget;
        Debug.Assert(budget is >= 0 and < TimedBlock.Untimed, "no fuel suffices for a block that has not been timed");
        while (true)
        {
            // The region may have been discarded since the block was found: because of what it has shown, or to make room.
            if ((block.Cycles == TimedBlock.Untimed && !TryTime(block)) || block.Region.Code is not { } code)
                return (Leave(block, null, time + (ulong)(budget - fuel)), false);
            _frame.At = block;
            var index = code(_frame, fuel, yieldAt, 0);
            block = _frame.At;
            fuel = _frame.Fuel;
            Debug.Assert(block.Region.Code == code, "a method passes on the blocks of its own region alone");
            var now = time + (ulong)(budget - fuel);
            if (index == PacedCompiler.AsksForBank)
            {
                Ask(block, now);
                return (ExitKind.Bank, false);
            }

            var exit = block.Region.Exits[index];
            if (exit.Kind == ExitKind.Fuel && block.Cycles == TimedBlock.Untimed) continue;
            if (exit.Kind == ExitKind.Fuel) return (LeaveBegun(block, fuel, now), false);
            if (exit.Kind == ExitKind.Interpret) return (Leave(block, exit, now), false);
            var pc = exit.Kind == ExitKind.Indirect ? _frame.Target : exit.Pc;
            if (exit.Kind == ExitKind.Indirect && HartCode.IsLesson(block.Region, exit)) _code.Learn(block.Region, exit, pc);
            var yields = fuel <= yieldAt && (exit.Kind == ExitKind.Indirect ? pc <= exit.Pc : exit.IsBackward);
            var next = fuel <= 0 || yields ? null : Next(block, exit, pc);
            if (next is null)
            {
                LeaveTo(pc, exit.IsRedirected ? block.RedirectedStallVector : block.AfterStallVector, now);
                return (exit.Kind, yields);
            }

            block = next;
        }
    }

    /// <summary>The hart has asked for the bank of an address, and waits.</summary>
    private void Ask(TimedBlock block, ulong now)
    {
        var hart = Hart;
        Retire(block.EndPc);
        hart.Time = now;
        hart.Pending.IsActive = true;
        hart.Pending.IsGranted = false;
        hart.Pending.Address = _frame.Target;
        hart.Pending.Time = now + (ulong)block.RequestDelay;
        (_asked, _askedTime, _grant) = (block, now, null);
        if (now - _countedAt > MostUncounted) CountUp();
    }

    private void Retire(uint pc)
    {
        Hart.Pc = pc;
        Hart.Retired += _frame.Retired;
        _retired += _frame.Retired;
        _frame.Retired = 0;
    }

    /// <summary>Leaves before an instruction of a block, so that the interpreter executes it: at the block's entry if there is no exit.</summary>
    private ExitKind Leave(TimedBlock block, RegionExit? exit, ulong now)
    {
        if (exit is not null && HartCode.IsLesson(block.Region, exit)) _code.Learn(block.Region, exit, exit.Pc);
        LeaveAt(block, exit?.Instruction ?? 0, now);
        return ExitKind.Interpret;
    }

    /// <summary>Executes those instructions of a block that begin within the fuel, which does not suffice for all. Without it, a turn that ends soon would be interpreted.</summary>
    private ExitKind LeaveBegun(TimedBlock block, int fuel, ulong now)
    {
        var node = block.Node;
        var most = node.Transfers ? node.Block.Length - 1 : node.Block.Length;
        if (block.Cycles == TimedBlock.Untimed || most <= 0)
        {
            LeaveAt(block, 0, now);
            return ExitKind.Fuel;
        }

        var before = BeforeOf(block);
        var begun = 0;
        while (begun < most && before[begun].Cycles < fuel) begun++;
        node.Decoded ??= new DecodedBlock(node, Hart.Space.Memories, Hart.Features, _exactAlignment, _timing.ComparesAddresses);
        LeaveAt(block, node.Decoded.Execute(_frame, begun, block.PendingAddresses, out _), now);
        return ExitKind.Fuel;
    }

    /// <summary>Leaves a block of which some instructions are executed.</summary>
    private void LeaveAt(TimedBlock block, int executed, ulong now)
    {
        var vector = block.StallVector;
        if (executed != 0)
        {
            ref readonly var before = ref BeforeOf(block)[executed];
            (vector, now) = (before.StallVector, now + (ulong)before.Cycles);
            _frame.Stalls.Add(before.Stalls);
            _frame.Retired += (ulong)executed;
        }

        LeaveTo(block.Node.AddressOf(executed), vector, now, isWaiting: block.Node.Banked.IsGranted && executed == 0);
    }

    private TimePoint[] BeforeOf(TimedBlock block) => block.Before ??= _timing.Plan(block.StallVector, block.Node.Banked).Before;

    private void LeaveTo(uint pc, int vector, ulong now, bool isWaiting = false)
    {
        Retire(pc);
        if (!isWaiting) Hart.Pending = default;
        CountUp();
        (_asked, _grant) = (null, null);
        if (!_timing.ComparesAddresses)
        {
            _timing.GoAhead(vector, now);
            return;
        }

        _timing.Continue(vector, now);
        _timing.LoadAddresses(_frame.Addresses);
    }

    private void CountUp()
    {
        var causes = _interpreter.Causes;
        causes.Add(Cause.Issue, _retired);
        _frame.Stalls.MoveTo(causes);
        (_retired, _countedAt) = (0, Hart.Time);
    }

    /// <summary>The block that follows a block that left its region.</summary>
    private TimedBlock? Next(TimedBlock block, RegionExit exit, uint pc)
    {
        var vector = exit.IsRedirected ? block.RedirectedStallVector : block.AfterStallVector;
        if (exit.Kind == ExitKind.Indirect && block.Region is { IsValid: true, IsHot: false } && block.Region.Nodes.FirstOrDefault(n => n.Pc == pc && !n.Banked.IsGranted) is { } node)
        {
            (block.RedirectedPc, block.RedirectedNext) = (pc, StateOf(block.Region, node, vector));
            return block.RedirectedNext;
        }

        var next = exit.Kind == ExitKind.Indirect ? null : exit.IsRedirected ? block.RedirectedNext : block.AfterNext;
        if (next is not null && next.Region is { IsValid: true, IsHot: false } && next.Region.Suits(_mode)) return next;
        if (FindRegion(pc, RegionPlan.Arrived, counts: true) is not { } region) return null;
        next = StateOf(region, region.Nodes[0], vector);
        if (exit.Kind == ExitKind.Indirect) return next;
        if (exit.IsRedirected) block.RedirectedNext = next;
        else block.AfterNext = next;
        return next;
    }

    private TimedBlock? FindHere()
    {
        _mode = FloatModes.Of(Hart);
        if (FindRegion(Hart.Pc, RegionPlan.Arrived, counts: true) is not { } region) return null;
        var vector = _timing.StallVector();
        if (vector < 0) return null;
        if (_timing.ComparesAddresses) _timing.SaveAddresses(_frame.Addresses);
        return StateOf(region, region.Nodes[0], vector);
    }

    /// <summary>The block that begins with the access that now has its bank; null if the interpreter continues.</summary>
    private TimedBlock? FindGranted()
    {
        if (_grant is not { } grant || Hart.IsInterrupted) return null;
        var next = grant.Next;
        if (next is null || next.Region is not { IsValid: true, IsHot: false } || !next.Region.Suits(_mode))
        {
            if (grant.At.StallVector < 0 || FindRegion(Hart.Pc, RegionPlan.Granted, counts: true) is not { } region) return null;
            grant.Next = next = StateOf(region, region.Nodes[0], grant.At.StallVector);
        }

        if (grant.HasStalls) _frame.Stalls.Add(grant.At.Stalls);
        (_asked, _grant) = (null, null);
        return next;
    }

    private TimedGrant GrantOf(TimedBlock asked, ulong delay)
    {
        var grants = asked.Grants;
        if (delay < (ulong)grants.Length && grants[delay] is { } known) return known;
        var grant = new TimedGrant(_timing.Grant(asked.AfterStallVector, asked.Node.Banked.Ask!.Value, delay));
        if (delay >= LongestDelay) return grant;
        if (delay >= (ulong)grants.Length) Array.Resize(ref asked.Grants, (int)delay + 4);
        asked.Grants[delay] = grant;
        return grant;
    }

    private TimedBlock StateOf(CodeRegion region, Node node, int vector)
    {
        if (node.States.TryGetValue(vector, out var state)) return state;
        state = new TimedBlock(region, node, vector, _timing.PendingAddresses(vector));
        node.States.Add(vector, state);
        _code.Table.States++;
        return state;
    }

    /// <summary>Finds what a block costs in a state; false if only the interpreter can tell.</summary>
    private bool TryTime(TimedBlock block)
    {
        if (block.IsInterpreted || _timing.IsFull) return false;
        var node = block.Node;
        var plan = _timing.Plan(block.StallVector, node.Banked);
        block.IsInterpreted = plan.After.Stalls.AnyFrom(TimedBlock.StallWords) || plan.Redirected.Stalls.AnyFrom(TimedBlock.StallWords);
        if (block.IsInterpreted) return false;
        var mustJump = node.Transfers && node.Last.Shape != Shape.Branch;

        // A request belongs to the instruction after the block, which must not begin after the fuel is used up.
        block.SetTiming(plan, least: mustJump ? plan.Redirected.Cycles : node.Banked.Ask is null ? plan.After.Cycles : plan.After.Cycles + 1);
        if (node.Sequel is { } sequel) block.AfterNext = StateOf(block.Region, sequel, block.AfterStallVector);
        if (node.Redirect is { } redirect) block.RedirectedNext = StateOf(block.Region, redirect, block.RedirectedStallVector);
        return true;
    }

    /// <summary>The region at an address, translated now if it has become hot; null if the interpreter continues.</summary>
    private CodeRegion? FindRegion(uint pc, int state, bool counts)
    {
        if (_code.PointAt(pc) is not { } point) return null;
        if (point.Find(state, _mode, isBridge: false) is { } known)
        {
            if (!known.Region.IsHot) return known.Region;
            _code.Discard(point, known.Region);
            counts = true;
        }

        if (!counts || ++point.Heat <= _code.ThresholdOf(point)) return null;
        var isBlock = _pacing == Pacing.Lookup && _code.DecodesFirst(point);
        point.Heat = 0;
        var table = _code.Table;
        if (table.States > StateLimit) table.Clear();
        var plan = new RegionPlan(table.Code, table.History, Hart, _timing, pc, state, _mode, isBridge: false, isBlock, _pacing);
        return _code.Translate(point, plan, _exactAlignment)?.Region;
    }
}
