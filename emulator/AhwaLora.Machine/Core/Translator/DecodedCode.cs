using System.Diagnostics;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The code of a region that consists of one decoded block, and does what a compiled method does for it (<see cref="RegionCode"/>):
/// for blocks with constant cycles (<see cref="VersionedDecodedCode"/>), and for paced ones (<see cref="PacedDecodedCode"/>).
/// </summary>
internal abstract class DecodedCode
{
    private int[]? _exits;

    /// <summary>Code for the only block of a plan.</summary>
    protected DecodedCode(RegionPlan plan, DecodedBlock block, int compileAfter)
    {
        (Node, Block) = (plan.Nodes[0], block);
        Region = new CodeRegion
        {
            Entries = [(Node.Pc, Node.StallVector)],
            Mode = plan.Mode,
            IsBridge = plan.IsBridge,
            Ranges = plan.Graph.Ranges(),
            Stalls = true,
            Length = block.Count,
            Nodes = plan.IsPaced ? plan.Nodes : [],
            RunsLeft = compileAfter,
            IsDecoded = true,
        };
        Region.Code = Run;
    }

    /// <summary>Decodes the only block of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="hart">A hart that will execute it.</param>
    /// <param name="exactAlignment">True if the interpreter executes misaligned accesses even though they succeed.</param>
    /// <param name="compileAfter">Times that it runs before it is worth compiling.</param>
    public static CodeRegion Decode(RegionPlan plan, Hart hart, bool exactAlignment, int compileAfter)
    {
        var node = plan.Nodes[0];
        var block = node.Decoded = new DecodedBlock(node, hart.Space.Memories, hart.Features, exactAlignment, plan.ComparesAddresses);
        return (plan.IsPaced ? (DecodedCode)new PacedDecodedCode(plan, block, compileAfter) : new VersionedDecodedCode(plan, block, compileAfter)).Region;
    }

    /// <summary>The block's place in the plan.</summary>
    protected Node Node { get; }

    /// <summary>The block.</summary>
    protected DecodedBlock Block { get; }

    /// <summary>The region.</summary>
    protected CodeRegion Region { get; }

    /// <summary>See <see cref="RegionCode"/>.</summary>
    protected abstract int Run(Frame frame, int fuel, int yieldAt, int entry);

    /// <summary>Makes the exit of a kind, before an instruction or after the block.</summary>
    protected abstract RegionExit MakeExit(ExitKind kind, int instruction, bool redirected);

    /// <summary>Index of an exit, which is made when it is first taken.</summary>
    protected int ExitAt(ExitKind kind, int instruction, bool redirected)
    {
        _exits ??= new int[3 * (Block.Count + 1) + 1];
        ref var index = ref _exits[kind is ExitKind.Interpret ? instruction : kind is ExitKind.Fuel ? Block.Count + 1 + instruction : 2 * (Block.Count + 1) + (redirected ? 1 : 0)];
        if (index == 0)
        {
            Region.Exits = [.. Region.Exits, MakeExit(kind, instruction, redirected)];
            index = Region.Exits.Length;
        }

        return index - 1;
    }

    /// <summary>True if the block ends with an indirect jump.</summary>
    protected bool IsIndirect => Node.Transfers && Node.Last.Shape == Shape.JumpRegister;

    /// <summary>Where the block leads to by a direct branch or jump, or in sequence.</summary>
    protected uint Successor(bool redirected) => redirected ? Node.End - Node.Last.Length + (uint)Node.Last.Imm : Node.End;
}

/// <summary>A decoded block with constant cycles.</summary>
internal sealed class VersionedDecodedCode : DecodedCode
{
    private readonly BlockPlan _plan;
    private readonly int _cycles;
    private readonly bool _loops, _hasStalls;

    public VersionedDecodedCode(RegionPlan plan, DecodedBlock block, int compileAfter)
        : base(plan, block, compileAfter)
    {
        _plan = Node.Plan;
        _loops = Node.Transfers && !IsIndirect && !plan.IsBridge && Successor(redirected: true) == Node.Pc && _plan.Redirected.StallVector == Node.StallVector;
        _hasStalls = _plan.Redirected.Stalls.Any;
        _cycles = Node.EntryCycles;
    }

    /// <inheritdoc/>
    protected override int Run(Frame frame, int fuel, int yieldAt, int entry)
    {
        while (true)
        {
            var count = fuel >= _cycles ? Block.Count : Begun(fuel);
            var executed = Block.Execute(frame, count, 0, out var redirected);
            Region.RunsLeft--;
            if (executed < Block.Count) return Leave(frame, fuel, ExitAt(executed == count ? ExitKind.Fuel : ExitKind.Interpret, executed, redirected: false));
            if (!_loops || !redirected) return Leave(frame, fuel, ExitAt(IsIndirect ? ExitKind.Indirect : ExitKind.Jump, executed, redirected));
            if (fuel - _plan.Redirected.Cycles <= Math.Max(yieldAt, 0) || Region.IsHot) return Leave(frame, fuel, ExitAt(ExitKind.Jump, executed, redirected));
            fuel -= _plan.Redirected.Cycles;
            if (_hasStalls) frame.Stalls.Add(_plan.Redirected.Stalls);
        }
    }

