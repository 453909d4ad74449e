namespace AhwaLora.Machine.Core.Pipelines;

/// <content>The second half of a cycle: what the first half has decided takes place.</content>
internal static partial class DecoupledCycle
{
    private static void MoveMemory(DecoupledState s, ref Decisions d)
    {
        if (d.TakesIntegerResponse || d.TakesMemory || d.PortGranted) s.Moves++;
        if (d.TakesIntegerResponse)
        {
            var tag = s.IntegerResponses.Head;
            s.IntegerResponses.Pop();
            s.IntegerAccesses--;
            s.Busy--;
            if (tag != ResultTag.Nowhere) s.Scoreboard &= ~(1u << ResultTag.Register(tag));
        }

        if (d.TakesMemory)
        {
            var oldest = s.InFlight.Head;
            s.InFlight.Pop();
            if (!oldest.IsFloat)
            {
                s.IntegerResponses.Push(oldest.Tag);
            }
            else
            {
                if (oldest.IsRepeated) s.Repeated--;
                else s.AddressQueue.Pop();
                s.FloatAccesses--;
                s.Busy--;
                if (oldest.Tag != ResultTag.Nowhere) d.FloatClears |= 1u << ResultTag.Register(oldest.Tag);
            }
        }

        if (d.PortGranted)
        {
            var queue = d.PortWinner == 0 ? s.IntegerRequests : s.FloatRequests;
            s.InFlight.Push(queue.Head with { Time = s.Time + 1 + queue.Head.ExtraCycles });
            queue.Pop();
        }

        s.MemoryPort.End(d.Ports, d.PortGranted);
        if (d.PortRequests != 0) s.Port.End(d.PortRequests, !d.IsRefused);
    }

    private static void MoveUnits(DecoupledState s, ref Decisions d)
    {
        if (d.TakesResult)
        {
            s.Scoreboard &= ~(1u << s.Results.Head);
            s.Moves++;
            s.Results.Pop();
            s.Busy--;
        }

        if (d.ResponseGranted) s.Results.Push((byte)ResultTag.Register(Response(s, d)));
        if (d.ResponseGranted && d.ResponseWinner == 3) s.StreamResponses.Pop();
        s.Responses.End(d.Responses, d.ResponseGranted);
        s.IntegerUnits.End(d.IntegerUnits, d.IntegerGranted);
        if (d.IntegerGranted && d.IntegerWinner == 0) s.Product = 0;
        if (d.IntegerGranted && d.IntegerWinner == 1) s.Quotient = 0;

        if (d.FloatGranted) TakeFloatResult(s, ref d);
        Advance(ref s.AddMultiply, ref s.AddMultiplyFlags, s.Timing.FloatAddMultiplyStages);
        Advance(ref s.Conversions, ref s.ConversionFlags, s.Timing.FloatConvertStages);
        Advance(ref s.DotProducts, ref s.DotProductFlags, DotProductStages);
        if (s.FloatDivisionInput == 0 || s.FloatDivision != 0) return;
        s.FloatDivision = s.FloatDivisionInput;
        (s.DivisionFlags, s.DivisionInputFlags) = (s.DivisionInputFlags, 0);
        s.FloatDivisionTime = s.Time + s.FloatDivisionLatency - 1;
        s.FloatDivisionInput = 0;
    }

    private static byte Response(DecoupledState s, in Decisions d) => d.ResponseWinner switch
    {
        0 => d.FloatResult,
        1 => d.IntegerWinner == 0 ? s.Product : s.Quotient,
        _ => s.StreamResponses.Head,
    };

    private static void TakeFloatResult(DecoupledState s, ref Decisions d)
    {
        if (d.WritesFloat)
        {
            d.FloatClears |= 1u << ResultTag.Register(d.FloatResult);
            s.Busy--;
        }

        s.Moves++;
        s.FloatOutput.Pointer = RoundRobin.Next(d.FloatOutputs, s.FloatOutput.Pointer);
        switch ((OffloadKind)d.FloatWinner)
        {
            case OffloadKind.AddMultiply: Take(s, ref s.AddMultiply, ref s.AddMultiplyFlags, s.Timing.FloatAddMultiplyStages - 1); break;
            case OffloadKind.DivideSqrt:
                s.FloatDivision = 0;
                (s.LandedFlags, s.DivisionFlags) = (s.DivisionFlags, 0);
                break;
            case OffloadKind.DotProduct: Take(s, ref s.DotProducts, ref s.DotProductFlags, DotProductStages - 1); break;
            case OffloadKind.NonComputational:
                Take(s, ref s.NonComputational, ref s.NonComputationalFlags, d.Slice);
                s.Slices.Pointer = RoundRobin.Next(d.Slices, s.Slices.Pointer);
                break;
            default: Take(s, ref s.Conversions, ref s.ConversionFlags, s.Timing.FloatConvertStages - 1); break;
        }
    }

