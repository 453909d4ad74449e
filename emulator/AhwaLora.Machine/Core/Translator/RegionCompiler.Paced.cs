using System.Reflection;
using System.Reflection.Emit;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <content>
/// Paced regions: a local holds the block's state (<see cref="TimedBlock"/>), which says what the block costs and in
/// which state the next one is entered. A region can be entered at any of its blocks.
/// </content>
internal sealed partial class RegionCompiler
{
    private static readonly MethodInfo MayHit = typeof(AddressHistory).GetMethod(nameof(AddressHistory.MayHit))!;

    /// <summary>What a region's method returns in place of an exit's index where it has asked for a bank.</summary>
    public const int AsksForBank = -1;

    private LocalBuilder? _at, _addressCount, _addresses;
    private Label _dispatch;

    private void EmitPacedEntry()
    {
        _at = _il.DeclareLocal(typeof(TimedBlock));
        EmitFrameField(nameof(Frame.At));
        _il.Emit(OpCodes.Stloc, _at);
        if (ComparesAddresses)
        {
            _addresses = _il.DeclareLocal(typeof(uint).MakeByRefType());
            _addressCount = _il.DeclareLocal(typeof(int));
            EmitFrameField(nameof(Frame.Addresses));
            _il.Emit(OpCodes.Ldfld, typeof(AddressHistory).GetField(nameof(AddressHistory.Addresses))!);
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Ldelema, typeof(uint));
            _il.Emit(OpCodes.Stloc, _addresses);
            EmitFrameField(nameof(Frame.Addresses));
            _il.Emit(OpCodes.Ldfld, typeof(AddressHistory).GetField(nameof(AddressHistory.Count))!);
            _il.Emit(OpCodes.Stloc, _addressCount);
        }

