using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>A loop of the sequencer's nest.</summary>
internal record struct SequencerLoop
{
    /// <summary>Last instruction of the body, counted from 0.</summary>
    public int LastOfBody;

    /// <summary>Iterations, less one.</summary>
    public int LastIteration;

    /// <summary>Stagger: the largest number added, and the fields it is added to.</summary>
    public int StaggerMaximum, StaggerMask;

    /// <summary>Where the body begins in the ring.</summary>
    public int Start;

    /// <summary>Counters: instruction of the body, and iteration.</summary>
    public int Instruction, Iteration;

    internal static void SaveOrRestore(StateStream state, ref SequencerLoop loop)
    {
        state.Field(ref loop.LastOfBody);
        state.Field(ref loop.LastIteration);
        state.Field(ref loop.StaggerMaximum);
        state.Field(ref loop.StaggerMask);
        state.Field(ref loop.Start);
        state.Field(ref loop.Instruction);
        state.Field(ref loop.Iteration);
    }

    /// <summary>True in the last instruction of the body.</summary>
    public readonly bool IsLastInstruction => Instruction == LastOfBody;

    /// <summary>True in the last iteration.</summary>
    public readonly bool IsLastIteration => Iteration == LastIteration;
}

/// <summary>
/// Snitch's sequencer: a ring of instructions in front of the FPU, and a nest of up to two loops over it. The pointers count as the
/// RTL's registers do, five bits for the place and one more for the pass.
/// </summary>
internal sealed class Sequencer(int capacity) : IStateful
{
    private const int Entries = 32, PlaceMask = Entries - 1, PassMask = 2 * Entries - 1, Loops = 2;

    private readonly Offload[] _ring = new Offload[Entries];
    private readonly SequencerLoop[] _loops = new SequencerLoop[Loops];
    private int _oldest, _next, _read, _depth, _loop, _stagger;
    private bool _isActive, _hasWholeBody;

    /// <summary>Entries held, those of a nest included.</summary>
    public int Count => (_next - _oldest) & PassMask;

    /// <summary>True if it takes another instruction.</summary>
    public bool HasRoom => Count < capacity;

    /// <summary>True while loops are set up or run.</summary>
    public bool HasNest => _depth != 0 || _isActive;

    /// <summary>Loops set up, the iteration of the innermost that runs, and the stagger, for a debugger.</summary>
    public (int Depth, int Iteration, int Stagger) Progress => (_depth, _loops[_loop].Iteration, _stagger);

    /// <summary>True if an instruction is ready to issue.</summary>
    public bool HasHead
    {
        get
        {
            var (oldest, next) = (_oldest & PlaceMask, _next & PlaceMask);
            return oldest < next ? oldest <= _read && _read < next
                : oldest > next ? _read >= oldest || _read < next
                : _oldest != _next;
        }
    }

    /// <summary>That instruction, before <see cref="Stagger"/>.</summary>
    public ref readonly Offload Head => ref _ring[_read];

    /// <summary>True if it is not the first pass of its loop.</summary>
    public bool IsRepeated => _loops[_loop].Iteration != 0;

    /// <summary>What is added to the registers of the instruction that is ready, and the fields it is added to.</summary>
    public (int Distance, int Mask) Stagger => (_loops[_loop].StaggerMask == 0 ? 0 : _stagger, _loops[_loop].StaggerMask);

    /// <summary>True if it takes a loop: there is none, or the body of the outer one is still coming in.</summary>
    public bool TakesLoop
    {
        get
        {
            if (capacity == 0) return false;
            if (_depth == 0) return true;
            if (_hasWholeBody) return false;
            var (start, end, next) = (_loops[0].Start, (_loops[0].Start + _loops[0].LastOfBody) & PlaceMask, _next & PlaceMask);
            return start <= end ? start <= next && next <= end : next >= start || next <= end;
        }
    }

    /// <summary>Entry <paramref name="index"/>; the oldest is 0.</summary>
    public ref readonly Offload this[int index] => ref _ring[(_oldest + index) & PlaceMask];

    /// <summary>Adds an instruction outside any nest.</summary>
    public void Push(in Offload entry)
    {
        _ring[_next & PlaceMask] = entry;
        _next = (_next + 1) & PassMask;
    }

    /// <summary>Removes all instructions and loops.</summary>
    public void Clear()
    {
        _oldest = _next = _read = _depth = _loop = _stagger = 0;
        _isActive = _hasWholeBody = false;
        Array.Clear(_loops);
    }

