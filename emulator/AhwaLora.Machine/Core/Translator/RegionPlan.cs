using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>A block of a region for one entry state of the pipeline.</summary>
internal sealed class Node
{
    /// <summary>Address of its first instruction.</summary>
    public required uint Pc { get; init; }

    /// <summary>Stall vector it is entered with.</summary>
    public required int StallVector { get; init; }

    /// <summary>Its instructions; a branch or jump is the last.</summary>
    public required Instruction[] Block { get; init; }

    /// <summary>For each instruction, the numbers of the memories that a load or store may access, the most probable one first.</summary>
    public required int[][] Memories { get; init; }

    /// <summary>Its timing; null if the timing is found while it runs.</summary>
    public required BlockPlan? Timing { get; init; }

    /// <summary>Its timing, which must be known in advance.</summary>
    public BlockPlan Plan => Timing!;

    /// <summary>The accesses of it that the banks arbitrate.</summary>
    public BankedBlock Banked { get; init; }

    /// <summary>The memory whose bank the access after the block asks for.</summary>
    public int AskedMemory { get; init; }

    /// <summary>Its number in its region.</summary>
    public int Index { get; init; }

    /// <summary>The nodes that follow it in the same region: in sequence, and if its branch or jump is taken.</summary>
    public Node? Sequel { get; set; }

    /// <inheritdoc cref="Sequel"/>
    public Node? Redirect { get; set; }

    /// <summary>The states in which it has been entered, if it is paced.</summary>
    public Dictionary<int, TimedBlock> States { get; } = [];

    /// <summary>Its last instruction.</summary>
    public Instruction Last => Block[^1];

    /// <summary>True if it ends with a branch or jump.</summary>
    public bool Transfers => Block.Length != 0 && Banked.Ask is null && Last.Shape is Shape.Branch or Shape.Jump or Shape.JumpRegister;

    /// <summary>Address after it.</summary>
    public uint End => AddressOf(Block.Length);

    /// <summary>Address of an instruction of it, or of the one after it.</summary>
    public uint AddressOf(int instruction)
    {
        var pc = Pc;
        for (var k = 0; k < instruction; k++) pc += Block[k].Length;
        return pc;
    }

    /// <summary>Its instructions, ready to be executed one after the other; made when that is first needed.</summary>
    public DecodedBlock? Decoded { get; set; }

    /// <summary>Cycles charged on entry: to its end in sequence, or to its end by its jump.</summary>
    public int EntryCycles => Last.Shape is Shape.Jump or Shape.JumpRegister ? Plan.Redirected.Cycles : Plan.After.Cycles;
}

/// <summary>How the blocks of a region are timed.</summary>
internal enum Pacing : byte
{
    /// <summary>One copy for each stall vector, with constant cycles: for pipelines that have few of them.</summary>
    Versions,

    /// <summary>One copy, whose costs are looked up by the pipeline's state (<see cref="TimedBlock"/>).</summary>
    Lookup,

    /// <summary>As <see cref="Lookup"/>, but the region is left at each access to a bank, because another master may have the bank in that cycle.</summary>
    Banks,
}

/// <summary>The plan of a region: the nodes reachable from an entry, up to the largest size of a region.</summary>
internal sealed class RegionPlan
{
    /// <summary>The largest number of guest instructions of a region, without and with the copies for different stall vectors.</summary>
    private const int MaxInstructions = 200, MaxCopies = 600;

    // Null for a block alone, which is planned often, and needs no search.
    private readonly Dictionary<(uint Pc, int StallVector), Node>? _nodes;
    private readonly HashSet<(uint Pc, int StallVector)>? _loops;
    private readonly BranchHistory _history;
    private readonly Hart _hart;

    /// <summary>Used in place of a stall vector in a paced region: Granted for an access that has its grant of a bank, Arrived for any other state.</summary>
    public const int Arrived = 0, Granted = 1;

