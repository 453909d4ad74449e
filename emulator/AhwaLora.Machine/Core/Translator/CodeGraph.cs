using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The instructions around an entry: breadth-first over direct branches, jumps and calls within one memory, up to a
/// number of instructions, so that a loop is included before the code after it. A return leads to the places after the calls found.
/// </summary>
internal sealed class CodeGraph
{
    private readonly CodeCache _code;
    private readonly Instruction[] _block = [];
    private readonly uint _entry, _after;

    // Empty for a straight line, of which many are made.
    private readonly Dictionary<uint, Instruction> _instructions = [];
    private readonly HashSet<uint> _leaders = [];
    private readonly List<uint> _returns = [];
    private readonly HashSet<uint> _central = [];

    /// <summary>Explores from <paramref name="entry"/>.</summary>
    /// <param name="code">Decoded code.</param>
    /// <param name="entry">Where to begin.</param>
    /// <param name="limit">The largest number of instructions to take.</param>
    /// <param name="isStraight">True to stop at the first branch or jump.</param>
    /// <param name="targetsOf">Where the indirect jump at an address may lead.</param>
    /// <param name="isTranslated">False for an instruction that only the interpreter executes.</param>
    public CodeGraph(CodeCache code, uint entry, int limit, bool isStraight, Func<uint, IReadOnlyList<uint>> targetsOf, Func<Instruction, bool> isTranslated)
    {
        _code = code;
        IsStraight = isStraight;
        if (isStraight)
        {
            (_entry, _after) = (entry, entry);
            _block = StraightLine(limit, isTranslated, ref _after);
            return;
        }

        var open = new Queue<uint>([entry]);
        while (open.TryDequeue(out var pc))
        {
            _leaders.Add(pc);
            while (_instructions.Count < limit && !_instructions.ContainsKey(pc) && TryFetch(pc, out var i) && isTranslated(i))
            {
                _instructions.Add(pc, i);
                if (_instructions.Count <= limit / 2) _central.Add(pc);
                if (i.Shape is Shape.Jump or Shape.Branch) open.Enqueue(pc + (uint)i.Imm);
                if (i.Shape is Shape.Jump && i.Rd == Registers.Ra) AddReturn(pc + i.Length, open);
                if (i.Shape is Shape.JumpRegister)
                {
                    foreach (var target in targetsOf(pc)) open.Enqueue(target);
                }

                pc += i.Length;
                if (i.Shape is Shape.Jump or Shape.JumpRegister) break;
                if (i.Shape is not Shape.Branch) continue;
                open.Enqueue(pc);
                break;
            }
        }
    }

    /// <summary>Instructions found.</summary>
    public int Count => IsStraight ? _block.Length : _instructions.Count;

    /// <summary>True if it ends at the first branch or jump.</summary>
    public bool IsStraight { get; }

    /// <summary>Addresses after the calls found, where a return may lead.</summary>
    public IReadOnlyList<uint> Returns => _returns;

    /// <summary>True if the code around <paramref name="pc"/> is probably included as it would be with <paramref name="pc"/> as the entry.</summary>
    public bool IsCentral(uint pc) => _central.Contains(pc);

    /// <summary>True if a block may begin at <paramref name="pc"/>.</summary>
    public bool Contains(uint pc) => _instructions.ContainsKey(pc);

    /// <summary>The straight line of instructions from <paramref name="pc"/> to the next branch, jump or leader.</summary>
    public Instruction[] Block(uint pc)
    {
        if (IsStraight) return _block;
        var block = new List<Instruction>();
        while (_instructions.TryGetValue(pc, out var i))
        {
            block.Add(i);
            pc += i.Length;
            if (i.Shape is Shape.Jump or Shape.JumpRegister or Shape.Branch || _leaders.Contains(pc)) break;
        }

        return [.. block];
    }

    /// <summary>First and last byte of each stretch of instructions found, with the instruction after it, because the shape of that one matters (<see cref="Instruction.Behind"/>).</summary>
    public (uint First, uint Last)[] Ranges()
    {
        if (IsStraight) return [(_entry, Following(_after - 1))];
        var ranges = new List<(uint First, uint Last)>();
        foreach (var (pc, i) in _instructions.OrderBy(p => p.Key))
        {
            var last = pc + i.Length - 1;
            if (ranges.Count != 0 && ranges[^1].Last + 1 == pc) ranges[^1] = (ranges[^1].First, last);
            else ranges.Add((pc, last));
        }

        return [.. ranges.Select(r => (r.First, Following(r.Last)))];
    }

    private uint Following(uint last) => _code.Memory.Contains(last + 1, 4) ? last + 4 : last;

    private Instruction[] StraightLine(int limit, Func<Instruction, bool> isTranslated, ref uint pc)
    {
        var (block, count) = (new Instruction[16], 0);
        while (count < limit && TryFetch(pc, out var i) && isTranslated(i))
        {
            if (count == block.Length) Array.Resize(ref block, 2 * count);
            block[count++] = i;
            pc += i.Length;
            if (i.Shape is Shape.Jump or Shape.Branch or Shape.JumpRegister) break;
        }

        return block[..count];
    }

    private void AddReturn(uint pc, Queue<uint> open)
    {
        if (_returns.Contains(pc)) return;
        _returns.Add(pc);
        open.Enqueue(pc);
    }

    private bool TryFetch(uint pc, out Instruction instruction)
    {
        instruction = default;
        if (!_code.Memory.Contains(pc, 2)) return false;
        instruction = _code.Fetch(pc);
        return instruction.Row is not null;
    }
}
