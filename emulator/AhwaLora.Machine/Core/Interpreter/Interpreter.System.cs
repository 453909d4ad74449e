using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Interpreter;

/// <content>CSR accesses, fences and privileged instructions.</content>
public sealed unsafe partial class Interpreter<TPipeline>
{
    /// <summary>Takes a copy of the instruction: a host call may overwrite the code in memory, which drops the decoded instruction.</summary>
    private StopReason? System<TChecks>(Instruction i, in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var next = hart.Pc + i.Length;
        switch (i.Shape)
        {
            case Shape.Csr or Shape.CsrImmediate:
                return Csr<TChecks>(i, window);

            case Shape.Fence:
                // Other harts must see the accesses before a fence, so the fence waits for its turn if the hart has run ahead.
                if (_pipeline.Time > window.Horizon) return StopReason.NeedsTurn;
                _pipeline.Issue(i, 0, 0, default);
                return Retire<TChecks>(i, next, redirected: false);

            case Shape.FenceI:
                _pipeline.Issue(i, 0, 0, default);
                return Retire<TChecks>(i, next, redirected: false);

            case Shape.Ecall:
                return Trap(hart.Privilege == Privilege.Machine ? TrapCause.EnvironmentCallFromMachine : TrapCause.EnvironmentCallFromUser, 0);

            case Shape.Ebreak:
                if (_pipeline.Time > window.Horizon) return StopReason.NeedsTurn;
                hart.Time = _pipeline.Time;
                if (!_environment.TryHostCall(hart)) return Trap(TrapCause.Breakpoint, hart.Pc);
                _pipeline.Issue(i, 0, 0, default);
                return Retire<TChecks>(i, next, redirected: false) ?? StopReason.Interacted;

            case Shape.Mret when hart.Privilege == Privilege.Machine:
                _pipeline.Issue(i, 0, 0, default);
                var pc = hart.Pc;
                Traps.Return(hart);
                hart.Retired++;
                _pipeline.Complete(i, redirected: true);
                if (TChecks.Enabled) Probe?.Retired(hart, pc, i);
                return null;

            case Shape.Wfi when hart.Privilege == Privilege.Machine || (hart.Mstatus & MstatusBits.Tw) == 0:
                if (_pipeline.Time > window.Horizon) return StopReason.NeedsTurn;
                _pipeline.Issue(i, 0, 0, default);
                Retire<TChecks>(i, next, redirected: false);
                if (hart.HasPendingInterrupt) return null;
                hart.State = HartState.WaitingForInterrupt;
                return StopReason.Waiting;

            default:
                return Trap(TrapCause.IllegalInstruction, i.Word);
        }
    }

    private StopReason? Csr<TChecks>(in Instruction i, in RunWindow window)
        where TChecks : struct, IChecks
    {
        var hart = Hart;
        var csr = (uint)i.Imm;
        var operand = i.Shape == Shape.CsrImmediate ? i.Zimm : hart.X[i.Rs1];
        if (Side is not null && Xssr.IsSwitch(i))
        {
            Defer(i, 0, 0, 0);
            return Retire<TChecks>(i, hart.Pc + i.Length, redirected: false);
        }

        if (csr == CsrMap.Barrier && _pipeline.Time > window.Horizon) return StopReason.NeedsTurn;
        _pipeline.Issue(i, operand, 0, default);
        hart.Time = _pipeline.Time;

        var old = 0u;
        CounterWrite? late = null;
        if (Zicsr.Reads(i) && !CsrFile.TryRead(hart, csr, out old)) return Trap(TrapCause.IllegalInstruction, i.Word);
        if (Zicsr.Writes(i))
        {
            var value = ((delegate*<uint, uint, uint>)i.Entry)(old, operand);
            late = CsrFile.CounterWriteOf(hart, csr, value);
            if (late is null && !CsrFile.TryWrite(hart, csr, value)) return Trap(TrapCause.IllegalInstruction, i.Word);
            if (csr == CsrMap.Region) _environment.MarkRegion(hart, operand);
        }

        Write(hart.X, i.Rd, old);
        var pc = Complete(i, hart.Pc + i.Length, redirected: false);
        if (late is { } write) ApplyCompleted(write);
        if (TChecks.Enabled) Probe?.Retired(hart, pc, i);
        if (csr == CsrMap.Barrier) return ArriveAtBarrier();

        // A write may have enabled something that an unchecked run does not check.
        return !TChecks.Enabled && (CsrFile.HasTriggers(hart) || Probe is not null) ? StopReason.Limit : null;
    }

    /// <summary>A write of a counter takes effect after its instruction has completed (privileged specification, section "Hardware Performance Monitor").</summary>
    private void ApplyCompleted(in CounterWrite write)
    {
        Hart.Time = _pipeline.Time;
        CsrFile.Apply(Hart, write);
    }

    private StopReason? ArriveAtBarrier()
    {
        if (!_environment.ArriveAtBarrier(Hart))
        {
            Hart.State = HartState.WaitingForDevice;
            return StopReason.Waiting;
        }

        Idle(Hart.Time + CsrFile.BarrierCycles, Cause.Barrier);
        return StopReason.Interacted;
    }
}