    /// <summary>Plans the region at <paramref name="entry"/>.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="history">What past runs of the code have shown.</param>
    /// <param name="hart">The hart that will execute it; its registers show which memories are probably used.</param>
    /// <param name="timing">Its timing.</param>
    /// <param name="entry">First instruction.</param>
    /// <param name="vector">Stall vector there.</param>
    /// <param name="mode">How floating point is translated.</param>
    /// <param name="isBridge">True for the rest of a block, with a test of the fuel before each instruction.</param>
    /// <param name="isBlock">True for the first block alone.</param>
    /// <param name="pacing">How its blocks are timed.</param>
    public RegionPlan(CodeCache code, BranchHistory history, Hart hart, PipelineTiming timing, uint entry, int vector, FloatMode mode, bool isBridge, bool isBlock, Pacing pacing = Pacing.Versions)
    {
        (_history, _hart, Pacing) = (history, hart, pacing);
        ComparesAddresses = timing.ComparesAddresses;
        IsBridge = isBridge;
        IsBlock = isBlock;
        Entry = entry;
        StallVector = vector;
        var meetsFloat = false;
        Graph = new CodeGraph(code, entry, MaxInstructions, isBridge || isBlock, history.TargetsOf, i =>
        {
            meetsFloat |= i.Row.IsFloat;
            return IsTranslated(i, timing, mode);
        });
        Mode = meetsFloat ? mode : FloatMode.Any;
        if (Graph.IsStraight)
        {
            PlanBlock(timing);
            return;
        }

        var (nodes, loops) = (_nodes = [], _loops = []);
        var copies = 0;
        var open = new Stack<(uint Pc, int StallVector)>([(entry, vector)]);
        while (open.TryPop(out var at))
        {
            if (nodes.ContainsKey(at) || copies >= MaxCopies || !Graph.Contains(at.Pc)) continue;
            var node = IsPaced ? PacedNode(at.Pc, at.StallVector) : VersionedNode(timing, at.Pc, at.StallVector);
            nodes.Add(at, node);
            Nodes.Add(node);
            copies += node.Block.Length;
            foreach (var next in Successors(node))
            {
                open.Push(next);
                if (next.Pc < node.End) loops.Add(next);
            }
        }

        foreach (var node in Nodes.Where(n => IsPaced && n.Banked.Ask is null)) Link(node);
        if (Nodes.Count != 0) Entries = [Nodes[0], .. Nodes.Skip(1).Where(n => !IsPaced && IsEntry(n.Pc, n.StallVector))];
    }

    /// <summary>How its blocks are timed.</summary>
    public Pacing Pacing { get; }

    /// <summary>See <see cref="IBlockTiming.ComparesAddresses"/>.</summary>
    public bool ComparesAddresses { get; }

    /// <summary>True if the costs of a block are looked up as it runs.</summary>
    public bool IsPaced => Pacing != Pacing.Versions;

    /// <summary>Address of the entry.</summary>
    public uint Entry { get; }

    /// <summary>Stall vector at the entry.</summary>
    public int StallVector { get; }

    /// <summary>How floating point is translated.</summary>
    public FloatMode Mode { get; }

    /// <summary>True for the rest of a block, with a test of the fuel before each instruction.</summary>
    public bool IsBridge { get; }

    /// <summary>True for a block alone, which is decoded and not compiled.</summary>
    public bool IsBlock { get; }

    /// <summary>Its instructions.</summary>
    public CodeGraph Graph { get; }

    /// <summary>Its nodes, the entry first. Each is followed by its successor in sequence, if that is not in the list yet.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>The nodes at which it can be entered: its entry first, then the beginnings of loops and the places that calls return to. A paced region can be entered at any node.</summary>
    public IReadOnlyList<Node> Entries { get; private set; } = [];

    /// <summary>The node for an address and a state, or null if the region does not hold it.</summary>
    public Node? Find(uint pc, int vector) =>
        _nodes is not null ? _nodes.GetValueOrDefault((pc, vector))
        : Nodes.Count != 0 && Nodes[0].Pc == pc && Nodes[0].StallVector == vector ? Nodes[0]
        : null;

    private void PlanBlock(PipelineTiming timing)
    {
        if (Graph.Count == 0) return;
        var node = IsPaced ? PacedNode(Entry, StallVector) : VersionedNode(timing, Entry, StallVector);
        Nodes.Add(node);
        if (IsPaced && node.Banked.Ask is null) Link(node);
        Entries = Nodes;
    }

    private Node VersionedNode(PipelineTiming timing, uint pc, int vector)
    {
        var block = Graph.Block(pc);
        var memories = MemoriesOf(_hart, pc, block);
        return new Node { Pc = pc, StallVector = vector, Block = block, Memories = memories, Timing = timing.Plan(vector, block, ExtraCycles(block, memories)) };
    }

    /// <summary>A block up to the first access that must ask for a bank.</summary>
    private Node PacedNode(uint pc, int state)
    {
        var block = Graph.Block(pc);
        var memories = MemoriesOf(_hart, pc, block);
        var isGranted = state == Granted;
        var ask = isGranted ? 1 : 0;
        while (ask < block.Length && !AsksForBank(block[ask], memories[ask][0])) ask++;
        var asks = ask < block.Length;
        var before = block[..ask];
        return new Node
        {
            Pc = pc,
            StallVector = state,
            Block = before,
            Memories = memories,
            Timing = null,
            Banked = new BankedBlock(before, ExtraCycles(block, memories), isGranted, asks ? block[ask] : null),
            AskedMemory = asks ? memories[ask][0] : 0,
            Index = Nodes.Count,
        };
    }

    private void Link(Node node)
    {
        if (!node.Transfers || node.Last.Shape == Shape.Branch) node.Sequel = Find(node.End, Arrived);
        if (node.Transfers && node.Last.Shape != Shape.JumpRegister) node.Redirect = Find(node.End - node.Last.Length + (uint)node.Last.Imm, Arrived);
    }