    /// <inheritdoc/>
    protected override RegionExit MakeExit(ExitKind kind, int instruction, bool redirected)
    {
        if (kind is ExitKind.Fuel or ExitKind.Interpret)
        {
            var before = _plan.Before[instruction];
            return new RegionExit { Kind = kind, Pc = Node.AddressOf(instruction), Cycles = before.Cycles, Stalls = before.Stalls, StallVector = before.StallVector };
        }

        var at = redirected ? _plan.Redirected : _plan.After;
        var pc = kind == ExitKind.Indirect ? Node.End - Node.Last.Length : Successor(redirected);
        return new RegionExit { Kind = kind, Pc = pc, Cycles = at.Cycles, Stalls = at.Stalls, StallVector = at.StallVector, IsBackward = kind == ExitKind.Jump && pc < Node.End };
    }

    private static int Leave(Frame frame, int fuel, int exit)
    {
        frame.Fuel = fuel;
        return exit;
    }

    /// <summary>The number of instructions that begin within the fuel.</summary>
    private int Begun(int fuel)
    {
        var count = 0;
        while (count < Block.Count && _plan.Before[count].Cycles < fuel) count++;
        return count;
    }
}

/// <summary>A decoded block whose cost is looked up by the pipeline's state.</summary>
internal sealed class PacedDecodedCode : DecodedCode
{
    public PacedDecodedCode(RegionPlan plan, DecodedBlock block, int compileAfter)
        : base(plan, block, compileAfter) => Debug.Assert(plan.Pacing == Pacing.Lookup, "blocks that end at each access to a bank are not decoded");

    /// <inheritdoc/>
    protected override int Run(Frame frame, int fuel, int yieldAt, int entry)
    {
        var at = frame.At!;
        while (true)
        {
            if (fuel < at.Cycles) return Leave(frame, at, fuel, ExitAt(ExitKind.Fuel, 0, redirected: false));
            var executed = Block.Execute(frame, Block.Count, at.PendingAddresses, out var redirected);
            Region.RunsLeft--;
            if (executed < Block.Count) return Leave(frame, at, fuel, ExitAt(ExitKind.Interpret, executed, redirected: false));
            fuel -= Charge(frame, at, redirected);
            frame.Retired += (ulong)Block.Count;
            if (Next(frame, at, fuel, yieldAt, redirected) is not { } next) return Leave(frame, at, fuel, ExitAt(IsIndirect ? ExitKind.Indirect : ExitKind.Jump, executed, redirected));
            at = next;
        }
    }

    /// <inheritdoc/>
    protected override RegionExit MakeExit(ExitKind kind, int instruction, bool redirected)
    {
        var pc = kind switch
        {
            ExitKind.Jump => Successor(redirected),
            ExitKind.Indirect => Node.End - Node.Last.Length,
            _ => Node.AddressOf(instruction),
        };
        return new RegionExit
        {
            Kind = kind,
            Pc = pc,
            Cycles = 0,
            Stalls = default,
            StallVector = 0,
            Instruction = instruction,
            IsRedirected = redirected,
            IsBackward = kind == ExitKind.Jump && pc < Node.End,
        };
    }

    /// <summary>The same block again, if it follows itself and the hart goes on.</summary>
    private TimedBlock? Next(Frame frame, TimedBlock at, int fuel, int yieldAt, bool redirected)
    {
        if (Region.IsHot || fuel <= yieldAt) return null;
        if (!IsIndirect) return redirected ? Node.Redirect is null ? null : at.RedirectedNext : Node.Sequel is null ? null : at.AfterNext;
        return at.RedirectedPc == frame.Target && frame.Target == Node.Pc ? at.RedirectedNext : null;
    }

    private static int Charge(Frame frame, TimedBlock at, bool redirected)
    {
        ref var stalls = ref frame.Stalls;
        if (redirected)
        {
            stalls.AddFirst(at.RedirectedStalls0, at.RedirectedStalls1, at.RedirectedStalls2, at.RedirectedStalls3);
            return at.RedirectedCycles;
        }

        stalls.AddFirst(at.AfterStalls0, at.AfterStalls1, at.AfterStalls2, at.AfterStalls3);
        return at.AfterCycles;
    }

    private static int Leave(Frame frame, TimedBlock at, int fuel, int exit)
    {
        (frame.At, frame.Fuel) = (at, fuel);
        return exit;
    }
}
