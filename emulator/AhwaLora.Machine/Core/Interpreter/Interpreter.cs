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
    public IProbe? Probe { get; set; }

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
                return LoadOrStore<TChecks>(store, x[i.Rs1], Moved(i.Rs2), window);
            case Shape.WideLoad:
                return LoadOrStore<TChecks>(i, x[i.Rs1], 0, window);
            case Shape.WideStore:
                var wideStore = i;
                return LoadOrStore<TChecks>(wideStore, x[i.Rs1], hart.F.Bits[i.Rs2 - Registers.F0], window);
            case Shape.Wide:
                if (!Wide<TChecks>(i)) return Trap(TrapCause.IllegalInstruction, i.Word);
                break;
            case Shape.LoadReserved or Shape.StoreConditional or Shape.Atomic:
                return Atomic<TChecks>(i, x[i.Rs1], x[i.Rs2], window);
            case Shape.Float1 or Shape.Float2 or Shape.Float3 or Shape.FloatCompare or Shape.FloatUnary or Shape.FloatBinary or Shape.FloatMove:
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
        var pc = Hart.Pc;
        Hart.Pc = next;
        Hart.Retired++;
        _pipeline.Complete(i, redirected);
        if (TChecks.Enabled) Probe?.Retired(Hart, pc, i);
        return null;
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
        var rm = i.Rm == RoundingMode.Dynamic ? hart.Frm : i.Rm;
        var isRounded = i.Shape is Shape.Float1 or Shape.Float2 or Shape.Float3;
        if (isRounded && !RoundingMode.IsValid(rm)) return false;

        var (a, b) = (i.Shape == Shape.FloatMove ? Moved(i.Rs1) : Operand(i.Rs1), Operand(i.Rs2));
        _pipeline.Issue(i, a, b, default);
        var raised = 0u;
        var result = i.Shape switch
        {
            Shape.Float1 => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, rm, ref raised),
            Shape.Float2 => ((delegate*<uint, uint, uint, ref uint, uint>)i.Entry)(a, b, rm, ref raised),
            Shape.Float3 => ((delegate*<uint, uint, uint, uint, ref uint, uint>)i.Entry)(a, b, Operand(i.Rs3), rm, ref raised),
            Shape.FloatCompare => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, b, ref raised),
            Shape.FloatBinary => ((delegate*<uint, uint, uint>)i.Entry)(a, b),
            _ => ((delegate*<uint, uint>)i.Entry)(a),
        };

        if (i.Rd < Registers.F0) Write(hart.X, i.Rd, result);
        else hart.F.SetSingle(i.Rd - Registers.F0, result);

        Raise<TChecks>(i, raised);
        return true;
    }

    /// <summary>Arithmetic on whole registers; false if FS is off or the rounding mode is reserved.</summary>
    private bool Wide<TChecks>(in Instruction i)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        if ((hart.Mstatus & MstatusBits.Fs) == 0 || !TryGetRounding(i, out var rm)) return false;
        var (a, b) = (WideOperand(i.Rs1), WideOperand(i.Rs2));
        _pipeline.Issue(i, (uint)a, (uint)b, default);
        var raised = 0u;
        var result = ((delegate*<ulong, ulong, ulong, uint, ref uint, ulong>)i.Entry)(a, b, WideOperand(i.Rs3), rm, ref raised);
        if (i.Rd < Registers.F0) Write(hart.X, i.Rd, (uint)result);
        else hart.F.SetWide(i.Rd - Registers.F0, result);
        Raise<TChecks>(i, raised);
        return true;
    }

    /// <summary>The mode that an instruction rounds by; false if it is reserved.</summary>
    private bool TryGetRounding(in Instruction i, out uint rm)
    {
        rm = i.Rm == RoundingMode.Dynamic || i.Row.RoundsByFrm ? Hart.Frm : i.Rm;
        return RoundingMode.IsValid(rm) || !i.Row.IsRounded;
    }

    /// <summary>mstatus.FS becomes dirty with the first change of an f register or of fflags.</summary>
    private void Raise<TChecks>(in Instruction i, uint raised)
        where TChecks : struct, IChecks
    {
        if (raised != 0 || i.Rd >= Registers.F0) Hart.Mstatus |= MstatusBits.Fs;
        Hart.Fflags |= raised;
        if (TChecks.Enabled && raised != 0) Probe?.Raised(Hart, raised);
    }

    private ulong WideOperand(int register) => register < Registers.F0 ? Hart.X[register] : Hart.F.Wide(register - Registers.F0);

    private uint Operand(int register) => register < Registers.F0 ? Hart.X[register] : Hart.F.Single(register - Registers.F0);

    private uint Moved(int register) => register < Registers.F0 ? Hart.X[register] : Hart.F.Low(register - Registers.F0);
}