        _dispatch = _il.DefineLabel();
        _il.MarkLabel(_dispatch);
        if (_plan.Nodes.Count == 1) return;
        EmitState(nameof(TimedBlock.Index));
        _il.Emit(OpCodes.Switch, [.. _plan.Nodes.Select(n => _labels[n])]);
    }

    private void EmitPacedLeave()
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldloc, _at!);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.At)));
        if (!ComparesAddresses) return;
        EmitFrameField(nameof(Frame.Addresses));
        _il.Emit(OpCodes.Ldloc, _addressCount!);
        _il.Emit(OpCodes.Stfld, typeof(AddressHistory).GetField(nameof(AddressHistory.Count))!);
    }

    /// <summary>Leaves where the fuel may not last; or where the block is entered in a new state, which then has to be timed.</summary>
    private void EmitPacedFuelTest(Node node)
    {
        _il.Emit(OpCodes.Ldarg_2);
        EmitState(nameof(TimedBlock.Cycles));
        _il.Emit(OpCodes.Blt, Exit(node, 0, ExitKind.Fuel));
    }

    private void EmitPacedEdge(Node node, uint target, bool redirected)
    {
        EmitPacedCharge(node, redirected);
        var isBackward = target < node.End;
        if (_plan.Find(target, RegionPlan.Arrived) is not { } next)
        {
            _il.Emit(OpCodes.Br, PacedExit(ExitKind.Jump, target, node.Block.Count, redirected, isBackward));
            return;
        }

        if (isBackward && MayYield) EmitYieldTest(PacedExit(ExitKind.Jump, target, node.Block.Count, redirected, isBackward: true));
        EmitState(redirected ? nameof(TimedBlock.RedirectedNext) : nameof(TimedBlock.AfterNext));
        _il.Emit(OpCodes.Stloc, _at!);
        _il.Emit(OpCodes.Br, _labels[next]);
    }

    /// <summary>An indirect jump stays in the region where it goes to the same place as the last time in this state.</summary>
    private void EmitPacedIndirect(Node node, LocalBuilder target, uint pc)
    {
        var elsewhere = _il.DefineLabel();
        EmitPacedCharge(node, redirected: true);
        EmitState(nameof(TimedBlock.RedirectedPc));
        _il.Emit(OpCodes.Ldloc, target);
        _il.Emit(OpCodes.Bne_Un, elsewhere);
        if (MayYield)
        {
            var isForward = _il.DefineLabel();
            _il.Emit(OpCodes.Ldloc, target);
            _il.Emit(OpCodes.Ldc_I4, (int)pc);
            _il.Emit(OpCodes.Bgt_Un, isForward);
            EmitYieldTest(elsewhere);
            _il.MarkLabel(isForward);
        }

        EmitState(nameof(TimedBlock.RedirectedNext));
        _il.Emit(OpCodes.Stloc, _at!);
        _il.Emit(OpCodes.Br, _plan.Nodes.Count == 1 ? _labels[_plan.Nodes[0]] : _dispatch);
        _cold.Enqueue(() =>
        {
            _il.MarkLabel(elsewhere);
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Ldloc, target);
            _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
            _il.Emit(OpCodes.Br, PacedExit(ExitKind.Indirect, pc, node.Block.Count, redirected: true, isBackward: false));
        });
    }

    /// <summary>The access behind the block asks for its bank: the rest is the scheduler's, until it is granted.</summary>
    private void EmitAsk(Node node, Instruction ask, uint pc)
    {
        var exit = PacedExit(ExitKind.Interpret, pc, node.Block.Count, redirected: false, isBackward: false);
        EmitAddressTest(node, node.Block.Count, ask, exit);
        EmitOffset(ask.Rs1, (ask.Imm, ask.Imm + ask.Row.Width, ask.Row.Width), node.AskedMemory, exit);
        _il.Emit(OpCodes.Ldarg_1);
        EmitAddress(ask);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
        EmitPacedCharge(node, redirected: false);
        _il.Emit(OpCodes.Ldc_I4, AsksForBank);
        _il.Emit(OpCodes.Stloc, _exitIndex);
        _il.Emit(OpCodes.Br, _leave);
    }

    private void EmitPacedCharge(Node node, bool redirected)
    {
        var outcome = redirected ? "Redirected" : "After";
        _il.Emit(OpCodes.Ldarg_2);
        EmitState($"{outcome}Cycles");
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Starg, (short)2);
        for (var word = 0; word < TimedBlock.StallWords; word++)
        {
            EmitStallWord(word);
            EmitStallWord(word);
            _il.Emit(OpCodes.Ldind_I8);
            EmitState($"{outcome}Stalls{word}");
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stind_I8);
        }

        if (node.Block.Count == 0) return;
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldfld, Field(nameof(Frame.Retired)));
        _il.Emit(OpCodes.Ldc_I8, (long)node.Block.Count);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Retired)));
    }

    /// <summary>Harts that wait for banks have their turn by the cycle.</summary>
    private bool MayYield => _plan.Pacing != Pacing.Banks;

    private Label PacedExit(ExitKind kind, uint pc, int instruction, bool redirected, bool isBackward)
    {
        var label = _il.DefineLabel();
        _exits.Add((label, new RegionExit { Kind = kind, Pc = pc, Cycles = 0, Stalls = default, StallVector = 0, Instruction = instruction, IsRedirected = redirected, IsBackward = isBackward }));
        return label;
    }

    private void EmitState(string field)
    {
        _il.Emit(OpCodes.Ldloc, _at!);
        _il.Emit(OpCodes.Ldfld, typeof(TimedBlock).GetField(field)!);
    }

    private void EmitAddress(in Instruction i)
    {
        EmitBits(i.Rs1);
        _il.Emit(OpCodes.Ldc_I4, i.Imm);
        _il.Emit(OpCodes.Add);
    }

    private bool ComparesAddresses => _plan is { IsPaced: true, ComparesAddresses: true };

    /// <summary>
    /// An integer access waits for a floating-point one of the same granule, which no vector knows. Where one may be
    /// pending, its addresses are compared, and a hit is left to the interpreter.
    /// </summary>
    private void EmitAddressTest(Node node, int k, Instruction i, Label exit)
    {
        if (!ComparesAddresses || i.Row.IsFloat) return;
        var floats = node.Block.Take(k).Count(b => b.Row.IsFloat && b.Shape is Shape.Load or Shape.Store);
        var (test, done) = (_il.DefineLabel(), _il.DefineLabel());
        void EmitPending()
        {
            EmitState(nameof(TimedBlock.PendingAddresses));
            _il.Emit(OpCodes.Ldc_I4, floats);
            _il.Emit(OpCodes.Add);
        }

        EmitPending();
        _il.Emit(OpCodes.Brtrue, test);
        _il.MarkLabel(done);
        _cold.Enqueue(() =>
        {
            _il.MarkLabel(test);
            EmitFrameField(nameof(Frame.Addresses));
            _il.Emit(OpCodes.Ldloc, _addressCount!);
            EmitAddress(i);
            EmitPending();
            _il.Emit(OpCodes.Call, MayHit);
            _il.Emit(OpCodes.Brfalse, done);
            _il.Emit(OpCodes.Br, exit);
        });
    }

    /// <summary>Remembers the address of a floating-point access.</summary>
    private void EmitAddressNote(in Instruction i)
    {
        if (!ComparesAddresses || !i.Row.IsFloat) return;
        _il.Emit(OpCodes.Ldloc, _addresses!);
        _il.Emit(OpCodes.Ldloc, _addressCount!);
        _il.Emit(OpCodes.Ldc_I4, AddressHistory.Length - 1);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Ldc_I4_4);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
        EmitAddress(i);
        _il.Emit(OpCodes.Stind_I4);
        _il.Emit(OpCodes.Ldloc, _addressCount!);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, _addressCount!);
    }
}
