using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Memory;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>
/// Emits a planned region as one method: guest registers in locals, loaded at the start and written back in one place
/// at the end, semantics as calls of the rows' methods, which the runtime inlines. What would trap, meet a device or
/// otherwise be rare leaves the method in front of its instruction.
/// </summary>
internal sealed partial class RegionCompiler
{
    private static readonly Type[] Parameters = [typeof(Region), typeof(Frame), typeof(int)];
    private static readonly MethodInfo FirstByte = typeof(MemoryMarshal).GetMethods()
        .Single(m => m.Name == nameof(MemoryMarshal.GetArrayDataReference) && m.IsGenericMethod).MakeGenericMethod(typeof(byte));
    private static readonly MethodInfo ToFloat = typeof(BitConverter).GetMethod(nameof(BitConverter.UInt32BitsToSingle))!;
    private static readonly MethodInfo ToBits = typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToUInt32Bits))!;

    private readonly RegionPlan _plan;
    private readonly IReadOnlyList<MemoryRegion> _memories;
    private readonly HartFeatures _features;
    private readonly bool _exactAlignment;
    private readonly ILGenerator _il;
    private readonly DynamicMethod _method;
    private readonly LocalBuilder?[] _registers = new LocalBuilder?[Registers.Count];
    private readonly bool[] _isWritten = new bool[Registers.Count];
    private readonly LocalBuilder?[] _stalls = new LocalBuilder?[StallCounts.Words];
    private readonly LocalBuilder _exitIndex;
    private readonly Label _leave;
    private readonly Dictionary<Node, Label> _labels = [];
    private readonly List<(Label Label, RegionExit Exit)> _exits = [];
    private readonly Dictionary<(Node Node, int Instruction, ExitKind Kind), Label> _exitsOfNodes = [];
    private readonly Queue<Action> _cold = new();

    private RegionCompiler(RegionPlan plan, AddressSpace space, HartFeatures features, bool exactAlignment)
    {
        _plan = plan;
        _memories = space.Memories;
        _features = features;
        _exactAlignment = exactAlignment;
        _method = new DynamicMethod($"region_{plan.Entry:x8}", typeof(int), Parameters, typeof(RegionCompiler).Module, skipVisibility: true);
        _il = _method.GetILGenerator(4096);
        _exitIndex = _il.DeclareLocal(typeof(int));
        _leave = _il.DefineLabel();
    }

    /// <summary>Translates a plan.</summary>
    /// <param name="plan">What to translate.</param>
    /// <param name="space">The memories of the harts that will run it.</param>
    /// <param name="features">What those harts implement.</param>
    /// <param name="exactAlignment">True where misaligned accesses are left to the interpreter even though they succeed.</param>
    public static Region Compile(RegionPlan plan, AddressSpace space, HartFeatures features, bool exactAlignment) =>
        new RegionCompiler(plan, space, features, exactAlignment).Compile();

    private Region Compile()
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
        var region = new Region
        {
            Entry = _plan.Entry,
            Vector = _plan.Vector,
            Mode = _plan.Mode,
            IsBridge = _plan.IsBridge,
            Ranges = _plan.Graph.Ranges(),
            Stalls = Array.Exists(_stalls, s => s is not null) || _exits.Exists(e => e.Exit.Stalls.Any),
            Length = _plan.Nodes.Sum(n => n.Block.Count),
            Nodes = _plan.IsPaced ? _plan.Nodes : [],
            Exits = [.. _exits.Select(e => e.Exit)],
        };
        region.Code = _method.CreateDelegate<RegionCode>(region);
        return region;
    }

    /// <summary>Loads every register the region touches: one that is only written on some paths is written back on all.</summary>
    private void EmitEntry()
    {
        foreach (var i in _plan.Nodes.SelectMany(n => n.Block)) Declare(i);
        foreach (var node in _plan.Nodes)
        {
            if (node.Banked.Ask is { } ask) Use(ask.Rs1);
        }

        var file = _il.DeclareLocal(typeof(uint[]));
        EmitFrameField(nameof(Frame.Registers));
        _il.Emit(OpCodes.Stloc, file);
        for (var r = 0; r < Registers.Count; r++)
        {
            if (_registers[r] is not { } local) continue;
            _il.Emit(OpCodes.Ldloc, file);
            _il.Emit(OpCodes.Ldc_I4, r);
            _il.Emit(OpCodes.Ldelem_U4);
            if (r >= Registers.F0) _il.Emit(OpCodes.Call, ToFloat);
            _il.Emit(OpCodes.Stloc, local);
        }

        foreach (var node in _plan.Nodes) DeclareStarts(node);
        if (_plan.IsPaced) EmitPacedEntry();
    }

    private void Declare(in Instruction i)
    {
        if (i.Shape is not (Shape.Upper or Shape.Jump)) Use(i.Rs1);
        if (i.Shape is Shape.Binary or Shape.Branch or Shape.Store or Shape.Float2 or Shape.FloatCompare or Shape.Float3) Use(i.Rs2);
        if (i.Shape is Shape.Float3) Use(i.Rs3);
        if (i.Shape is Shape.Branch or Shape.Store || i.Rd == Registers.Sink) return;
        Use(i.Rd);
        _isWritten[i.Rd] = true;
    }

    private void Use(int register)
    {
        if (register != 0) _registers[register] ??= _il.DeclareLocal(register >= Registers.F0 ? typeof(float) : typeof(uint));
    }

    private void EmitLeave()
    {
        _il.MarkLabel(_leave);
        if (_plan.IsPaced) EmitPacedLeave();
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Fuel)));
        for (var word = 0; word < StallCounts.Words; word++)
        {
            if (_stalls[word] is not { } stalls) continue;
            var field = Field($"Stalls{word}");
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Ldfld, field);
            _il.Emit(OpCodes.Ldloc, stalls);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stfld, field);
        }

        var file = _il.DeclareLocal(typeof(uint[]));
        EmitFrameField(nameof(Frame.Registers));
        _il.Emit(OpCodes.Stloc, file);
        for (var r = 0; r < Registers.Count; r++)
        {
            if (!_isWritten[r]) continue;
            _il.Emit(OpCodes.Ldloc, file);
            _il.Emit(OpCodes.Ldc_I4, r);
            EmitBits(r);
            _il.Emit(OpCodes.Stelem_I4);
        }

        _il.Emit(OpCodes.Ldloc, _exitIndex);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitNode(Node node)
    {
        _il.MarkLabel(_labels[node]);
        if (_plan.IsPaced) EmitPacedFuelTest(node);
        else EmitCharge(node);

        var pc = node.Pc;
        for (var k = 0; k < node.Block.Count; k++)
        {
            if (_plan.IsBridge) EmitFuelTest(node.Plan.Before[k].Cycles + 1 - node.EntryCycles, Exit(node, k, ExitKind.Fuel));
            EmitInstruction(node, k, pc);
            pc += node.Block[k].Length;
        }

        if (node.Banked.Ask is { } ask) EmitAsk(node, ask, pc);
        else if (node.Last.Shape is not (Shape.Branch or Shape.Jump or Shape.JumpRegister)) EmitEdge(node, pc, redirected: false);
    }

    private void EmitCharge(Node node)
    {
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Ldc_I4, node.EntryCycles);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Starg, (short)2);
        if (!_plan.IsBridge) EmitFuelTest(0, Exit(node, 0, ExitKind.Fuel));
    }

    private void EmitFuelTest(int least, Label exit)
    {
        _il.Emit(OpCodes.Ldarg_2);
        _il.Emit(OpCodes.Ldc_I4, least);
        EmitLeaveUnless(OpCodes.Bge, exit);
    }

    private void EmitInstruction(Node node, int k, uint pc)
    {
        var i = node.Block[k];
        switch (i.Shape)
        {
            case Shape.Binary when !i.Row.IsFloat:
                EmitResult(i, n => EmitBits(n == 0 ? i.Rs1 : i.Rs2));
                break;
            case Shape.Immediate:
                EmitResult(i, n => EmitBitsOr(n == 0 ? i.Rs1 : null, i.Imm));
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

    private void EmitBranch(Node node, int k, uint pc)
    {
        var i = node.Block[k];
        var target = pc + (uint)i.Imm;
        RowInliner.Emit(_il, i.Row.Semantics!, n => EmitBits(n == 0 ? i.Rs1 : i.Rs2));
        if (IsMisaligned(target))
        {
            EmitLeaveUnless(OpCodes.Brfalse, Exit(node, k, ExitKind.Interpret));
        }
        else
        {
            var taken = _il.DefineLabel();
            _il.Emit(OpCodes.Brtrue, taken);
            _cold.Enqueue(() =>
            {
                _il.MarkLabel(taken);
                EmitEdge(node, target, redirected: true);
            });
        }

        EmitEdge(node, pc + i.Length, redirected: false);
    }

    private void EmitJump(Node node, int k, uint pc)
    {
        var i = node.Block[k];
        var target = pc + (uint)i.Imm;
        if (IsMisaligned(target))
        {
            _il.Emit(OpCodes.Br, Exit(node, k, ExitKind.Interpret));
            return;
        }

        EmitLink(i, pc);
        EmitEdge(node, target, redirected: true);
    }

    private void EmitJumpRegister(Node node, int k, uint pc)
    {
        var i = node.Block[k];
        var target = _il.DeclareLocal(typeof(uint));
        EmitBits(i.Rs1);
        _il.Emit(OpCodes.Ldc_I4, i.Imm);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldc_I4, ~1);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Stloc, target);
        if (_features.InstructionAlignment == 4)
        {
            _il.Emit(OpCodes.Ldloc, target);
            _il.Emit(OpCodes.Ldc_I4_2);
            _il.Emit(OpCodes.And);
            EmitLeaveUnless(OpCodes.Brfalse, Exit(node, k, ExitKind.Interpret));
        }

        EmitLink(i, pc);
        if (_plan.IsPaced)
        {
            EmitPacedIndirect(node, target, pc);
            return;
        }

        EmitStalls(node.Plan.Redirected.Stalls);
        foreach (var known in _plan.TargetsOf(pc, i))
        {
            if (_plan.Find(known, node.Plan.Redirected.Vector) is not { } next) continue;
            _il.Emit(OpCodes.Ldloc, target);
            _il.Emit(OpCodes.Ldc_I4, (int)known);
            _il.Emit(OpCodes.Beq, _labels[next]);
        }

        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldloc, target);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
        _il.Emit(OpCodes.Br, Exit(ExitKind.Indirect, pc, 0, default, node.Plan.Redirected.Vector));
    }

    private bool IsMisaligned(uint target) => (target & (_features.InstructionAlignment - 1)) != 0;

    private void EmitLink(in Instruction i, uint pc)
    {
        if (i.Rd == Registers.Sink) return;
        _il.Emit(OpCodes.Ldc_I4, (int)(pc + i.Length));
        _il.Emit(OpCodes.Stloc, _registers[i.Rd]!);
    }

    /// <summary>Charges what an outcome of the block costs beyond <see cref="Node.EntryCycles"/>, and goes to where it leads.</summary>
    private void EmitEdge(Node node, uint target, bool redirected)
    {
        if (_plan.IsPaced)
        {
            EmitPacedEdge(node, target, redirected);
            return;
        }

        var at = redirected ? node.Plan.Redirected : node.Plan.After;
        if (at.Cycles != node.EntryCycles)
        {
            _il.Emit(OpCodes.Ldarg_2);
            _il.Emit(OpCodes.Ldc_I4, at.Cycles - node.EntryCycles);
            _il.Emit(OpCodes.Sub);
            _il.Emit(OpCodes.Starg, (short)2);
        }

        EmitStalls(at.Stalls);
        _il.Emit(OpCodes.Br, _plan.Find(target, at.Vector) is { } next ? _labels[next] : Exit(ExitKind.Jump, target, 0, default, at.Vector));
    }

    private void EmitStalls(in StallCounts stalls)
    {
        for (var word = 0; word < StallCounts.Words; word++)
        {
            if (stalls[word] == 0) continue;
            var local = _stalls[word] ??= _il.DeclareLocal(typeof(long));
            _il.Emit(OpCodes.Ldloc, local);
            _il.Emit(OpCodes.Ldc_I8, stalls[word]);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stloc, local);
        }
    }

    /// <summary>
    /// Goes on where <paramref name="condition"/> branches, else leaves. The runtime lays a method out with the target of
    /// a branch behind it, so what is likely has to be the target.
    /// </summary>
    private void EmitLeaveUnless(OpCode condition, Label exit)
    {
        var goOn = _il.DefineLabel();
        _il.Emit(condition, goOn);
        _il.Emit(OpCodes.Br, exit);
        _il.MarkLabel(goOn);
    }

    /// <summary>The way out in front of instruction <paramref name="k"/>.</summary>
    private Label Exit(Node node, int k, ExitKind kind)
    {
        if (_exitsOfNodes.TryGetValue((node, k, kind), out var label)) return label;
        var pc = node.Pc;
        for (var n = 0; n < k; n++) pc += node.Block[n].Length;
        var at = _plan.IsPaced ? default : node.Plan.Before[k];
        label = _plan.IsPaced ? PacedExit(kind, pc, k, redirected: false) : Exit(kind, pc, at.Cycles - node.EntryCycles, at.Stalls, at.Vector);
        _exitsOfNodes.Add((node, k, kind), label);
        return label;
    }

    private Label Exit(ExitKind kind, uint pc, int cycles, in StallCounts stalls, int vector)
    {
        var label = _il.DefineLabel();
        _exits.Add((label, new RegionExit { Kind = kind, Pc = pc, Cycles = cycles, Stalls = stalls, Vector = vector }));
        return label;
    }

    /// <summary>A register's 32 bits.</summary>
    private void EmitBits(int register)
    {
        if (register == 0)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            return;
        }

        _il.Emit(OpCodes.Ldloc, _registers[register]!);
        if (register >= Registers.F0) _il.Emit(OpCodes.Call, ToBits);
    }

    /// <summary>A register's 32 bits, or a constant where there is no register.</summary>
    private void EmitBitsOr(int? register, int constant)
    {
        if (register is { } r) EmitBits(r);
        else _il.Emit(OpCodes.Ldc_I4, constant);
    }

    /// <summary>The row's method, and its result into rd.</summary>
    private void EmitResult(in Instruction i, Action<int> emitArgument)
    {
        RowInliner.Emit(_il, i.Row.Semantics!, emitArgument);
        EmitWriteBits(i.Rd);
    }

    private void EmitWriteBits(int rd)
    {
        if (rd == Registers.Sink)
        {
            _il.Emit(OpCodes.Pop);
            return;
        }

        if (rd >= Registers.F0) _il.Emit(OpCodes.Call, ToFloat);
        _il.Emit(OpCodes.Stloc, _registers[rd]!);
    }

    private void EmitFrameField(string name)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldfld, Field(name));
    }

    private static FieldInfo Field(string name) => typeof(Frame).GetField(name)!;
}