    private static void MoveOffloads(DecoupledState s, in Decisions d)
    {
        if (d.StartsInteger)
        {
            ref readonly var o = ref s.Offloads.Head;
            if (o.Kind == OffloadKind.Multiply)
            {
                s.Product = o.Tag;
            }
            else
            {
                s.Quotient = o.Tag;
                s.QuotientTime = s.Time + o.Latency;
            }
        }

        if (d.IssuesFloat) StartFloat(s, d);
        if (d.AccessesStream) s.StreamResponses.Push(s.Offloads.Head.Tag);
        MoveSequencer(s, d);
        if (!d.StartsInteger && !d.EntersSequencer && !d.AccessesStream && !d.TakesLoop && (!d.IssuesFloat || d.FromSequencer)) return;
        s.Moves++;
        if (!d.EntersSequencer && !s.Offloads.Head.IsPlain) s.Unusual--;
        s.Offloads.Pop();
    }

    private static void StartFloat(DecoupledState s, in Decisions d)
    {
        ref readonly var o = ref d.Candidate;
        s.Moves++;
        if (d.FromSequencer) s.Busy++;
        if (o.Kind == OffloadKind.StreamSwitch)
        {
            s.AreStreamsOn = (o.Operand >> (s.AreStreamsOn ? 1 : 0) & 1) != 0;
            s.Busy--;
            return;
        }

        var (tag, flags) = o.IsDeferred ? Execute(s, o) : (o.Tag, o.Flags);
        if ((tag & ResultTag.Float) != 0) s.FloatScoreboard |= 1u << ResultTag.Register(tag);
        switch (o.Kind)
        {
            case OffloadKind.AddMultiply:
                s.AddMultiply |= tag;
                s.AddMultiplyFlags |= flags;
                break;
            case OffloadKind.Convert:
                s.Conversions |= tag;
                s.ConversionFlags |= flags;
                break;
            case OffloadKind.DotProduct:
                s.DotProducts |= tag;
                s.DotProductFlags |= flags;
                break;
            case OffloadKind.NonComputational:
                s.NonComputational |= (uint)tag << 8 * o.Slice;
                s.NonComputationalFlags |= (uint)flags << 8 * o.Slice;
                break;
            case OffloadKind.DivideSqrt:
                s.FloatDivisionInput = tag;
                s.DivisionInputFlags = flags;
                s.FloatDivisionLatency = o.Latency;
                break;
            default:
                s.FloatRequests.Push(new MemoryRequest(o.Granted, o.ExtraCycles, tag, IsFloat: true) { IsRepeated = d.IsRepeated });
                s.FloatAccesses++;
                if (d.IsRepeated) s.Repeated++;
                break;
        }
    }

    /// <summary>The instruction leaves the integer core.</summary>
    private static void Send(DecoupledState s, in Head head)
    {
        s.Busy++;
        var tag = head.Kind == HeadKind.Offload ? head.Offload.Tag : head.Access.Tag;
        if (head.Kind == HeadKind.Offload)
        {
            s.Offloads.Push(head.Offload);
            if (!head.Offload.IsPlain) s.Unusual++;
            if (IsFloatAccess(head)) s.AddressQueue.Push(head.Granule << 1 | (head.Offload.Kind == OffloadKind.FloatStore ? 1u : 0));
        }
        else
        {
            s.IntegerRequests.Push(head.Access);
            s.IntegerAccesses++;
        }

        if ((tag & ResultTag.Integer) == 0) return;
        var register = ResultTag.Register(tag);
        if (register == 0) return;
        s.Scoreboard |= 1u << register;
        s.ScoreboardCauses[register] = head.Kind == HeadKind.Load ? s.AccessCause
            : head.Offload.Kind == OffloadKind.Divide ? Cause.Division
            : Cause.FpuDependency;
    }

    private static byte Last(uint pipe, int stages) => (byte)(pipe >> 8 * (stages - 1));

    private static bool HasEmptyStage(uint pipe, int stages) =>
        (pipe & 0xff) == 0 || (stages > 1 && (pipe & 0xff00) == 0) || (stages > 2 && (pipe & 0xff_0000) == 0);

    /// <summary>Every stage moves on if the next one has room; after that the first is empty, unless all are full.</summary>
    private static void Advance(ref uint pipe, ref uint flags, int stages)
    {
        if (pipe == 0 || stages == 1) return;
        if (Last(pipe, stages) == 0)
        {
            pipe <<= 8;
            flags <<= 8;
        }
        else if (stages == 3 && (pipe & 0xff00) == 0)
        {
            pipe = (pipe & 0xff_0000) | (pipe & 0xff) << 8;
            flags = (flags & 0xff_0000) | (flags & 0xff) << 8;
        }
    }

    /// <summary>A result leaves its place, and its flags land.</summary>
    private static void Take(DecoupledState s, ref uint pipe, ref uint flags, int place)
    {
        var mask = 0xffu << 8 * place;
        s.LandedFlags = (byte)((flags & mask) >> 8 * place);
        pipe &= ~mask;
        flags &= ~mask;
    }

    /// <summary>A csrr sees flags from the cycle after the one in which the result has left the FPU.</summary>
    private static void ShowFlags(DecoupledState s)
    {
        s.Side!.Raise(s.LandedFlags);
        s.LandedFlags = 0;
    }
}
