using System.Numerics;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>What the integer core does with the instruction at its head.</summary>
internal enum HeadKind : byte
{
    /// <summary>There is no instruction: the core waits.</summary>
    None,

    /// <summary>Executes it in this cycle.</summary>
    Execute,

    /// <summary>Sends a load.</summary>
    Load,

    /// <summary>Sends a store.</summary>
    Store,

    /// <summary>Waits for memory.</summary>
    Fence,

    /// <summary>Passes it to the FP subsystem or to the multiplier and divider.</summary>
    Offload,
}

/// <summary>The instruction at the integer core's head.</summary>
internal struct Head
{
    public HeadKind Kind;

    /// <summary>x registers that must not wait for a result.</summary>
    public uint Registers;

    /// <summary>True if it writes a register in the cycle in which it issues, so that no result from outside can be written in that cycle.</summary>
    public bool HoldsWritePort;

    /// <summary>True while its access needs a grant and has none.</summary>
    public bool NeedsGrant;

    /// <summary>An access's place in the address queue.</summary>
    public uint Granule;

    public MemoryRequest Access;
    public Offload Offload;
}

/// <summary>How a cycle ended for the instruction at the head.</summary>
internal enum CycleEnd
{
    Stalled,
    Issued,

    /// <summary>It would issue if it had its grant; the cycle has not been simulated.</summary>
    NeedsGrant,
}

/// <summary>
/// One cycle of the Snitch core complex: first what each part decides from the current registers, then the new values
/// of the registers. Names in comments are those of docs/timing.md.
/// </summary>
internal static partial class DecoupledCycle
{
    private const int AddMultiplyBit = 1 << (int)OffloadKind.AddMultiply, DivideSqrtBit = 1 << (int)OffloadKind.DivideSqrt;
    private const int NonComputationalBit = 1 << (int)OffloadKind.NonComputational, ConvertBit = 1 << (int)OffloadKind.Convert;
    private const int DotProductBit = 1 << (int)OffloadKind.DotProduct, DotProductStages = 3;
    private const int ProductBit = 1, QuotientBit = 2, FloatResponseBit = 1, IntegerResponseBit = 2, StreamResponseBit = 8, IntegerPortBit = 1, FloatPortBit = 2;
    private const int NoWinner = -1;

    /// <summary>What the parts decide in one cycle.</summary>
    private struct Decisions
    {
        public bool TakesIntegerResponse, TakesResult;
        public uint FloatOutputs, IntegerUnits, Responses, Ports;
        public int FloatWinner, IntegerWinner, ResponseWinner, PortWinner;
        public byte FloatResult;
        public bool FloatGranted, IntegerGranted, PortGranted, ResponseGranted;
        public bool TakesMemory, WritesFloat;
        public bool IssuesFloat, FromSequencer, EntersSequencer, StartsInteger;

        // Of several formats, streams and repetition.
        public int Slice;
        public uint Slices, FloatClears, PortRequests;
        public bool WereStreamsOn, CoreAsks, IsRefused, TakesLoop, AccessesStream, WritesStream, IsRepeated;
        public Offload Candidate;
        public LaneRequests Lanes;
    }

    /// <summary>Simulates cycle <see cref="DecoupledState.Time"/>, which the caller ends afterwards.</summary>
    public static CycleEnd Step(DecoupledState s, in Head head)
    {
        if (s.LandedFlags != 0) ShowFlags(s);
        var isReady = head.Kind != HeadKind.None && (s.Scoreboard & head.Registers) == 0;
        var issues = isReady && IsAccepted(s, head);
        if (!isReady && head.Kind != HeadKind.None) s.StallCause = s.ScoreboardCauses[BitOperations.TrailingZeroCount(s.Scoreboard & head.Registers)];
        if (s.Busy != 0 || s.LanesMove)
        {
            Decisions d = default;
            d.WereStreamsOn = s.AreStreamsOn;
            DecideWriteBack(s, ref d, isReady && head.HoldsWritePort);
            DecideMemory(s, ref d);
            DecidePorts(s, ref d);
            DecideFloatIssue(s, ref d);

            // The address queue has room in the cycle in which its oldest entry leaves.
            if (issues && IsFloatAccess(head) && !s.AddressQueue.HasRoom && !(d.TakesMemory && s.InFlight.Head is { IsFloat: true, IsRepeated: false }))
            {
                s.StallCause = Cause.FpuStructural;
                issues = false;
            }

            if (issues && head.NeedsGrant) return CycleEnd.NeedsGrant;
            MoveMemory(s, ref d);
            MoveLanes(s, d);
            MoveUnits(s, ref d);
            MoveOffloads(s, d);
            EndFloatScoreboard(s, d);
        }
        else if (issues && head.NeedsGrant)
        {
            return CycleEnd.NeedsGrant;
        }

        if (!issues) return CycleEnd.Stalled;
        if (head.Kind >= HeadKind.Load && head.Kind != HeadKind.Fence) Send(s, head);
        return CycleEnd.Issued;
    }