    /// <summary>
    /// Ends a cycle: the head has issued, an instruction enters, a loop is taken. Returns how many entries are free again: those of a nest
    /// together at its end. Of these, <paramref name="unusual"/> are not plain.
    /// </summary>
    public int End(bool issues, bool enters, in Offload entry, in SequencerLoop? taken, out int unusual)
    {
        unusual = 0;
        if (_depth == 0 && !_isActive && taken is null)
        {
            if (enters) Push(entry);
            if (!issues) return 0;
            unusual = Head.IsPlain ? 0 : 1;
            _read = (_read + 1) & PlaceMask;
            _oldest = (_oldest + 1) & PassMask;
            return 1;
        }

        return EndNest(issues, enters, entry, taken, out unusual);
    }

    private int EndNest(bool issues, bool enters, in Offload entry, in SequencerLoop? taken, out int unusual)
    {
        // The outermost loop that ends with this instruction, or -1, and the innermost that does not.
        var (outer, inner) = (_loops[0], _loops[1]);
        var ending = outer.IsLastInstruction && outer.IsLastIteration && (_loop == 0 || inner.IsLastIteration) ? 0
            : _loop == 1 && inner.IsLastInstruction && inner.IsLastIteration ? 1
            : -1;
        var steps = _isActive && issues;
        var endsNest = steps && ending == 0;
        var continuing = ending < 0 ? _loop : ending - 1;
        var read = issues ? (_read + 1) & PlaceMask : _read;
        if (steps && !endsNest && _loops[continuing].IsLastInstruction) read = _loops[continuing].Start;
        if (_depth > 0 && enters && (_next & PlaceMask) == ((outer.Start + outer.LastOfBody) & PlaceMask)) _hasWholeBody = true;
        else if (endsNest) _hasWholeBody = false;

        if (steps) CountStep(inner.IsLastIteration, endsNest);
        var depth = endsNest ? 0 : _depth;
        if (taken is { } loop)
        {
            ref var place = ref _loops[Math.Min(depth, Loops - 1)];
            place = loop with { Start = _next & PlaceMask, Instruction = place.Instruction, Iteration = place.Iteration };
            depth = _depth + 1;
        }

        var freed = _isActive ? (endsNest ? outer.LastOfBody + 1 : 0) : issues ? 1 : 0;
        unusual = 0;
        for (var n = 0; n < freed; n++) unusual += this[n].IsPlain ? 0 : 1;
        var entersInner = _loop == 0 && depth >= Loops && read == _loops[1].Start;
        if (steps && ending >= 0) (_loop, _isActive) = ending == 0 ? (0, false) : (continuing, _isActive || (depth > 0 && read == _loops[0].Start));
        else
        {
            if (_isActive && entersInner) _loop = 1;
            _isActive |= depth > 0 && read == _loops[0].Start;
        }

        if (enters) Push(entry);
        _oldest = (_oldest + freed) & PassMask;
        (_read, _depth) = (read, depth);
        return freed;
    }

    /// <summary>Counts the instruction that issues in its loop, and in the loop around it if the inner one ends.</summary>
    private void CountStep(bool isLastOfInner, bool endsNest)
    {
        if (_loop == _depth - 1)
        {
            ref readonly var innermost = ref _loops[_loop];
            if (endsNest) _stagger = 0;
            else if (innermost.IsLastInstruction) _stagger = innermost.IsLastIteration || _stagger == innermost.StaggerMaximum ? 0 : _stagger + 1;
        }

        for (var k = 0; k <= _loop; k++)
        {
            if (k == _loop ? k >= _depth : !isLastOfInner) continue;
            ref var loop = ref _loops[k];
            if (!loop.IsLastInstruction) loop.Instruction++;
            else (loop.Instruction, loop.Iteration) = (0, loop.IsLastIteration ? 0 : loop.Iteration + 1);
        }
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        if (state.IsSaving) MoveToStart();
        state.Array(_ring, Offload.SaveOrRestore);
        state.Array(_loops, SequencerLoop.SaveOrRestore);
        state.Field(ref _oldest);
        state.Field(ref _next);
        state.Field(ref _read);
        state.Field(ref _depth);
        state.Field(ref _loop);
        state.Field(ref _stagger);
        state.Field(ref _isActive);
        state.Field(ref _hasWholeBody);
    }

    /// <summary>The oldest entry goes to place 0 and unused places are cleared: a snapshot does not depend on the position in the ring.</summary>
    private void MoveToStart()
    {
        var (count, by) = (Count, _oldest & PlaceMask);
        Span<Offload> ring = new Offload[Entries];
        for (var n = 0; n < count; n++) ring[n] = this[n];
        ring.CopyTo(_ring);
        foreach (ref var loop in _loops.AsSpan()) loop.Start = HasNest ? (loop.Start - by) & PlaceMask : 0;
        (_oldest, _next, _read) = (0, count, (_read - by) & PlaceMask);
    }
}
