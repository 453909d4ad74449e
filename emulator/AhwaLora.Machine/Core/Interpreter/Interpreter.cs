using System.Runtime.CompilerServices;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Interpreter;

/// <summary>
/// Executes one instruction after another, each as its row says: the oracle that the translator is checked against.
/// It is specialised on the pipeline, and on whether anything must be checked or watched (<see cref="IChecks"/>), so that
/// an undisturbed run has no such tests.
/// </summary>
public sealed unsafe partial class Interpreter<TPipeline> : IEngine, IStepper
    where TPipeline : struct, IPipeline
{
    private readonly TPipeline _pipeline;
    private readonly CodeCache[] _caches;
    private readonly IEnvironment _environment;
    private CodeCache _code;
    private IProbe? _probe;

    /// <summary>Makes an engine for <paramref name="hart"/>.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="pipeline">Its clock.</param>
    /// <param name="causes">Where that clock counts cycles by cause.</param>
    /// <param name="caches">Decoded code of each memory the hart sees.</param>
    /// <param name="environment">Host calls.</param>
    public Interpreter(Hart hart, TPipeline pipeline, CauseCounters causes, IEnumerable<CodeCache> caches, IEnvironment environment)
    {
        Hart = hart;
        _pipeline = pipeline;
        Causes = causes;
        _caches = [.. caches];
        _code = _caches[0];
        _environment = environment;
    }

    /// <inheritdoc/>
    public Hart Hart { get; }

    /// <inheritdoc/>
    public CauseCounters Causes { get; }

    /// <inheritdoc/>
    public IProbe? Probe
    {
        get => _probe;
        set
        {
            _probe = value;
            if (Side is not null) Side.Probe = value;
        }
    }

    /// <summary>The FP side of a hart with streams or repetition; null for other harts.</summary>
    internal FloatSide? Side { get; init; }

    /// <summary>The cost of instruction fetches; null if they are free.</summary>
    public FetchModel? Fetch { get; init; }

    /// <summary>True if banks are arbitrated cycle by cycle.</summary>
    public bool HasExactContention { get; init; }

    /// <inheritdoc/>
    public void Grant(ulong time, Cause cause)
    {
        _pipeline.Grant(time, cause);
        Hart.Pending.IsGranted = true;
        Hart.Time = _pipeline.Time;
    }

    /// <inheritdoc/>
    public void Idle(ulong time, Cause cause)
    {
        _pipeline.Idle(time, cause);
        Hart.Time = _pipeline.Time;
    }

    /// <inheritdoc/>
    public StopReason Run(in RunWindow window)
    {
        var stop = IsChecked ? Run<Checked>(window) : Run<Unchecked>(window);
        Hart.Time = _pipeline.Time;
        return stop;
    }

    /// <inheritdoc/>
    bool IStepper.IsUndisturbed => !IsChecked;

    /// <inheritdoc/>
    StopReason? IStepper.Step(in RunWindow window)
    {
        if (Hart.HasPendingInterrupt && !Hart.Pending.IsActive) TakeInterrupt();
        return Step<Unchecked>(window);
    }

    private bool IsChecked => Probe is not null || Fetch is not null || Hart.Features.HasPmp || CsrFile.HasTriggers(Hart);

    private StopReason Run<TChecks>(in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        while (_pipeline.Time < window.Until && hart.Retired < hart.BreakAt)
        {
            if (hart.HasPendingInterrupt && !hart.Pending.IsActive) TakeInterrupt();
            if (Step<TChecks>(window) is { } stop) return stop;
        }

        return StopReason.Limit;
    }

    private void TakeInterrupt()
    {
        var pc = Hart.Pc;
        if (!Traps.TakeInterrupt(Hart)) return;
        _pipeline.Trap(interrupt: true);
        Probe?.Trapped(Hart, pc);
    }

    /// <summary>Executes the instruction at pc. Returns null if the run goes on with the next one.</summary>
    private StopReason? Step<TChecks>(in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var pc = hart.Pc;
        if (TChecks.Enabled && FiresAt(pc)) return Trap(TrapCause.Breakpoint, pc) ?? StopReason.Limit;
        if (!_code.Memory.Contains(pc, 2) && !SelectCode(pc)) return Trap(TrapCause.InstructionAccess, pc);
        ref readonly var i = ref _code.Fetch(pc);

        // Memory ends inside the instruction: mtval is the address of the inaccessible part.
        if (i.Row is null) return Trap(TrapCause.InstructionAccess, pc + 2);
        if (TChecks.Enabled && CheckFetch(pc, i) is { } stop) return stop;
        if (Side is not null && !IsReady(i)) return Hang();

        var x = hart.X;
        uint a, b;
        var next = pc + i.Length;
        switch (i.Shape)
        {
            case Shape.Binary:
                (a, b) = (x[i.Rs1], x[i.Rs2]);
                _pipeline.Issue(i, a, b, default);
                Write(x, i.Rd, ((delegate*<uint, uint, uint>)i.Entry)(a, b));
                break;
            case Shape.Immediate:
                a = x[i.Rs1];
                _pipeline.Issue(i, a, 0, default);
                Write(x, i.Rd, ((delegate*<uint, uint, uint>)i.Entry)(a, (uint)i.Imm));
                break;
            case Shape.Unary:
                a = x[i.Rs1];
                _pipeline.Issue(i, a, 0, default);
                Write(x, i.Rd, ((delegate*<uint, uint>)i.Entry)(a));
                break;
            case Shape.Upper:
                _pipeline.Issue(i, 0, 0, default);
                Write(x, i.Rd, ((delegate*<uint, uint, uint>)i.Entry)(pc, (uint)i.Imm));
                break;
            case Shape.Branch:
                (a, b) = (x[i.Rs1], x[i.Rs2]);
                var taken = ((delegate*<uint, uint, bool>)i.Entry)(a, b);
                var target = pc + (uint)i.Imm;
                if (taken && IsMisalignedTarget(target)) return Trap(TrapCause.InstructionMisaligned, target);
                _pipeline.Issue(i, a, b, default);
                return GoTo<TChecks>(i, taken ? target : next, taken, window);
            case Shape.Jump:
            case Shape.JumpRegister:
                var destination = i.Shape == Shape.Jump ? pc + (uint)i.Imm : (x[i.Rs1] + (uint)i.Imm) & ~1u;
                if (IsMisalignedTarget(destination)) return Trap(TrapCause.InstructionMisaligned, destination);
                _pipeline.Issue(i, 0, 0, default);
                Write(x, i.Rd, next);
                return GoTo<TChecks>(i, destination, redirected: true, window);
            case Shape.Load:
                return LoadOrStore<TChecks>(i, x[i.Rs1], 0, window);
            case Shape.Store:
                var store = i; // A copy: it may overwrite itself, and so drop what it was decoded to.
                return LoadOrStore<TChecks>(store, x[i.Rs1], FloatOperations.Moved(hart, i.Rs2), window);
            case Shape.WideLoad:
                return LoadOrStore<TChecks>(i, x[i.Rs1], 0, window);
            case Shape.WideStore:
                var wideStore = i;
                return LoadOrStore<TChecks>(wideStore, x[i.Rs1], hart.F.Bits[i.Rs2 - Registers.F0], window);
            case Shape.StreamWrite or Shape.StreamRead or Shape.StreamStop or Shape.Repeat:
                if (!Control(i)) return Trap(TrapCause.IllegalInstruction, i.Word);
                break;
            case Shape.LoadReserved or Shape.StoreConditional or Shape.Atomic:
                return Atomic<TChecks>(i, x[i.Rs1], x[i.Rs2], window);
            case Shape.Float1 or Shape.Float2 or Shape.Float3 or Shape.FloatCompare or Shape.FloatUnary or Shape.FloatBinary or Shape.FloatMove or Shape.Wide:
                if (!Float<TChecks>(i)) return Trap(TrapCause.IllegalInstruction, i.Word);
                break;
            default:
                return System<TChecks>(i, window);
        }

        return Retire<TChecks>(i, next, redirected: false);
    }

    /// <summary>Writes an x register; x0 stays 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(uint[] x, int register, uint value)
    {
        x[register] = value;
        x[0] = 0;
    }

    /// <summary>Retires a branch or jump; a backward one may end the window.</summary>
    private StopReason? GoTo<TChecks>(in Instruction i, uint next, bool redirected, in RunWindow window)
        where TChecks : struct, IChecks
    {
        var isBackward = next <= Hart.Pc;
        return Retire<TChecks>(i, next, redirected) ?? (isBackward && _pipeline.Time >= window.Yield ? StopReason.Yielded : null);
    }

    private StopReason? Retire<TChecks>(in Instruction i, uint next, bool redirected)
        where TChecks : struct, IChecks
    {
        if (Side is { IsHung: true }) return Hang();
        var pc = Complete(i, next, redirected);
        if (TChecks.Enabled) Probe?.Retired(Hart, pc, i);
        return null;
    }

    /// <summary>Completes the instruction at pc, which it returns, and goes to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Complete(in Instruction i, uint next, bool redirected)
    {
        var pc = Hart.Pc;
        Hart.Pc = next;
        Hart.Retired++;
        _pipeline.Complete(i, redirected);
        return pc;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private StopReason? Trap(TrapCause cause, uint tval)
    {
        var pc = Hart.Pc;
        Hart.Pending = default;
        Traps.TakeException(Hart, cause, tval);
        _pipeline.Trap(interrupt: false);
        Probe?.Trapped(Hart, pc);
        return Hart.State == HartState.Stuck ? StopReason.Waiting : null;
    }

    private bool IsMisalignedTarget(uint target) => (target & (Hart.Features.InstructionAlignment - 1)) != 0;

    private bool SelectCode(uint pc)
    {
        foreach (var cache in _caches)
        {
            if (!cache.Memory.Contains(pc, 2)) continue;
            _code = cache;
            return true;
        }

        return false;
    }

    /// <summary>Floating-point arithmetic; false if FS is off or the rounding mode is reserved.</summary>
    private bool Float<TChecks>(in Instruction i)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        if ((hart.Mstatus & MstatusBits.Fs) == 0) return false;
        var rm = FloatOperations.RoundingModeOf(hart, i);
        if (i.Row.IsRounded && !RoundingMode.IsValid(rm)) return false;

        // For an instruction without an x register among its sources this is any word.
        var x = hart.X[i.Rs1 & 31];
        if (Side is { IsActive: true })
        {
            Defer(i, x, 0, rm);
            return true;
        }

        _pipeline.Issue(i, FloatOperations.Single(hart, i.Rs1, x), FloatOperations.Single(hart, i.Rs2, 0), default);
        var raised = FloatOperations.Execute(hart, i, x, rm);
        if (raised == 0) return true;
        if (Side is { IsTimed: true }) Side.RaiseLater(raised);
        else hart.Fflags |= raised;
        if (TChecks.Enabled) Probe?.Raised(hart, raised);
        return true;
    }

    /// <summary>Waits until the FP side has written the x registers that an instruction names; false if it never will.</summary>
    private bool IsReady(in Instruction i)
    {
        if (Side!.IsActive) Side.Await(i);
        return !Side.IsHung;
    }

    /// <summary>Hands an instruction to the FP side, which executes it when it issues it.</summary>
    private void Defer(in Instruction i, uint a, uint b, uint rm)
    {
        Side!.BeginDeferral(rm);
        _pipeline.Issue(i, a, b, default);
        if (!Side.IsTimed) Side.Hand(i, a, b, 0);
        Side.EndDeferral();
    }

    /// <summary>Instructions for streams and repetition; false on a hart that has no FP side of its own.</summary>
    private bool Control(in Instruction i)
    {
        if (Side is null) return false;
        Defer(i, Hart.X[i.Rs1], Hart.X[i.Rs2], 0);
        return true;
    }

    /// <summary>The hart waits for what will never come: a stream without a job, or an FP side that has stopped.</summary>
    private StopReason Hang()
    {
        Hart.State = HartState.Hung;
        return StopReason.Waiting;
    }
}
