using System.Numerics;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// Snitch: an integer core of one stage that runs ahead of its FP subsystem, its loads and its divider. Simulated cycle
/// by cycle (<see cref="DecoupledCycle"/>); a read of mcycle sees the integer core's clock.
/// </summary>
public readonly struct DecoupledPipeline(DecoupledState state) : IPipeline
{
    /// <summary>Cycles after which a core in which nothing moves will never move: more than any memory or division takes.</summary>
    private const int LongestWait = 4096;

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
        var head = MakeHead(instruction, a, b, target);
        var (waited, moves) = (0, s.Moves);
        while (true)
        {
            switch (DecoupledCycle.Step(s, head))
            {
                case CycleEnd.Issued:
                    s.IsIssued = true;
                    s.IsGranted = false;
                    return true;
                case CycleEnd.NeedsGrant:
                    // There is one port, and it keeps the order: after a late grant, the next access asks later too.
                    s.AccessTime = Math.Max(s.Time, s.LastGrant) + 1;
                    if (s.LastGrant > s.Time) s.AccessCause = Cause.BankConflict;
                    s.AccessAddress = target.Address;
                    return false;
                default:
                    Charge(s.Time + 1, s.StallCause);
                    if (s.Busy == 1 && !s.LanesMove && (s.Scoreboard & head.Registers) != 0) SkipDivision();
                    if (s.Moves != moves) (waited, moves) = (0, s.Moves);
                    if (++waited <= LongestWait) break;
                    Hang(s);
                    return true;
            }
        }
    }

    /// <summary>
    /// Lets time pass until no x register that the instruction names waits for a result, as <see cref="Issue"/> would: for an engine that
    /// must see the registers before it offers the instruction.
    /// </summary>
    internal void AwaitRegisters(in Instruction i)
    {
        var s = state;
        var registers = ((uint)i.Reads | 1u << i.DestinationField) & ~1u;
        for (var (waited, moves) = (0, s.Moves); (s.Scoreboard & registers) != 0; waited++)
        {
            var cause = s.ScoreboardCauses[BitOperations.TrailingZeroCount(s.Scoreboard & registers)];
            DecoupledCycle.Step(s, default);
            Charge(s.Time + 1, cause);
            if (s.Moves != moves) (waited, moves) = (0, s.Moves);
            if (waited <= LongestWait) continue;
            Hang(s);
            return;
        }
    }

    /// <inheritdoc/>
    public void Grant(ulong time, Cause cause)
    {
        state.IsGranted = true;
        state.LastGrant = time;
        if (time <= state.AccessTime) return;

        // A late grant of a bank delays only the access; a wait for a device stops the whole hart.
        if (cause != Cause.BankConflict) Idle(time - 1, cause);
        state.AccessTime = time;
        state.AccessCause = cause;
    }

    /// <inheritdoc/>
    public void Complete(in Instruction instruction, bool redirected)
    {
        state.IsIssued = false;
        Charge(state.Time + 1, Cause.Issue);
    }

    /// <inheritdoc/>
    public void Trap(bool interrupt)
    {
        var s = state;
        var end = s.Time + (ulong)s.Timing.TrapCycles;
        s.IsGranted = false;
        if (s.IsIssued) Charge(s.Time + 1, Cause.Trap);
        s.IsIssued = false;
        Idle(end, Cause.Trap);
    }

    /// <inheritdoc/>
    public void Idle(ulong time, Cause cause)
    {
        var s = state;
        while (s.Time < time && (s.Busy != 0 || s.LanesMove))
        {
            DecoupledCycle.Step(s, default);
            Charge(s.Time + 1, cause);
        }

        if (s.Time < time) Charge(time, cause);
    }

    /// <summary>Nothing moves any more. Without streams, only the state of a snapshot that was changed by hand can be so.</summary>
    private static void Hang(DecoupledState s)
    {
        if (s.Side is null) throw new InvalidDataException("What the hart waits for is not in flight.");
        s.IsHung = true;
    }

    private void Charge(ulong time, Cause cause)
    {
        state.Causes.Cycles[(int)cause] += time - state.Time;
        state.Time = time;
    }

    /// <summary>True if the head waits and only a division is in progress: nothing changes until it is done.</summary>
    private void SkipDivision()
    {
        var s = state;
        var done = s.Quotient != 0 ? s.QuotientTime : s.FloatDivision != 0 ? s.FloatDivisionTime : 0;
        if (done > s.Time) Charge(done, s.StallCause);
    }

    /// <remarks>The RTL checks bits 11:7 against the integer scoreboard for every instruction, even if they do not name an x register.</remarks>
    private Head MakeHead(in Instruction i, uint a, uint b, in MemoryTarget target)
    {
        var s = state;
        var floatSources = (uint)(i.Reads >> Registers.F0);
        var head = new Head { Kind = HeadKind.Execute, Registers = ((uint)i.Reads | 1u << i.DestinationField) & ~1u };
        switch (i.Row.Unit)
        {
            case Unit.Csr when s.Side is not null && Xssr.IsSwitch(i):
                head.Kind = HeadKind.Offload;
                head.Offload = MakeSwitch(i);
                break;
            case Unit.Alu or Unit.Jump or Unit.Csr:
                head.HoldsWritePort = i.Writes != 0;
                break;
            case Unit.Load or Unit.Store or Unit.Atomic:
                AddAccess(ref head, i, floatSources, target);
                break;
            case Unit.Fence when i.Shape == Shape.Fence:
                head.Kind = HeadKind.Fence;
                break;
            case Unit.Branch or Unit.System or Unit.Fence:
                break;
            default:
                head.Kind = HeadKind.Offload;
                head.Offload = MakeOffload(i, floatSources, a, b);
                break;
        }

        return head;
    }

    private void AddAccess(ref Head head, in Instruction i, uint floatSources, in MemoryTarget target)
    {
        var s = state;
        var isStore = i.Row.Unit == Unit.Store;
        var granted = s.IsGranted ? s.AccessTime : 0;
        var tag = Tag(i.Rd);
        head.NeedsGrant = target.Arbitrated && !s.IsGranted;
        head.Granule = (target.Address + s.DataOffset) >> 3 & 0xffff;
        if (!s.IsGranted) s.AccessCause = Cause.LoadUse;
        if (i.Row.Handover != Handover.None)
        {
            head.Kind = HeadKind.Offload;
            head.Offload = new Offload(floatSources, isStore ? OffloadKind.FloatStore : OffloadKind.FloatLoad, isStore ? ResultTag.Nowhere : tag, 0, IsDirect: false, target.ExtraCycles, granted)
            {
                IsDeferred = s.Defers,
                Word = i.Word,
                Operand = target.Address,
            };
            return;
        }

        head.Kind = isStore ? HeadKind.Store : HeadKind.Load;
        head.Access = new MemoryRequest(granted, target.ExtraCycles, isStore ? ResultTag.Nowhere : tag, IsFloat: false);
    }

    private Offload MakeOffload(in Instruction i, uint floatSources, uint a, uint b)
    {
        var kind = KindOf(i.Row.Unit);
        if (i.Shape == Shape.StreamStop) kind = OffloadKind.Never;
        else if (i.Shape == Shape.StreamRead) kind = OffloadKind.StreamRead;
        var cycles = i.Row.Unit switch
        {
            Unit.Divide => (uint)Math.Max(1, DividerCycles.DecoupledInteger(i.Row.IsSigned, a, b) + 2),
            Unit.FloatDivide or Unit.FloatSquareRoot when i.Row.Format != FloatFormat.Single => DividerCycles.DecoupledInexact,
            Unit.FloatDivide => DividerCycles.DecoupledDivide(a, b),
            Unit.FloatSquareRoot => DividerCycles.DecoupledSquareRoot(a),
            _ => 0u,
        };
        var isControl = i.Row.Unit is Unit.Stream or Unit.Repeat;
        var tag = i.Shape is Shape.StreamStop or Shape.Repeat ? ResultTag.Nowhere : Tag(i.Rd);
        return new Offload(floatSources, kind, tag, (byte)cycles, IsDirect: i.Row.Handover == Handover.Direct, 0, 0)
        {
            Slice = kind == OffloadKind.NonComputational ? (byte)i.Row.Format : (byte)0,
            IsDeferred = isControl || state.Defers,
            Rounding = state.DeferredRounding,
            Word = i.Row.Unit == Unit.Stream ? (uint)i.Imm + b : i.Row.Unit == Unit.Repeat ? (uint)i.Imm : i.Word,
            Operand = a,
        };
    }

    /// <summary>An instruction whose registers a stagger has moved: what does not follow from its word stays.</summary>
    internal static Offload Moved(in Offload offload, in Instruction i) => offload with
    {
        FloatSources = (uint)(i.Reads >> Registers.F0),
        Kind = i.Row.Unit is Unit.Load ? OffloadKind.FloatLoad : i.Row.Unit is Unit.Store ? OffloadKind.FloatStore : i.Shape == Shape.Illegal ? OffloadKind.Never : KindOf(i.Row.Unit),
        Tag = i.Row.Unit is Unit.Store ? ResultTag.Nowhere : Tag(i.Rd),
        Slice = i.Row.Unit == Unit.FloatNonComputational ? (byte)i.Row.Format : (byte)0,
        Word = i.Word,
    };

    /// <summary>The switch of the streams takes part in the FP side's order, past an empty sequencer.</summary>
    private static Offload MakeSwitch(in Instruction i)
    {
        return new Offload(0, OffloadKind.StreamSwitch, ResultTag.Nowhere, 0, IsDirect: true, 0, 0) { IsDeferred = true, Operand = Xssr.NewState(i) };
    }

    private static OffloadKind KindOf(Unit unit) => unit switch
    {
        Unit.Divide => OffloadKind.Divide,
        Unit.FloatDivide or Unit.FloatSquareRoot => OffloadKind.DivideSqrt,
        Unit.FloatAddMultiply => OffloadKind.AddMultiply,
        Unit.FloatConvert => OffloadKind.Convert,
        Unit.FloatNonComputational => OffloadKind.NonComputational,
        Unit.FloatDotProduct => OffloadKind.DotProduct,
        Unit.Stream => OffloadKind.StreamWrite,
        Unit.Repeat => OffloadKind.Repeat,
        _ => OffloadKind.Multiply,
    };

    private static byte Tag(int register) =>
        (byte)(register < Registers.F0 ? ResultTag.Integer | register : ResultTag.Float | (register - Registers.F0));
}
