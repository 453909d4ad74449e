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
}
