using System.Globalization;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Programs;

/// <summary>A stack that was too small.</summary>
/// <param name="Hart">Whose stack.</param>
/// <param name="Pc">The instruction that first moved sp below it.</param>
/// <param name="Bytes">Bytes in use after that instruction.</param>
/// <param name="Calls">Calls that had not returned then.</param>
public sealed record StackOverflow(int Hart, uint Pc, uint Bytes, int Calls)
{
    /// <summary>The most bytes in use in the whole run.</summary>
    public uint MostBytes { get; internal set; } = Bytes;
}

/// <summary>Follows the stack pointer of each hart and notes who first takes more than the hart's stack has. A switch to another stack, which loads sp, does not count.</summary>
public sealed class StackCheck : IProbe
{
    private const int MostCalls = 1 << 16;

    private readonly StackMap _stacks;
    private readonly State[] _harts;

    /// <summary>A check for a machine at reset.</summary>
    public StackCheck(EmulatedMachine machine, StackMap stacks)
    {
        _stacks = stacks;
        _harts = [.. machine.Harts.Select(_ => new State())];
    }

    private sealed class State
    {
        public readonly List<uint> Returns = [];
        public uint Sp;
        public StackOverflow? Overflow;
    }

    /// <summary>The overflows, at most one per hart.</summary>
    public IEnumerable<StackOverflow> Overflows => _harts.Select(state => state.Overflow).OfType<StackOverflow>();

    /// <summary>One line per overflow.</summary>
    /// <param name="place">Function and source line of an address.</param>
    public IReadOnlyList<string> Lines(Func<uint, string> place) => [.. Overflows.Select(o => string.Create(CultureInfo.InvariantCulture,
        $"stack overflow: hart {o.Hart} {place(o.Pc)}: {o.Bytes:N0} bytes deep, {o.Calls:N0} calls deep, in a stack of {_stacks.Bytes:N0} bytes; the most in the run was {o.MostBytes:N0} bytes (STACK_BYTES of memory.ld sets the size)"))];

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction) => true;

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        var state = _harts[hart.Id];
        if (instruction.Shape is Shape.Jump or Shape.JumpRegister) Follow(state, pc, hart.Pc, instruction);
        if (hart.Id >= _stacks.Count || instruction.Rd != Registers.Sp || hart.X[Registers.Sp] == state.Sp) return;
        var (before, sp) = (state.Sp, hart.X[Registers.Sp]);

        // The first half of an address does not lie in a stack.
        state.Sp = instruction.Shape == Shape.Upper ? 0 : sp;
        var (bottom, top) = (_stacks.BottomOf(hart.Id), _stacks.TopOf(hart.Id));
        var isMoved = instruction.Shape is Shape.Immediate or Shape.Binary && instruction.Rs1 == Registers.Sp;
        if (!isMoved || before == 0 || before > top || sp >= bottom) return;
        if (before >= bottom) state.Overflow ??= new StackOverflow(hart.Id, pc, top - sp, state.Returns.Count);
        if (state.Overflow is { } known) known.MostBytes = Math.Max(known.MostBytes, top - sp);
    }

    // Calls and returns by the calling convention, as CallStack has them.
    private static void Follow(State state, uint pc, uint target, in Instruction instruction)
    {
        if (instruction.Rd is Registers.Ra or Registers.AlternateLink)
        {
            if (state.Returns.Count < MostCalls) state.Returns.Add(pc + instruction.Length);
        }
        else if (instruction.Rd == 0 && instruction.Shape == Shape.JumpRegister && state.Returns.LastIndexOf(target) is >= 0 and var frame)
        {
            state.Returns.RemoveRange(frame, state.Returns.Count - frame);
        }
    }
}
