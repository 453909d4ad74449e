using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Memory;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>A block of a region for one entry state of the pipeline.</summary>
internal sealed class Node
{
    /// <summary>Address of its first instruction.</summary>
    public required uint Pc { get; init; }

    /// <summary>Stall vector it is entered with.</summary>
    public required int Vector { get; init; }

    /// <summary>Its instructions; a branch or jump is the last.</summary>
    public required IReadOnlyList<Instruction> Block { get; init; }

    /// <summary>For each instruction the numbers of the memories that a load or store may access, the probable one first.</summary>
    public required IReadOnlyList<int[]> Memories { get; init; }

    /// <summary>Its timing.</summary>
    public required BlockPlan Plan { get; init; }

    /// <summary>Its last instruction.</summary>
    public Instruction Last => Block[^1];

    /// <summary>Address behind it.</summary>
    public uint End => Block.Aggregate(Pc, (pc, i) => pc + i.Length);

    /// <summary>Cycles charged on entry: to its end in sequence, or by its jump.</summary>
    public int EntryCycles => Last.Shape is Shape.Jump or Shape.JumpRegister ? Plan.Redirected.Cycles : Plan.After.Cycles;
}

/// <summary>What to translate: the nodes reachable from an entry, as far as a region may grow.</summary>
internal sealed class RegionPlan
{
    /// <summary>Most guest instructions of a region, and most with the copies that different stall vectors need.</summary>
    private const int MaxInstructions = 200, MaxCopies = 600;

    private readonly Dictionary<(uint Pc, int Vector), Node> _nodes = [];
    private readonly BranchHistory _history;

    /// <summary>Plans the region at <paramref name="entry"/>.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="history">What is known about it.</param>
    /// <param name="hart">The hart about to execute it, whose registers hint at the memories used.</param>
    /// <param name="timing">Its timing.</param>
    /// <param name="entry">First instruction.</param>
    /// <param name="vector">Stall vector there.</param>
    /// <param name="mode">How floating point is translated.</param>
    /// <param name="isBridge">True for the rest of a block, with a look at the fuel before each instruction.</param>
    public RegionPlan(CodeCache code, BranchHistory history, Hart hart, IBlockTiming timing, uint entry, int vector, FloatMode mode, bool isBridge)
    {
        _history = history;
        IsBridge = isBridge;
        Entry = entry;
        Vector = vector;
        var meetsFloat = false;
        Graph = new CodeGraph(code, entry, MaxInstructions, isBridge, history.TargetsOf, i =>
        {
            meetsFloat |= i.Row.IsFloat;
            return IsTranslated(i, timing, mode);
        });
        Mode = meetsFloat ? mode : FloatMode.Any;
        var copies = 0;
        var open = new Stack<(uint Pc, int Vector)>([(entry, vector)]);
        while (open.TryPop(out var at))
        {
            if (_nodes.ContainsKey(at) || copies >= MaxCopies || !Graph.Contains(at.Pc)) continue;
            var block = Graph.Block(at.Pc);
            var memories = MemoriesOf(hart, at.Pc, block);
            var extraCycles = memories.Select(m => hart.Space.Memories[m[0]].ExtraCycles).ToArray();
            var node = new Node { Pc = at.Pc, Vector = at.Vector, Block = block, Memories = memories, Plan = timing.Plan(at.Vector, block, extraCycles) };
            _nodes.Add(at, node);
            Nodes.Add(node);
            copies += block.Count;
            if (isBridge) break;
            foreach (var next in Successors(node)) open.Push(next);
        }
    }

    /// <summary>Address of the entry.</summary>
    public uint Entry { get; }

    /// <summary>Stall vector at the entry.</summary>
    public int Vector { get; }

    /// <summary>How floating point is translated.</summary>
    public FloatMode Mode { get; }

    /// <summary>True for the rest of a block, with a look at the fuel before each instruction.</summary>
    public bool IsBridge { get; }

    /// <summary>Its instructions.</summary>
    public CodeGraph Graph { get; }

    /// <summary>Its nodes, the entry first, each followed by its successor in sequence where that is new.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>The node for an address and a state, or null where the region ends.</summary>
    public Node? Find(uint pc, int vector) => _nodes.GetValueOrDefault((pc, vector));

    private IEnumerable<(uint Pc, int Vector)> Successors(Node node)
    {
        var last = node.Last;
        var lastPc = node.End - last.Length;
        switch (last.Shape)
        {
            case Shape.JumpRegister:
                return TargetsOf(lastPc, last).Select(pc => (pc, node.Plan.Redirected.Vector));
            case Shape.Jump:
                return [(lastPc + (uint)last.Imm, node.Plan.Redirected.Vector)];
            case Shape.Branch:
                return [(lastPc + (uint)last.Imm, node.Plan.Redirected.Vector), (node.End, node.Plan.After.Vector)];
            default:
                return [(node.End, node.Plan.After.Vector)];
        }
    }

    private static bool IsTranslated(in Instruction i, IBlockTiming timing, FloatMode mode)
    {
        if (i.Row.IsFloat && mode == FloatMode.Interpreted) return false;
        if (!timing.IsPredictable(i.Row.Unit)) return false;
        return i.Shape switch
        {
            Shape.Float1 or Shape.Float2 or Shape.Float3 => i.Rm == RoundingMode.Dynamic || RoundingMode.IsValid(i.Rm),
            Shape.Binary or Shape.Immediate or Shape.Upper or Shape.Unary or Shape.FloatCompare => true,
            Shape.Branch or Shape.Jump or Shape.JumpRegister or Shape.Load or Shape.Store => true,
            _ => false,
        };
    }

    /// <summary>Where an indirect jump may lead inside the region: where it did, and where a return goes on.</summary>
    public IEnumerable<uint> TargetsOf(uint pc, in Instruction jump) =>
        jump.Rs1 == Registers.Ra ? _history.TargetsOf(pc).Union(Graph.Returns) : _history.TargetsOf(pc);

    private int[][] MemoriesOf(Hart hart, uint pc, List<Instruction> block)
    {
        var memories = new int[block.Count][];
        for (var k = 0; k < memories.Length; k++)
        {
            var probable = ProbableMemory(hart, block[k]);
            memories[k] = _history.Wanders(pc)
                ? [probable, .. Enumerable.Range(0, hart.Space.Memories.Count).Where(m => m != probable && SameCycles(hart, m, probable))]
                : [probable];
            pc += block[k].Length;
        }

        return memories;
    }

    private static bool SameCycles(Hart hart, int a, int b) => hart.Space.Memories[a].ExtraCycles == hart.Space.Memories[b].ExtraCycles;

    /// <summary>The memory that holds the address with the registers' values of now; induction variables and pointers seldom leave theirs.</summary>
    private static int ProbableMemory(Hart hart, in Instruction i)
    {
        if (i.Shape is not (Shape.Load or Shape.Store)) return 0;
        var memories = hart.Space.Memories;
        for (var m = 0; m < memories.Count; m++)
        {
            if (memories[m].Contains(hart.Registers[i.Rs1] + (uint)i.Imm, 1)) return m;
        }

        return 0;
    }
}
