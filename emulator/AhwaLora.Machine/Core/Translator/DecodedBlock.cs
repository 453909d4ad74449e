using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The instructions of a block, ready to be executed one after the other without being timed: its cycles are known. It is what lies
/// between interpreter and compiler. A compiled region takes milliseconds of the runtime's compiler, which only code that
/// runs very often repays; a decoded block needs no compiler.
/// </summary>
internal sealed unsafe class DecodedBlock
{
    private readonly Instruction[] _instructions;
    private readonly Access[] _accesses;
    private readonly int[]?[] _others; // for each access, the memories that it has met beside the probable one
    private readonly IReadOnlyList<MemoryRegion> _memories;
    private readonly bool _comparesAddresses;
    private readonly uint _pc;
    private readonly uint _misaligned;

    /// <summary>What a load or store needs.</summary>
    /// <param name="Base">First address of its memory.</param>
    /// <param name="End">The first offset in its memory at which it no longer fits.</param>
    /// <param name="Alignment">The bits of its offset that must be 0.</param>
    /// <param name="Memory">Number of its memory.</param>
    /// <param name="Width">Bytes.</param>
    /// <param name="FloatsBefore">Loads and stores of f registers before it in the block.</param>
    /// <param name="IsFloat">True if it moves an f register.</param>
    private readonly record struct Access(uint Base, uint End, uint Alignment, int Memory, int Width, int FloatsBefore, bool IsFloat);

    /// <summary>Decodes a block.</summary>
    /// <param name="node">The block.</param>
    /// <param name="memories">The memories of the harts that will execute it.</param>
    /// <param name="features">What those harts implement.</param>
    /// <param name="exactAlignment">True if the interpreter executes misaligned accesses even though they succeed.</param>
    /// <param name="comparesAddresses">True if the pipeline compares addresses of accesses.</param>
    public DecodedBlock(Node node, IReadOnlyList<MemoryRegion> memories, HartFeatures features, bool exactAlignment, bool comparesAddresses)
    {
        _pc = node.Pc;
        _misaligned = features.InstructionAlignment - 1;
        _memories = memories;
        _comparesAddresses = comparesAddresses;
        _instructions = [.. node.Block];
        _accesses = new Access[_instructions.Length];
        _others = new int[]?[_instructions.Length];
        var floats = 0;
        for (var k = 0; k < _instructions.Length; k++)
        {
            ref readonly var i = ref _instructions[k];
            if (i.Shape is not (Shape.Load or Shape.Store)) continue;
            var mustAlign = RegionCompiler.MustAlign(i, features, exactAlignment);
            _accesses[k] = AccessOf(i, memories, node.Memories[k][0], mustAlign, floats);
            if (node.Memories[k].Length > 1) _others[k] = node.Memories[k][1..];
            if (i.Row.IsFloat) floats++;
        }

    }

    /// <summary>Number of instructions.</summary>
    public int Count => _instructions.Length;

    private static Access AccessOf(in Instruction i, IReadOnlyList<MemoryRegion> memories, int memory, bool mustAlign, int floats)
    {
        var width = (uint)i.Row.Width;
        var region = memories[memory];
        return new Access(region.Base, region.Size < width ? 0 : region.Size - width + 1, mustAlign ? width - 1 : 0, memory, (int)width, floats, i.Row.IsFloat);
    }

    /// <summary>
    /// Executes the first <paramref name="count"/> instructions. Returns the number executed: fewer if the next one is left to the
    /// interpreter.
    /// </summary>
    /// <param name="frame">The hart.</param>
    /// <param name="count">Number of instructions.</param>
    /// <param name="pendingAddresses">Number of accesses before the block whose addresses the pipeline still compares.</param>
    /// <param name="redirected">True if the branch or jump at the end was taken; an indirect jump's target is in <see cref="Frame.Target"/>.</param>
    public int Execute(Frame frame, int count, int pendingAddresses, out bool redirected)
    {
        redirected = false;
        var hart = frame.Hart;
        var x = frame.X;
        var pc = _pc;
        for (var k = 0; k < count; k++)
        {
            ref readonly var i = ref _instructions[k];
            switch (i.Shape)
            {
                case Shape.Binary:
                    Write(x, i.Rd, ((delegate*<uint, uint, uint>)i.Entry)(x[i.Rs1], x[i.Rs2]));
                    break;
                case Shape.Immediate:
                    Write(x, i.Rd, ((delegate*<uint, uint, uint>)i.Entry)(x[i.Rs1], (uint)i.Imm));
                    break;
                case Shape.Unary:
                    Write(x, i.Rd, ((delegate*<uint, uint>)i.Entry)(x[i.Rs1]));
                    break;
                case Shape.Upper:
                    Write(x, i.Rd, ((delegate*<uint, uint, uint>)i.Entry)(pc, (uint)i.Imm));
                    break;
                case Shape.Load:
                    if (!Load(frame, i, k, pendingAddresses)) return k;
                    break;
                case Shape.Store:
                    if (!Store(frame, i, k, pendingAddresses)) return k;
                    break;
                case Shape.Branch:
                    if (!((delegate*<uint, uint, bool>)i.Entry)(x[i.Rs1], x[i.Rs2])) break;
                    if ((pc + (uint)i.Imm & _misaligned) != 0) return k;
                    redirected = true;
                    break;
                case Shape.Jump:
                    if ((pc + (uint)i.Imm & _misaligned) != 0) return k;
                    Write(x, i.Rd, pc + i.Length);
                    redirected = true;
                    break;
                case Shape.JumpRegister:
                    var target = (x[i.Rs1] + (uint)i.Imm) & ~1u;
                    if ((target & _misaligned) != 0) return k;
                    Write(x, i.Rd, pc + i.Length);
                    frame.Target = target;
                    redirected = true;
                    break;
                default:
                    if (!Float(hart, i)) return k;
                    break;
            }

            pc += i.Length;
        }

        return count;
    }