    private static bool IsFloatAccess(in Head head) => head.Kind == HeadKind.Offload && head.Offload.Kind is OffloadKind.FloatLoad or OffloadKind.FloatStore;

    /// <summary>True if the receiver of the instruction can take it.</summary>
    private static bool IsAccepted(DecoupledState s, in Head head)
    {
        switch (head.Kind)
        {
            case HeadKind.Load or HeadKind.Store:
                s.StallCause = Cause.FpuStructural;
                return s.IntegerRequests.HasRoom
                    && s.IntegerAccesses < s.Timing.OutstandingAccesses
                    && !HitsAddressQueue(s, head);
            case HeadKind.Fence:
                s.StallCause = Cause.Csr;
                return s.IntegerAccesses == 0 && s.AddressQueue.Count == 0;
            case HeadKind.Offload:
                if (s.Offloads.HasRoom) return true;
                s.StallCause = s.Offloads.Head.Kind == OffloadKind.Divide ? Cause.Division : Cause.FpuStructural;
                return false;
            default:
                return true;
        }
    }

    /// <summary>A load waits for FP stores to its granule; a store waits for all FP accesses to its granule.</summary>
    private static bool HitsAddressQueue(DecoupledState s, in Head head)
    {
        for (var n = 0; n < s.AddressQueue.Count; n++)
        {
            var entry = s.AddressQueue[n];
            if (entry >> 1 == head.Granule && (head.Kind == HeadKind.Store || (entry & 1) != 0)) return true;
        }

        return false;
    }

    /// <summary>Who writes the x registers, and which unit's output the FPU, the multiplier and divider, and the response register take.</summary>
    private static void DecideWriteBack(DecoupledState s, ref Decisions d, bool isPortHeld)
    {
        // There is one write port. Priority: the instruction that issues, then a load, then a result. A store's response needs no port.
        var hasLoad = s.IntegerResponses.Count != 0 && s.IntegerResponses.Head != ResultTag.Nowhere;
        d.TakesIntegerResponse = s.IntegerResponses.Count != 0 && !(hasLoad && isPortHeld);
        d.TakesResult = !isPortHeld && !hasLoad && s.Results.Count != 0;

        d.FloatWinner = d.IntegerWinner = d.ResponseWinner = NoWinner;
        DecideSlice(s, ref d);
        d.FloatOutputs = FloatOutputs(s);

        // A result that has asked for the response register keeps asking: no result for an f register overtakes it.
        if ((s.Responses.Held & FloatResponseBit) != 0) d.FloatOutputs &= IntegerOutputs(s, d.Slice);
        if (d.FloatOutputs != 0)
        {
            d.FloatWinner = RoundRobin.Winner(d.FloatOutputs, s.FloatOutput.Pointer, 3);
            d.FloatResult = Output(s, (OffloadKind)d.FloatWinner, d.Slice);
        }

        var isFloatResponse = (d.FloatResult & ResultTag.Integer) != 0;
        d.WritesFloat = (d.FloatResult & ResultTag.Float) != 0;
        d.IntegerUnits = s.IntegerUnits.Seen((s.Product != 0 ? ProductBit : 0u) | (s.Quotient != 0 && s.QuotientTime <= s.Time ? QuotientBit : 0u));
        if (d.IntegerUnits != 0) d.IntegerWinner = RoundRobin.Winner(d.IntegerUnits, s.IntegerUnits.Pointer, 1);
        d.Responses = s.Responses.Seen((isFloatResponse ? FloatResponseBit : 0u) | (d.IntegerUnits != 0 ? IntegerResponseBit : 0u) | (s.StreamResponses.Count != 0 ? StreamResponseBit : 0u));
        if (d.Responses != 0) d.ResponseWinner = RoundRobin.Winner(d.Responses, s.Responses.Pointer, 2);
        d.ResponseGranted = d.Responses != 0 && s.Results.HasRoom;
        d.IntegerGranted = d.ResponseGranted && d.ResponseWinner == 1;
        d.FloatGranted = (d.WritesFloat && TakesResult(s, d.FloatResult)) || (isFloatResponse && d.ResponseGranted && d.ResponseWinner == 0);
    }

    private static uint FloatOutputs(DecoupledState s) =>
        (Last(s.AddMultiply, s.Timing.FloatAddMultiplyStages) != 0 ? AddMultiplyBit : 0u)
        | (s.FloatDivision != 0 && s.FloatDivisionTime <= s.Time ? DivideSqrtBit : 0u)
        | (s.NonComputational != 0 ? NonComputationalBit : 0u)
        | (Last(s.Conversions, s.Timing.FloatConvertStages) != 0 ? ConvertBit : 0u)
        | (Last(s.DotProducts, DotProductStages) != 0 ? DotProductBit : 0u);

    /// <summary>The FPU's units whose oldest result is for an x register.</summary>
    private static uint IntegerOutputs(DecoupledState s, int slice) =>
        ((SliceTag(s, slice) & ResultTag.Integer) != 0 ? NonComputationalBit : 0u)
        | ((Last(s.Conversions, s.Timing.FloatConvertStages) & ResultTag.Integer) != 0 ? ConvertBit : 0u);

