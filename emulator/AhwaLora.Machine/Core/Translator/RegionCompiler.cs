using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Emits a planned region as one method. Guest registers are in locals, loaded at the start and written back in one place
/// at the end. Semantics are calls of the rows' methods, which the runtime inlines. If an instruction would trap, access a device or
/// do something rare, the method is left before it. How cycles are charged, and how control goes from block to
/// block, is in <see cref="VersionedCompiler"/> and <see cref="PacedCompiler"/>.
/// </summary>
internal abstract partial class RegionCompiler
{
    /// <summary>Numbers of the method's parameters.</summary>
    protected const short Fuel = 2, YieldAt = 3, EntryIndex = 4;

    private static readonly Type[] Parameters = [typeof(CodeRegion), typeof(Frame), typeof(int), typeof(int), typeof(int)];
    private static readonly MethodInfo FirstByte = ((FirstOf<byte>)MemoryMarshal.GetArrayDataReference).Method;
    private static readonly MethodInfo FirstWord = ((FirstOf<uint>)MemoryMarshal.GetArrayDataReference).Method;
    private static readonly MethodInfo FirstDouble = ((FirstOf<ulong>)MemoryMarshal.GetArrayDataReference).Method;
    private static readonly MethodInfo ToFloat = typeof(BitConverter).GetMethod(nameof(BitConverter.UInt32BitsToSingle))!;
    private static readonly MethodInfo ToBits = typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToUInt32Bits))!;

    private delegate ref T FirstOf<T>(T[] array);

    private readonly RegionPlan _plan;
    private readonly IReadOnlyList<MemoryRegion> _memories;
    private readonly HartFeatures _features;
    private readonly bool _exactAlignment;
    private readonly MethodWriter _il;
    private readonly LocalBuilder?[] _registers = new LocalBuilder?[Registers.Count];
    private readonly bool[] _isWritten = new bool[Registers.Count];
    private readonly LocalBuilder _exitIndex, _x, _f;
    private readonly Label _leave;
    private readonly Dictionary<Node, Label> _labels = [];
    private readonly List<(Label Label, RegionExit Exit)> _exits = [];
    private readonly Dictionary<(Node Node, int Instruction, ExitKind Kind), Label> _exitsOfNodes = [];
    private readonly Queue<Action> _cold = new();

    protected RegionCompiler(RegionPlan plan, AddressSpace space, HartFeatures features, bool exactAlignment)
    {
        _plan = plan;
        _memories = space.Memories;
        _features = features;
        _exactAlignment = exactAlignment;
        _il = new MethodWriter($"region_{plan.Entry:x8}", typeof(int), Parameters);
        _exitIndex = _il.DeclareLocal(typeof(int));
        _x = _il.DeclareLocal(typeof(uint).MakeByRefType());
        _f = _il.DeclareLocal(typeof(ulong).MakeByRefType());
        _leave = _il.DefineLabel();
    }

    /// <summary>Translates a plan.</summary>
    /// <param name="plan">What to translate.</param>
    /// <param name="space">The memories of the harts that will run it.</param>
    /// <param name="features">What those harts implement.</param>
    /// <param name="exactAlignment">True if the interpreter executes misaligned accesses even though they succeed.</param>
    public static CodeRegion Compile(RegionPlan plan, AddressSpace space, HartFeatures features, bool exactAlignment) =>
        (plan.IsPaced ? (RegionCompiler)new PacedCompiler(plan, space, features, exactAlignment) : new VersionedCompiler(plan, space, features, exactAlignment)).Compile();

    /// <summary>The method being emitted.</summary>
    protected MethodWriter Il => _il;

    /// <summary>What is emitted.</summary>
    protected RegionPlan Plan => _plan;

    /// <summary>The local that holds the index that the method returns, and the label of the code that returns it.</summary>
    protected LocalBuilder ExitIndex => _exitIndex;

    /// <inheritdoc cref="ExitIndex"/>
    protected Label Leave => _leave;

    /// <summary>True if cycles in which no instruction retires are charged within the region.</summary>
    protected virtual bool ChargesStalls => false;

    /// <summary>Emits what the method does on entry after the registers are loaded, and the jump to its first block.</summary>
    protected abstract void EmitDispatch();

    /// <summary>Emits the code that saves state when the method returns.</summary>
    protected virtual void EmitKeep()
    {
    }

    /// <summary>Emits the code before a block: its charge, and an exit if there may not be enough fuel.</summary>
    protected abstract void EmitBlockStart(Node node);

    /// <summary>Emits the code before an instruction of a block.</summary>
    protected virtual void EmitInstructionStart(Node node, int k)
    {
    }

    /// <summary>Emits the code after a block without a branch or jump; the next instruction is at <paramref name="pc"/>.</summary>
    protected virtual void EmitBlockEnd(Node node, uint pc) => EmitEdge(node, pc, redirected: false);

    /// <summary>Emits an outcome of a block: its cost, and the jump to its successor.</summary>
    protected abstract void EmitEdge(Node node, uint target, bool redirected);

    /// <summary>Emits the outcome of a block that ends with an indirect jump at <paramref name="pc"/>.</summary>
    protected abstract void EmitIndirectEdge(Node node, LocalBuilder target, uint pc);

    /// <summary>An exit before instruction <paramref name="k"/> of a block, at <paramref name="pc"/>.</summary>
    protected abstract RegionExit ExitBefore(Node node, int k, ExitKind kind, uint pc);

    /// <summary>Emits a test of an access's address against the addresses of pending accesses, if the pipeline compares them; a hit leaves by <paramref name="exit"/>.</summary>
    protected virtual void EmitAddressTest(Node node, int k, Instruction i, Label exit)
    {
    }

    /// <summary>Emits code that records an access's address, if the pipeline compares addresses.</summary>
    protected virtual void EmitAddressNote(in Instruction i)
    {
    }

    private CodeRegion Compile()
    {
        foreach (var node in _plan.Nodes) _labels.Add(node, _il.DefineLabel());
        EmitEntry();
        foreach (var node in _plan.Nodes) EmitNode(node);
        while (_cold.TryDequeue(out var emit)) emit();
        for (var index = 0; index < _exits.Count; index++)
        {
            _il.MarkLabel(_exits[index].Label);
            _il.Emit(OpCodes.Ldc_I4, index);
            _il.Emit(OpCodes.Stloc, _exitIndex);
            _il.Emit(OpCodes.Br, _leave);
        }

        EmitLeave();
        var region = new CodeRegion
        {
            Entries = [.. _plan.Entries.Select(n => (n.Pc, n.StallVector))],
            Mode = _plan.Mode,
            IsBridge = _plan.IsBridge,
            Ranges = _plan.Graph.Ranges(),
            Stalls = ChargesStalls || _exits.Exists(e => e.Exit.HasStalls),
            Length = _plan.Nodes.Sum(n => n.Block.Length),
            Nodes = _plan.IsPaced ? _plan.Nodes : [],
            Exits = [.. _exits.Select(e => e.Exit)],
        };
        (region.Code, region.IsReused) = _il.Finish(region);
        return region;
    }

    /// <summary>Loads every register that the region uses, because a register that is written on only some paths is written back on all paths.</summary>
    private void EmitEntry()
    {
        foreach (var i in _plan.Nodes.SelectMany(n => n.Block)) Declare(i);
        foreach (var node in _plan.Nodes)
        {
            if (node.Banked.Ask is { } ask) Use(ask.Rs1);
        }

        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldarg, YieldAt);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.YieldAt)));
        EmitRegisterFiles();
        for (var r = 0; r < Registers.Count; r++)
        {
            if (_registers[r] is not { } local) continue;
            EmitRegisterReference(r);
            _il.Emit(r >= Registers.F0 ? OpCodes.Ldind_R4 : OpCodes.Ldind_U4);
            _il.Emit(OpCodes.Stloc, local);
        }

        foreach (var node in _plan.Nodes) DeclareStarts(node);
        EmitDispatch();
    }

    private void Declare(in Instruction i)
    {
        for (var registers = i.Reads | i.Writes; registers != 0; registers &= registers - 1) Use(BitOperations.TrailingZeroCount(registers));
        _isWritten[i.Rd] |= i.Writes != 0;
    }

    private void Use(int register)
    {
        if (register != 0) _registers[register] ??= _il.DeclareLocal(register >= Registers.F0 ? typeof(float) : typeof(uint));
    }

    private void EmitLeave()
    {
        _il.MarkLabel(_leave);
        EmitKeep();
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldarg, Fuel);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Fuel)));
        EmitRegisterFiles();
        for (var r = 0; r < Registers.Count; r++)
        {
            if (!_isWritten[r]) continue;
            EmitRegisterReference(r);
            _il.Emit(OpCodes.Ldloc, _registers[r]!);
            _il.Emit(r >= Registers.F0 ? OpCodes.Stind_R4 : OpCodes.Stind_I4);
        }

        _il.Emit(OpCodes.Ldloc, _exitIndex);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitRegisterFiles()
    {
        EmitFrameField(nameof(Frame.X));
        _il.Emit(OpCodes.Call, FirstWord);
        _il.Emit(OpCodes.Stloc, _x);
        EmitFrameField(nameof(Frame.F));
        _il.Emit(OpCodes.Call, FirstDouble);
        _il.Emit(OpCodes.Stloc, _f);
    }

    /// <summary>Address of a register's 32 bits; the lower ones of an f register.</summary>
    private void EmitRegisterReference(int register)
    {
        var isFloat = register >= Registers.F0;
        _il.Emit(OpCodes.Ldloc, isFloat ? _f : _x);
        _il.Emit(OpCodes.Ldc_I4, isFloat ? (register - Registers.F0) * sizeof(ulong) : register * sizeof(uint));
        _il.Emit(OpCodes.Add);
    }

    private void EmitNode(Node node)
    {
        _il.MarkLabel(_labels[node]);
        EmitBlockStart(node);
        _groups = AccessGroup.Find(node, MustAlign);
        var pc = node.Pc;
        for (var k = 0; k < node.Block.Length; k++)
        {
            EmitInstructionStart(node, k);
            EmitInstruction(node, k, pc);
            pc += node.Block[k].Length;
        }

        if (!node.Transfers) EmitBlockEnd(node, pc);
    }

    private void EmitInstruction(Node node, int k, uint pc)
    {
        var i = node.Block[k];
        switch (i.Shape)
        {
            case Shape.Binary:
                EmitResult(i, n => EmitBits(n == 0 ? i.Rs1 : i.Rs2));
                break;
            case Shape.Immediate:
                EmitResult(i, n => EmitBitsOr(n == 0 ? i.Rs1 : null, i.Imm));
                break;
            case Shape.Unary:
                EmitResult(i, _ => EmitBits(i.Rs1));
                break;
            case Shape.Upper:
                EmitResult(i, n => _il.Emit(OpCodes.Ldc_I4, n == 0 ? (int)pc : i.Imm));
                break;
            case Shape.Load:
                EmitLoad(node, k);
                break;
            case Shape.Store:
                EmitStore(node, k);
                break;
            case Shape.Branch:
                EmitBranch(node, k, pc);
                break;
            case Shape.Jump:
                EmitJump(node, k, pc);
                break;
            case Shape.JumpRegister:
                EmitJumpRegister(node, k, pc);
                break;
            default:
                EmitFloat(node, k);
                break;
        }
    }

    /// <summary>The exit before instruction <paramref name="k"/>.</summary>
    protected Label Exit(Node node, int k, ExitKind kind)
    {
        if (_exitsOfNodes.TryGetValue((node, k, kind), out var label)) return label;
        label = Exit(ExitBefore(node, k, kind, node.AddressOf(k)));
        _exitsOfNodes.Add((node, k, kind), label);
        return label;
    }

    /// <summary>An exit.</summary>
    protected Label Exit(RegionExit exit)
    {
        var label = _il.DefineLabel();
        _exits.Add((label, exit));
        return label;
    }

    /// <summary>Where a block begins.</summary>
    protected Label LabelOf(Node node) => _labels[node];

    /// <summary>Defers code that seldom runs: it is emitted after the blocks.</summary>
    protected void EmitLater(Action emit) => _cold.Enqueue(emit);

    /// <summary>A register's 32 bits.</summary>
    protected void EmitBits(int register)
    {
        if (register == 0)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            return;
        }

        _il.Emit(OpCodes.Ldloc, _registers[register]!);
        if (register >= Registers.F0) _il.Emit(OpCodes.Call, ToBits);
    }

    /// <summary>Pushes a register's 32 bits, or a constant if there is no register.</summary>
    private void EmitBitsOr(int? register, int constant)
    {
        if (register is { } r) EmitBits(r);
        else _il.Emit(OpCodes.Ldc_I4, constant);
    }

    /// <summary>Emits the call of the row's method, and writes its result to rd.</summary>
    private void EmitResult(in Instruction i, Action<int> emitArgument)
    {
        RowInliner.Emit(_il, i.Row.Semantics!, emitArgument);
        EmitWriteBits(i.Rd);
    }

    private void EmitWriteBits(int rd)
    {
        if (rd == 0)
        {
            _il.Emit(OpCodes.Pop);
            return;
        }

        if (rd >= Registers.F0) _il.Emit(OpCodes.Call, ToFloat);
        _il.Emit(OpCodes.Stloc, _registers[rd]!);
    }

    /// <summary>A field of the frame.</summary>
    protected void EmitFrameField(string name)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldfld, Field(name));
    }

    /// <summary>A field of <see cref="Frame"/>.</summary>
    protected static FieldInfo Field(string name) => typeof(Frame).GetField(name)!;
}