    /// <summary>True if the pipeline may have to compare an access's address with a pending one; the interpreter then executes it.</summary>
    private bool MayHit(Frame frame, in Instruction i, uint address, int pendingAddresses) =>
        _comparesAddresses && !i.Row.IsFloat && pendingAddresses != 0 && AddressHistory.MayHit(frame.Addresses, frame.Addresses.Count, address, pendingAddresses);

    /// <summary>False if the flags that the instruction raises reach fflags later, when its result leaves the FPU; the interpreter then executes it.</summary>
    private static bool Float(Hart hart, in Instruction i)
    {
        var (x, rm) = (hart.X[i.Rs1 & 31], FloatOperations.RoundingModeOf(hart, i));
        if (hart.FloatSide is { IsTimed: true }) return FloatOperations.TryExecuteQuietly(hart, i, x, rm);
        hart.Fflags |= FloatOperations.Execute(hart, i, x, rm);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(uint[] x, int register, uint value)
    {
        x[register] = value;
        x[0] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Load(Frame frame, in Instruction i, int k, int pendingAddresses)
    {
        ref readonly var access = ref _accesses[k];
        var address = frame.X[i.Rs1] + (uint)i.Imm;
        var (memory, offset) = (access.Memory, address - access.Base);
        if ((offset >= access.End || (offset & access.Alignment) != 0) && !IsElsewhere(i, k, address, out memory, out offset)) return false;
        if (_comparesAddresses && MustInterpret(frame, i, access, address, pendingAddresses)) return false;
        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(frame.Data[memory]), (nint)offset);
        var raw = access.Width switch
        {
            1 => at,
            2 => Unsafe.ReadUnaligned<ushort>(ref at),
            _ => Unsafe.ReadUnaligned<uint>(ref at),
        };
        if (access.IsFloat) frame.Hart.F.SetSingle(i.Rd - Registers.F0, raw);
        else Write(frame.X, i.Rd, ((delegate*<uint, uint>)i.Entry)(raw));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Store(Frame frame, in Instruction i, int k, int pendingAddresses)
    {
        ref readonly var access = ref _accesses[k];
        var address = frame.X[i.Rs1] + (uint)i.Imm;
        var (memory, offset) = (access.Memory, address - access.Base);
        if ((offset >= access.End || (offset & access.Alignment) != 0) && !IsElsewhere(i, k, address, out memory, out offset)) return false;
        if (frame.Watches[memory][offset >> MemoryRegion.GranuleShift] != 0) return false;
        if (_comparesAddresses && MustInterpret(frame, i, access, address, pendingAddresses)) return false;
        var value = access.IsFloat ? (uint)frame.F[i.Rs2 - Registers.F0] : frame.X[i.Rs2];
        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(frame.Data[memory]), (nint)offset);
        switch (access.Width)
        {
            case 1: at = (byte)value; break;
            case 2: Unsafe.WriteUnaligned(ref at, (ushort)value); break;
            default: Unsafe.WriteUnaligned(ref at, value); break;
        }

        return true;
    }

    /// <summary>Compares the address if it must be compared; remembers it if later ones must be compared with it.</summary>
    private bool MustInterpret(Frame frame, in Instruction i, in Access access, uint address, int pendingAddresses)
    {
        if (MayHit(frame, i, address, pendingAddresses + access.FloatsBefore)) return true;
        if (access.IsFloat) frame.Addresses.Add(address);
        return false;
    }

    private bool IsElsewhere(in Instruction i, int k, uint address, out int memory, out uint offset)
    {
        (memory, offset) = (0, 0);
        foreach (var other in _others[k] ?? [])
        {
            var access = AccessOf(i, _memories, other, _accesses[k].Alignment != 0, 0);
            (memory, offset) = (other, address - access.Base);
            if (offset < access.End && (offset & access.Alignment) == 0) return true;
        }

        return false;
    }
}
