using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Pipelines;

/// <content>Formats, streams and repetition: slices of the FPU, lanes and their ports, configuration accesses, nests.</content>
internal static partial class DecoupledCycle
{
    private const int AllLanes = 31, LaneCount = 3;

    /// <summary>What the lanes ask their ports for, and what they are granted.</summary>
    private struct LaneRequests
    {
        public LaneRequest First, Second, Third;

        public readonly LaneRequest this[int lane] => lane switch { 0 => First, 1 => Second, _ => Third };
    }

    private static byte SliceTag(DecoupledState s, int slice) => (byte)(s.NonComputational >> 8 * slice);

    /// <summary>Which slice of the unit for moves and comparisons offers its result: one of six inputs, of which three are in use.</summary>
    private static void DecideSlice(DecoupledState s, ref Decisions d)
    {
        if (s.NonComputational == 0) return;
        d.Slices = (SliceTag(s, 0) != 0 ? 1u : 0) | (SliceTag(s, 1) != 0 ? 2u : 0) | (SliceTag(s, 2) != 0 ? 4u : 0);
        d.Slice = RoundRobin.Winner(d.Slices, s.Slices.Pointer, 3);
    }

    /// <summary>False while a result goes to a lane whose FIFO is full, or to a reading lane that has no element.</summary>
    private static bool TakesResult(DecoupledState s, byte tag) =>
        (tag & ResultTag.Stream) != ResultTag.Stream || s.Lanes[ResultTag.Register(tag)].IsReady;

    /// <summary>True if all streams that the instruction reads have an element.</summary>
    private static bool HaveElements(DecoupledState s, in Offload o)
    {
        for (var lane = 0; lane < LaneCount; lane++)
        {
            if ((o.FloatSources >> lane & 1) != 0 && !s.Lanes[lane].IsReady) return false;
        }

        return true;
    }

    private static void DecideRepetition(DecoupledState s, ref Decisions d)
    {
        d.IsRepeated = s.Sequencer.IsRepeated;
        var (distance, mask) = s.Sequencer.Stagger;
        if (distance != 0) d.Candidate = s.Side!.Stagger(d.Candidate, distance, mask);
    }

    /// <summary>A configuration access executes at the head of the request register, if the last response has left and, for a write, its lanes' shadows are free.</summary>
    private static void DecideStreamAccess(DecoupledState s, ref Decisions d, in Offload o)
    {
        if (s.StreamResponses.Count != 0 && !(d.ResponseGranted && d.ResponseWinner == 3)) return;
        d.WritesStream = o.Kind == OffloadKind.StreamWrite;
        d.AccessesStream = !d.WritesStream || AllTake(s, o.Word & AllLanes);
    }

    private static bool AllTake(DecoupledState s, uint lane)
    {
        for (var n = 0; n < LaneCount; n++)
        {
            if ((lane == AllLanes || lane == n) && !s.Lanes[n].TakesWrite) return false;
        }

        return true;
    }

    /// <summary>The first port goes to lane 0 or the core in turn; lanes 1 and 2 have their own.</summary>
    private static void DecidePorts(DecoupledState s, ref Decisions d)
    {
        d.CoreAsks = d.PortGranted;
        if (s.LanesMove)
        {
            d.Lanes.First = s.Lanes[0].Request(out _);
            d.Lanes.Second = s.Lanes[1].Request(out _);
            d.Lanes.Third = s.Lanes[2].Request(out _);
        }

        d.IsRefused = s.Refusal?.Refuses(s.Time, 0) ?? false;
        d.PortRequests = s.Port.Seen((d.Lanes.First != LaneRequest.None ? 1u : 0) | (d.CoreAsks ? 2u : 0));
        var winner = d.PortRequests == 0 ? NoWinner : RoundRobin.Winner(d.PortRequests, s.Port.Pointer, 1);
        d.PortGranted = winner == 1 && d.CoreAsks && !d.IsRefused;
        if (winner != 0 || d.IsRefused) d.Lanes.First = LaneRequest.None;
        if (s.Refusal is null) return;
        if (s.Refusal.Refuses(s.Time, 1)) d.Lanes.Second = LaneRequest.None;
        if (s.Refusal.Refuses(s.Time, 2)) d.Lanes.Third = LaneRequest.None;
    }

