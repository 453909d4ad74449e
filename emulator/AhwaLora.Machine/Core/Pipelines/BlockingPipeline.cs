using System.Runtime.CompilerServices;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// CV32E40P: four stages in order, IF ID EX WB. An instruction leaves ID when its operands can be forwarded and EX is
/// free; that cycle is its issue. EX is the next cycle, and more cycles if an instruction stays there. The numbers in
/// comments are those of the rules in docs/timing.md.
/// </summary>
public readonly struct BlockingPipeline(BlockingState state) : IPipeline
{
    /// <inheritdoc/>
    public ulong Time => state.Time;

    /// <inheritdoc/>
    public ulong RequestTime => state.AccessTime;

    /// <inheritdoc/>
    public uint RequestAddress => state.AccessAddress;

    /// <inheritdoc/>
    public bool Issue(in Instruction instruction, uint a, uint b, in MemoryTarget target)
    {
        var s = state;
        switch (instruction.Row.Unit)
        {
            case Unit.Alu or Unit.Multiply:
                IssueAlu(s, instruction, 1);
                return true;
            case Unit.Load or Unit.Store or Unit.Atomic:
                return IssueMemory(s, instruction, target);
            case Unit.Branch:
                IssueBranch(s, instruction);
                return true;
            case Unit.Jump:
                IssueJump(s, instruction);
                return true;
            case Unit.MultiplyHigh:
                IssueAlu(s, instruction, (ulong)s.Timing.MultiplyHighCycles, isMulh: true);
                return true;
            case Unit.Divide:
                IssueAlu(s, instruction, DividerCycles.BlockingInteger(instruction.Row.IsSigned, b));
                return true;
            case Unit.FloatAddMultiply or Unit.FloatDotProduct:
                IssueFloat(s, instruction, (ulong)s.Timing.FloatAddMultiplyLatency);
                return true;
            case Unit.FloatNonComputational or Unit.FloatConvert:
                IssueFloat(s, instruction, (ulong)s.Timing.FloatOtherLatency);
                return true;
            case Unit.FloatDivide:
                IssueFloatDivision(s, instruction, DividerCycles.BlockingDivide(a, b));
                return true;
            case Unit.FloatSquareRoot:
                IssueFloatDivision(s, instruction, DividerCycles.BlockingSquareRoot(a));
                return true;
            case Unit.Csr:
                IssueCsr(s, instruction);
                return true;
            default:
                IssueSystem(s, instruction);
                return true;
        }
    }

    /// <inheritdoc/>
    public void Grant(ulong time, Cause cause)
    {
        state.Grants++;
        if (time > state.AccessTime) state.AccessCause = cause;
        state.AccessTime = time;
    }

    /// <inheritdoc/>
    public void Complete(in Instruction instruction, bool redirected)
    {
        var s = state;
        var next = s.Time + 1;
        var entry = redirected || instruction.Shape != Shape.Branch ? s.NextEntry : next;
        s.Causes.Cycles[(int)Cause.Issue]++;
        s.Entered = entry;
        s.Time = next;
        if (entry > next) Charge(s, entry, s.EntryCause);
        if (s.ExecuteEnd > entry) Charge(s, s.ExecuteEnd, s.ExecuteCause);
    }

    /// <inheritdoc/>
    public void Trap(bool interrupt)
    {
        state.Grants = 0;
        Idle(state.Time + (ulong)(interrupt ? state.Timing.InterruptCycles : state.Timing.ExceptionCycles), Cause.Trap);
    }

    /// <inheritdoc/>
    public void Idle(ulong time, Cause cause)
    {
        if (time <= state.Time) return;
        Charge(state, time, cause);
        state.Entered = time;
    }

    private static void IssueAlu(BlockingState s, in Instruction i, ulong cycles, bool isMulh = false)
    {
        AwaitRegister(s, i.Rs1);
        AwaitRegister(s, i.Rs2);
        AwaitRegister(s, i.Rd);
        Execute(s, cycles, Cause.Division, Port.Alu, isMulh: isMulh, hasJalrInId: i.Behind == Shape.JumpRegister);
        SetResult(s, i.Rd, s.ExecuteEnd);
    }

    private static void IssueBranch(BlockingState s, in Instruction i)
    {
        AwaitRegister(s, i.Rs1);
        AwaitRegister(s, i.Rs2);
        Execute(s, 1, Cause.Issue, Port.None);

        // After a taken branch, the instruction that follows it in memory is still in ID. It is not executed, but rule 7 applies to it too.
        var target = s.Time + (ulong)s.Timing.TakenBranchCycles;
        if (i.Behind is Shape.Csr or Shape.CsrImmediate) target = Math.Max(target, s.FloatFree + 1);
        Refill(s, target, Cause.JumpBranch);
    }

    private static bool IssueMemory(BlockingState s, in Instruction i, in MemoryTarget target)
    {
        AwaitRegister(s, i.Rs1);
        AwaitRegister(s, i.Rs2);

        // A load waits for an FP result that is in flight to the same register. Loads return in order anyway.
        if ((s.FloatResults >> i.Rd & 1) != 0) AwaitRegister(s, i.Rd);

        var lastByte = target.Address + (uint)i.Row.Width - 1;
        var isSplit = (target.Address ^ lastByte) >> 2 != 0;
        var cycles = isSplit ? 2UL : 1UL;
        var cause = Cause.MemoryLatency;
        if (target.Arbitrated)
        {
            if (!IsGranted(s, target.Address, lastByte & ~3u, isSplit)) return false;
            cycles = s.AccessTime - s.Time;
            cause = s.AccessCause;
            s.Grants = 0;
        }

        Execute(s, cycles, cause, isSplit ? Port.Misaligned : Port.None);
        s.MemoryReturn = s.ExecuteEnd + 1 + target.ExtraCycles;
        if (i.Row.Unit != Unit.Store) SetResult(s, i.Rd, s.MemoryReturn);
        return true;
    }

    /// <summary>True if every word of the access has its grant. If not, the next word's grant is requested; the first request is in the cycle after ID.</summary>
    private static bool IsGranted(BlockingState s, uint address, uint secondWord, bool isSplit)
    {
        if (s.Grants == (isSplit ? 2 : 1)) return true;
        if (s.Grants == 0)
        {
            s.AccessAddress = address;
            s.AccessTime = s.Time + 1;
            s.AccessCause = Cause.MemoryLatency;
        }
        else if (s.AccessAddress != secondWord)
        {
            s.AccessAddress = secondWord;
            s.AccessTime++;
        }

        return false;
    }

    private static void IssueFloat(BlockingState s, in Instruction i, ulong latency)
    {
        AwaitRegister(s, i.Rs1);
        AwaitRegister(s, i.Rs2);
        AwaitRegister(s, i.Rs3);
        AwaitSecondField(s, i);
        StartFloat(s, i.Rd, latency, takesAluPort: latency >= 2);
    }

    private static void IssueFloatDivision(BlockingState s, in Instruction i, uint cycles)
    {
        AwaitRegister(s, i.Rs1);
        AwaitRegister(s, i.Rs2);
        AwaitSecondField(s, i);
        StartFloat(s, i.Rd, cycles - 1, takesAluPort: true);
    }

    /// <summary>Rule 8: operations of one operand, except the moves, decode the second register field as an operand too.</summary>
    private static void AwaitSecondField(BlockingState s, in Instruction i)
    {
        if (i.Shape is Shape.Float1 or Shape.FloatUnary) AwaitUnused(s, Registers.F0 + i.SecondField);
    }

    /// <summary>Rule 8: the FPU's dispatcher compares its results in flight with every decoded operand field, used or not.</summary>
    private static void AwaitUnused(BlockingState s, int register)
    {
        if ((s.FloatResults >> register & 1) != 0) AwaitRegister(s, register);
    }

    private static void IssueJump(BlockingState s, in Instruction i)
    {
        AwaitRegister(s, i.Rd);

        // The target is read in ID, so it cannot be forwarded from EX. The jump itself does not wait for EX (rule 10).
        var decided = s.Entered;
        var isThroughRegister = i.Shape == Shape.JumpRegister;
        if (isThroughRegister && i.Rs1 != 0)
        {
            AwaitRegister(s, i.Rs1);
            decided = Math.Max(decided, s.Ready[i.Rs1] + 1);
            if (decided > s.Time) Charge(s, decided, Cause.JumpBranch);
        }

        // A jump that leaves ID in the cycle in which it is decided still counts as in ID in the next one, for stalls: a
        // jalr holds FP results back and waits for its own (rule 4), and what has been fetched enters ID when the jump leaves EX.
        var isLeftBehind = decided == s.Time;
        Execute(s, 1, Cause.Issue, Port.Alu, hasJalrInId: isThroughRegister && isLeftBehind);
        var target = decided + (ulong)s.Timing.JumpCycles;
        if (isLeftBehind)
        {
            target = Math.Max(target, s.ExecuteEnd + 1);
            if (isThroughRegister && i.Rd != 0 && i.Rd == i.Rs1) target += (ulong)s.Timing.JumpOverwriteCycles;
        }

        Refill(s, target, Cause.JumpBranch);
        SetResult(s, i.Rd, s.ExecuteEnd);
    }

    private static void IssueCsr(BlockingState s, in Instruction i)
    {
        AwaitRegister(s, i.Rs1);
        AwaitRegister(s, i.Rd);
        if (s.FloatFree > s.Time) Charge(s, s.FloatFree, Cause.Csr);
        Execute(s, 1, Cause.Issue, Port.Alu);
        if (IsSlow(i)) Refill(s, s.Time + (ulong)s.Timing.SlowCsrCycles, Cause.Csr);
        SetResult(s, i.Rd, s.ExecuteEnd);
    }

    /// <summary>True for CSR accesses that flush the pipeline: trap set-up, counters under either name, debug, and writes of frm or fcsr.</summary>
    private static bool IsSlow(in Instruction i) => (uint)i.Imm switch
    {
        CsrMap.Mstatus or CsrMap.Mtvec or CsrMap.Mepc or CsrMap.Mcause => true,
        >= CsrMap.Mcountinhibit and < CsrMap.Mcountinhibit + 32 => true,
        >= CsrMap.Mcycle and < CsrMap.Mcycle + 32 or >= CsrMap.Mcycleh and < CsrMap.Mcycleh + 32 => true,
        >= CsrMap.Cycle and < CsrMap.Cycle + 32 or >= CsrMap.Cycleh and < CsrMap.Cycleh + 32 => true,
        >= 0x7B0 and <= 0x7B3 => true,
        CsrMap.Frm or CsrMap.Fcsr => Zicsr.Writes(i),
        _ => false,
    };

    private static void IssueSystem(BlockingState s, in Instruction i)
    {
        AwaitUnused(s, i.FirstField);
        AwaitUnused(s, i.SecondField);
        Execute(s, 1, Cause.Issue, Port.None);
        if (i.Row.Unit == Unit.Fence) Refill(s, s.Time + (ulong)s.Timing.FenceCycles, Cause.Csr);
        else if (i.Shape == Shape.Mret) Refill(s, s.Time + (ulong)s.Timing.ReturnCycles, Cause.Trap);
    }

    private static void StartFloat(BlockingState s, int destination, ulong latency, bool takesAluPort)
    {
        var execute = Math.Max(s.Time + 1, s.MemoryReturn);

        // Rule 2: only operations of latency 1 follow each other without a gap, and they never follow a longer one without a gap.
        var isPipelined = latency == 1 && !takesAluPort && !s.FloatTakesAluPort;
        if (!isPipelined) execute = Math.Max(execute, s.FloatFree);
        s.NextEntry = s.Time + 1;
        s.ExecuteEnd = execute;
        s.ExecuteCause = Cause.FpuStructural;
        SetResult(s, destination, execute + latency);
        if (latency == 0) return;
        s.FloatFree = execute + latency + 1;
        s.FloatTakesAluPort = takesAluPort;
        s.FloatDestination = destination;
        if (destination != 0) s.FloatResults |= 1UL << destination;
    }

    /// <summary>What an instruction in EX does to the ALU's write port.</summary>
    private enum Port
    {
        /// <summary>Leaves it free.</summary>
        None,

        /// <summary>Writes it in its last cycle.</summary>
        Alu,

        /// <summary>The two halves of a misaligned access keep it closed.</summary>
        Misaligned,
    }

    /// <summary>Puts the instruction into EX for <paramref name="cycles"/>, and longer if the stage after it or the write port is busy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Execute(BlockingState s, ulong cycles, Cause cause, Port port, bool isMulh = false, bool hasJalrInId = false)
    {
        var end = s.Time + cycles;
        s.NextEntry = s.Time + 1;
        s.ExecuteEnd = end;
        s.ExecuteCause = cause;
        if (s.FloatTakesAluPort && s.FloatFree > s.Time + 1 && s.FloatFree <= end + 1) WriteBackFloat(s, port, isMulh, hasJalrInId);
        if (s.MemoryReturn > end) AwaitMemory(s);
    }

    /// <summary>
    /// Rule 9: a long FP result returns while the instruction is in EX. It takes the ALU's write port, and an instruction
    /// that would write in that cycle stays one more. Or the result is held, one cycle at a time, while a misaligned access is in
    /// EX, mulh is past its first cycle, or a memory response or a jalr in ID meets an instruction that writes the port.
    /// </summary>
    private static void WriteBackFloat(BlockingState s, Port port, bool isMulh, bool hasJalrInId)
    {
        var first = s.Time + 1;
        var returned = s.FloatFree - 1;
        while (returned <= s.ExecuteEnd)
        {
            var isParked = port == Port.Misaligned
                || (port == Port.Alu && (hasJalrInId || s.MemoryReturn == returned || (isMulh && returned > first)));
            if (!isParked)
            {
                if (port != Port.Alu || returned != s.ExecuteEnd) break;
                s.ExecuteEnd++;
                s.ExecuteCause = Cause.FpuStructural;
                break;
            }

            returned++;
        }

        s.FloatFree = returned + 1;
        if ((s.FloatResults >> s.FloatDestination & 1) != 0) s.Ready[s.FloatDestination] = returned;
    }

    /// <summary>An instruction does not leave EX before the access in WB has its response.</summary>
    private static void AwaitMemory(BlockingState s)
    {
        s.ExecuteEnd = s.MemoryReturn;
        s.ExecuteCause = Cause.MemoryLatency;
    }

    private static void Refill(BlockingState s, ulong entry, Cause cause)
    {
        s.NextEntry = Math.Max(s.NextEntry, entry);
        s.EntryCause = cause;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetResult(BlockingState s, int register, ulong ready)
    {
        s.Ready[register] = ready;
        s.Ready[0] = 0;
        s.FloatResults &= ~(1UL << register);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AwaitRegister(BlockingState s, int register)
    {
        if (s.Ready[register] > s.Time) Charge(s, s.Ready[register], (s.FloatResults >> register & 1) != 0 ? Cause.FpuDependency : Cause.LoadUse);
    }

    private static void Charge(BlockingState s, ulong time, Cause cause)
    {
        s.Causes.Cycles[(int)cause] += time - s.Time;
        s.Time = time;
    }
}
