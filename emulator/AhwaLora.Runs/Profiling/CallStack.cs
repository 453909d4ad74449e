using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Runs.Profiling;

/// <summary>A function called from given callers, with the cycles spent in it.</summary>
public sealed class CallNode(int function, CallNode? caller)
{
    private readonly Dictionary<int, CallNode> _callees = [];

    /// <summary>Index in the <see cref="SymbolMap"/>.</summary>
    public int Function { get; } = function;

    /// <summary>Its caller; null for the function a hart started with.</summary>
    public CallNode? Caller { get; } = caller;

    /// <summary>Cycles in the function itself.</summary>
    public ulong Cycles;

    /// <summary>The functions it called.</summary>
    public IEnumerable<CallNode> Callees => _callees.Values;

    internal CallNode Callee(int function)
    {
        if (!_callees.TryGetValue(function, out var node)) _callees[function] = node = new CallNode(function, this);
        return node;
    }
}

/// <summary>Calls from one place to one function: how many, and the cost until they returned.</summary>
public sealed class CallEdge
{
    /// <summary>Number of calls.</summary>
    public ulong Count;

    /// <summary>Cost of the callee and of all that it called.</summary>
    public readonly CodeCost Inclusive = new();
}

/// <summary>
/// The stack of calls of a hart, followed by the calling convention (unprivileged specification, table "Return-address
/// stack prediction hints"): jal and jalr that write ra or t0 call; a jump through a register to a return address on the
/// stack returns; traps call their handler and mret returns. Any other way into a function is a tail call.
/// </summary>
public sealed class CallStack
{
    private const int MaxDepth = 256;

    private readonly SymbolMap _symbols;
    private readonly CauseCounters _causes;
    private readonly CallNode _root = new(-1, null);
    private readonly Dictionary<(int Caller, uint Site, int Callee), CallEdge> _edges = [];
    private readonly Frame[] _frames = new Frame[MaxDepth];
    private CallNode _current;
    private ulong _instructions;
    private int _depth, _overflow;

    internal CallStack(SymbolMap symbols, CauseCounters causes)
    {
        _symbols = symbols;
        _causes = causes;
        _current = _root;
        for (var n = 0; n < MaxDepth; n++) _frames[n] = new Frame();
    }

    /// <summary>A call that has not returned.</summary>
    private sealed class Frame
    {
        public CallNode Caller = null!;
        public uint Site, ReturnAddress;
        public int Callee;
        public bool IsTrap;
        public ulong Instructions;
        public readonly ulong[] Causes = new ulong[CauseCounters.Count];
    }

    /// <summary>The function that the hart started with.</summary>
    public IEnumerable<CallNode> Roots => _root.Callees;

    /// <summary>Calls by caller (index of its function), address of the calling instruction and callee.</summary>
    public IReadOnlyDictionary<(int Caller, uint Site, int Callee), CallEdge> Edges => _edges;

    /// <summary>Adds cycles that the hart spends in a function.</summary>
    internal void Spend(int function, ulong cycles)
    {
        if (_current.Function != function || _current == _root) _current = (_current.Caller ?? _root).Callee(function);
        _current.Cycles += cycles;
    }

    internal void Retired(Hart hart, uint pc, in Instruction i)
    {
        _instructions++;
        if (i.Shape is Shape.Jump or Shape.JumpRegister && IsLink(i.Rd)) Push(hart.Pc, pc, pc + i.Length, isTrap: false);
        else if (i.Shape == Shape.JumpRegister && i.Rd == 0) PopTo(hart.Pc);
        else if (i.Shape == Shape.Mret) PopTrap();
    }

    internal void Trapped(Hart hart, uint pc) => Push(hart.Pc, pc, pc, isTrap: true);

    internal void Finish() => Pop(0);

    private static bool IsLink(int register) => register is Registers.Ra or Registers.AlternateLink;

    private void Push(uint target, uint site, uint returnAddress, bool isTrap)
    {
        if (_depth == MaxDepth)
        {
            _overflow++;
            return;
        }

        var frame = _frames[_depth++];
        (frame.Caller, frame.Site, frame.ReturnAddress, frame.IsTrap) = (_current, site, returnAddress, isTrap);
        frame.Callee = _symbols.IndexOf(target);
        frame.Instructions = _instructions;
        _causes.Cycles.CopyTo(frame.Causes, 0);
        _current = _current.Callee(frame.Callee);
    }

    private void PopTo(uint returnAddress)
    {
        for (var n = _depth - 1; n >= 0; n--)
        {
            if (_frames[n].IsTrap || _frames[n].ReturnAddress != returnAddress) continue;
            if (_overflow != 0) _overflow--;
            else Pop(n);
            return;
        }
    }

    private void PopTrap()
    {
        for (var n = _depth - 1; n >= 0; n--)
        {
            if (!_frames[n].IsTrap) continue;
            _overflow = 0;
            Pop(n);
            return;
        }
    }

    private void Pop(int depth)
    {
        while (_depth > depth)
        {
            var frame = _frames[--_depth];
            var key = (frame.Caller.Function, frame.Site, frame.Callee);
            if (!_edges.TryGetValue(key, out var edge)) _edges[key] = edge = new CallEdge();
            edge.Count++;
            edge.Inclusive.Instructions += _instructions - frame.Instructions;
            for (var n = 0; n < frame.Causes.Length; n++) edge.Inclusive.Causes[n] += _causes.Cycles[n] - frame.Causes[n];
            _current = frame.Caller;
        }
    }
}