    /// <summary>The lanes' registers, if any of them moves or is used.</summary>
    private static void MoveLanes(DecoupledState s, in Decisions d)
    {
        var used = d.IssuesFloat && s.AreStreamsOn && d.Candidate.Kind != OffloadKind.StreamSwitch ? d.Candidate.FloatSources & 7 : 0;
        var given = d.WritesFloat && (d.FloatResult & ResultTag.Stream) == ResultTag.Stream ? ResultTag.Register(d.FloatResult) : NoWinner;
        ExecuteStreamRead(s, d);
        if (!s.LanesMove && used == 0 && given < 0 && !d.WritesStream) return;

        // What is taken in this cycle is read before the registers move.
        s.Taken = (s.Lanes[0].Element, s.Lanes[1].Element, s.Lanes[2].Element);
        var value = 0UL;
        if (given >= 0)
        {
            var results = s.StreamResults[ResultQueue((OffloadKind)d.FloatWinner, d.Slice)];
            value = results.Head;
            if (d.FloatGranted)
            {
                results.Pop();
                s.Streamed--;
                s.Side!.WriteFloat(given, value);
            }
        }

        s.LanesMove = false;
        for (var n = 0; n < LaneCount; n++)
        {
            var write = (-1, 0u);
            if (d.WritesStream && (s.Offloads.Head.Word & AllLanes) is var lane && (lane == n || lane == AllLanes)) write = ((int)(s.Offloads.Head.Word >> 5 & 31), s.Offloads.Head.Operand);
            s.Lanes[n].End(d.Lanes[n], (used >> n & 1) != 0 || given == n, given == n ? value : 0, write, s.Side!);
            s.LanesMove |= !s.Lanes[n].IsQuiet;
        }

        if (s.LanesMove) s.Moves++;
    }

    private static void ExecuteStreamRead(DecoupledState s, in Decisions d)
    {
        if (!d.AccessesStream || d.WritesStream) return;
        ref readonly var o = ref s.Offloads.Head;
        var lane = o.Word & AllLanes;
        s.Side!.Write(ResultTag.Register(o.Tag), lane < LaneCount ? s.Lanes[lane].Read((int)(o.Word >> 5 & 31)) : 0);
    }

    /// <summary>Executes a deferred instruction; the tag says if its result goes to a stream as well.</summary>
    private static (byte Tag, byte Flags) Execute(DecoupledState s, in Offload o)
    {
        var (result, flags) = s.Side!.Execute(o, s.Taken, s.AreStreamsOn);
        var isStreamed = s.AreStreamsOn && (o.Tag & ResultTag.Float) != 0 && ResultTag.Register(o.Tag) < LaneCount && o.Kind < OffloadKind.FloatLoad;
        if (!isStreamed) return (o.Tag, (byte)flags);
        s.StreamResults[ResultQueue(o.Kind, o.Slice)].Push(result);
        s.Streamed++;
        return ((byte)(o.Tag | ResultTag.Stream), (byte)flags);
    }

    /// <summary>A unit's queue of results for lanes: each unit, and each slice, keeps its order.</summary>
    private static int ResultQueue(OffloadKind unit, int slice) => unit == OffloadKind.NonComputational ? 5 + slice : (int)unit;

    private static void MoveSequencer(DecoupledState s, in Decisions d)
    {
        SequencerLoop? taken = null;
        if (d.TakesLoop)
        {
            ref readonly var o = ref s.Offloads.Head;
            taken = new SequencerLoop
            {
                LastOfBody = Xfrep.LastOfBody((int)o.Word),
                StaggerMaximum = Xfrep.StaggerMaximum((int)o.Word),
                StaggerMask = Xfrep.StaggerMask((int)o.Word),
                LastIteration = (int)(o.Operand & 0xffff),
            };
            s.Busy--;
        }

        var issues = d.IssuesFloat && d.FromSequencer;
        if (!issues && !d.EntersSequencer && taken is null) return;

        // Entries are freed from the oldest on.
        var freed = s.Sequencer.End(issues, d.EntersSequencer, d.EntersSequencer ? s.Offloads.Head : default, taken, out var unusual);
        s.Busy -= freed;
        s.Unusual -= unusual;
    }

    /// <summary>Results clear their registers; those of streams never wait.</summary>
    private static void EndFloatScoreboard(DecoupledState s, in Decisions d)
    {
        s.FloatScoreboard &= ~d.FloatClears;
        if (d.WereStreamsOn) s.FloatScoreboard &= ~7u;
    }
}