    private static byte Output(DecoupledState s, OffloadKind unit, int slice) => unit switch
    {
        OffloadKind.AddMultiply => Last(s.AddMultiply, s.Timing.FloatAddMultiplyStages),
        OffloadKind.DivideSqrt => s.FloatDivision,
        OffloadKind.NonComputational => SliceTag(s, slice),
        OffloadKind.DotProduct => Last(s.DotProducts, DotProductStages),
        _ => Last(s.Conversions, s.Timing.FloatConvertStages),
    };

    /// <summary>The oldest response, if its receiver has room, and the next request: integer and FP in turn, at most four in flight.</summary>
    private static void DecideMemory(DecoupledState s, ref Decisions d)
    {
        if (s.InFlight.Count != 0 && s.InFlight.Head.Time <= s.Time)
        {
            ref readonly var oldest = ref s.InFlight.Head;
            d.TakesMemory = oldest.IsFloat ? oldest.Tag == ResultTag.Nowhere || !d.WritesFloat : s.IntegerResponses.HasRoom;
        }

        d.Ports = s.MemoryPort.Seen((s.IntegerRequests.Count != 0 ? IntegerPortBit : 0u) | (s.FloatRequests.Count != 0 ? FloatPortBit : 0u));
        if (d.Ports == 0) return;
        d.PortWinner = RoundRobin.Winner(d.Ports, s.MemoryPort.Pointer, 1);
        d.PortGranted = s.InFlight.HasRoom && (d.PortWinner == 0 ? s.IntegerRequests : s.FloatRequests).Head.Time <= s.Time;
    }

    /// <summary>What leaves the request register and the sequencer.</summary>
    private static void DecideFloatIssue(DecoupledState s, ref Decisions d)
    {
        var hasOffload = s.Offloads.Count != 0;
        if (hasOffload && s.Offloads.Head.Kind >= OffloadKind.Multiply)
        {
            DecideOther(s, ref d, s.Offloads.Head);
            hasOffload = false;
        }

        if (s.Timing.SequencerEntries == 0)
        {
            d.Candidate = hasOffload ? s.Offloads.Head : default;
            d.IssuesFloat = hasOffload && CanIssueFloat(s, ref d);
            return;
        }

        d.EntersSequencer = hasOffload && !s.Offloads.Head.IsDirect && s.Sequencer.HasRoom;
        d.FromSequencer = s.Sequencer.HasHead;
        if (d.FromSequencer)
        {
            d.Candidate = s.Sequencer.Head;
            if (s.Sequencer.HasNest) DecideRepetition(s, ref d);
        }
        else if (hasOffload && s.Offloads.Head.IsDirect)
        {
            d.Candidate = s.Offloads.Head;
        }
        else
        {
            return;
        }

        d.IssuesFloat = CanIssueFloat(s, ref d);
    }

    /// <summary>What the request register holds for others than the FPU.</summary>
    private static void DecideOther(DecoupledState s, ref Decisions d, in Offload o)
    {
        switch (o.Kind)
        {
            case OffloadKind.Divide: d.StartsInteger = s.Quotient == 0; break;
            case OffloadKind.Multiply: d.StartsInteger = s.Product == 0 || (d.IntegerGranted && d.IntegerWinner == 0); break;
            case OffloadKind.Repeat: d.TakesLoop = s.Sequencer.TakesLoop; break;
            default: DecideStreamAccess(s, ref d, o); break;
        }
    }

    private static bool CanIssueFloat(DecoupledState s, ref Decisions d)
    {
        ref readonly var o = ref d.Candidate;
        if (o.Kind == OffloadKind.StreamSwitch) return true;
        var needed = o.FloatSources | ((o.Tag & ResultTag.Float) != 0 ? 1u << ResultTag.Register(o.Tag) : 0);
        if ((s.FloatScoreboard & needed) != 0 || (s.AreStreamsOn && !HaveElements(s, o))) return false;
        var isGranted = d.FloatGranted && d.FloatWinner == (int)o.Kind;
        return o.Kind switch
        {
            OffloadKind.AddMultiply => isGranted || HasEmptyStage(s.AddMultiply, s.Timing.FloatAddMultiplyStages),
            OffloadKind.Convert => isGranted || HasEmptyStage(s.Conversions, s.Timing.FloatConvertStages),
            OffloadKind.DotProduct => isGranted || HasEmptyStage(s.DotProducts, DotProductStages),
            OffloadKind.NonComputational => (isGranted && d.Slice == o.Slice) || SliceTag(s, o.Slice) == 0,
            OffloadKind.DivideSqrt => s.FloatDivisionInput == 0 || s.FloatDivision == 0 || isGranted,
            OffloadKind.Never => false,
            _ => s.FloatRequests.HasRoom && s.FloatAccesses < s.Timing.OutstandingAccesses,
        };
    }

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