    private uint[] ExtraCycles(Instruction[] block, int[][] memories)
    {
        var cycles = new uint[block.Length];
        for (var k = 0; k < cycles.Length; k++) cycles[k] = _hart.Space.Memories[memories[k][0]].ExtraCyclesOf((uint)block[k].Row.Width);
        return cycles;
    }

    private bool AsksForBank(in Instruction i, int memory) => Pacing == Pacing.Banks && i.Shape is Shape.Load or Shape.Store && IsBanked(memory);

    private bool IsBanked(int memory) => _hart.Space.Memories[memory].Banks != 0;

    private bool IsEntry(uint pc, int vector) => Graph.IsCentral(pc) && (_loops!.Contains((pc, vector)) || Graph.Returns.Contains(pc));

    private IEnumerable<(uint Pc, int StallVector)> Successors(Node node)
    {
        if (IsPaced) return PacedSuccessors(node).Select(pc => (pc, Arrived));
        var last = node.Last;
        var lastPc = node.End - last.Length;
        switch (last.Shape)
        {
            case Shape.JumpRegister:
                return TargetsOf(lastPc, last).Select(pc => (pc, node.Plan.Redirected.StallVector));
            case Shape.Jump:
                return [(lastPc + (uint)last.Imm, node.Plan.Redirected.StallVector)];
            case Shape.Branch:
                return [(lastPc + (uint)last.Imm, node.Plan.Redirected.StallVector), (node.End, node.Plan.After.StallVector)];
            default:
                return [(node.End, node.Plan.After.StallVector)];
        }
    }

    /// <summary>Pushes the successor in sequence last, so that it is taken next.</summary>
    private IEnumerable<uint> PacedSuccessors(Node node)
    {
        if (node.Banked.Ask is not null) yield break;
        if (node.Transfers && node.Last.Shape == Shape.JumpRegister)
        {
            foreach (var pc in TargetsOf(node.End - node.Last.Length, node.Last)) yield return pc;
            yield break;
        }

        if (node.Transfers) yield return node.End - node.Last.Length + (uint)node.Last.Imm;
        if (!node.Transfers || node.Last.Shape == Shape.Branch) yield return node.End;
    }

    private static bool IsTranslated(in Instruction i, PipelineTiming timing, FloatMode mode)
    {
        if (i.Row.IsFloat && mode == FloatMode.Interpreted) return false;
        if (!timing.IsPredictable(i.Row.Unit)) return false;
        return i.Shape switch
        {
            Shape.Float1 or Shape.Float2 or Shape.Float3 => i.Rm == RoundingMode.Dynamic || RoundingMode.IsValid(i.Rm),
            Shape.Binary or Shape.Immediate or Shape.Upper or Shape.Unary => true,
            Shape.FloatCompare or Shape.FloatUnary or Shape.FloatBinary or Shape.FloatMove => true,
            Shape.Branch or Shape.Jump or Shape.JumpRegister or Shape.Load or Shape.Store => true,
            _ => false,
        };
    }

    /// <summary>Where an indirect jump may lead inside the region: its earlier targets, and the places that a return may lead to.</summary>
    public IEnumerable<uint> TargetsOf(uint pc, in Instruction jump) =>
        jump.Rs1 == Registers.Ra ? _history.TargetsOf(pc).Union(Graph.Returns) : _history.TargetsOf(pc);

    private int[][] MemoriesOf(Hart hart, uint pc, Instruction[] block)
    {
        var memories = new int[block.Length][];
        for (var k = 0; k < memories.Length; k++)
        {
            var probable = (IsPaced ? _history.MemoryAt(pc) : null) ?? ProbableMemory(hart, block[k]);
            memories[k] = _history.Wanders(pc) && !AsksForBank(block[k], probable)
                ? [probable, .. Enumerable.Range(0, hart.Space.Memories.Count).Where(m => m != probable && SameCycles(hart, m, probable) && !AsksForBank(block[k], m))]
                : [probable];
            pc += block[k].Length;
        }

        return memories;
    }

    private static bool SameCycles(Hart hart, int a, int b) => Cycles(hart.Space.Memories[a]) == Cycles(hart.Space.Memories[b]);

    private static (uint, uint) Cycles(MemoryRegion memory) => (memory.ExtraCycles, memory.WidthBytes);

    /// <summary>The memory that holds the address computed from the registers' current values. Induction variables and pointers seldom leave their memory.</summary>
    private static int ProbableMemory(Hart hart, in Instruction i)
    {
        if (i.Shape is not (Shape.Load or Shape.Store)) return 0;
        var memories = hart.Space.Memories;
        for (var m = 0; m < memories.Count; m++)
        {
            if (memories[m].Contains(hart.X[i.Rs1] + (uint)i.Imm, 1)) return m;
        }

        return 0;
    }
}
