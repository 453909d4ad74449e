using System.Reflection;
using System.Reflection.Emit;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Emits paced regions (<see cref="RegionPlan.IsPaced"/>): a local holds the block's state (<see cref="TimedBlock"/>),
/// which says what the block costs and in which state the next one is entered. A region can be entered at any of its
/// blocks.
/// </summary>
internal sealed class PacedCompiler(RegionPlan plan, AddressSpace space, HartFeatures features, bool exactAlignment)
    : RegionCompiler(plan, space, features, exactAlignment)
{
    private static readonly MethodInfo MayHit = typeof(AddressHistory).GetMethod(nameof(AddressHistory.MayHit))!;

    /// <summary>The value that a region's method returns, in place of an exit's index, if it has asked for a bank.</summary>
    public const int AsksForBank = -1;

    private LocalBuilder? _at, _addressCount, _addresses;
    private Label _dispatch;

    /// <inheritdoc/>
    protected override void EmitDispatch()
    {
        _at = Il.DeclareLocal(typeof(TimedBlock));
        EmitFrameField(nameof(Frame.At));
        Il.Emit(OpCodes.Stloc, _at);
        if (ComparesAddresses)
        {
            _addresses = Il.DeclareLocal(typeof(uint).MakeByRefType());
            _addressCount = Il.DeclareLocal(typeof(int));
            EmitFrameField(nameof(Frame.Addresses));
            Il.Emit(OpCodes.Ldfld, typeof(AddressHistory).GetField(nameof(AddressHistory.Addresses))!);
            Il.Emit(OpCodes.Ldc_I4_0);
            Il.Emit(OpCodes.Ldelema, typeof(uint));
            Il.Emit(OpCodes.Stloc, _addresses);
            EmitFrameField(nameof(Frame.Addresses));
            Il.Emit(OpCodes.Ldfld, typeof(AddressHistory).GetField(nameof(AddressHistory.Count))!);
            Il.Emit(OpCodes.Stloc, _addressCount);
        }

        _dispatch = Il.DefineLabel();
        Il.MarkLabel(_dispatch);
        if (Plan.Nodes.Count == 1) return;
        EmitState(nameof(TimedBlock.Index));
        Il.Emit(OpCodes.Switch, [.. Plan.Nodes.Select(LabelOf)]);
    }

    /// <inheritdoc/>
    protected override void EmitKeep()
    {
        Il.Emit(OpCodes.Ldarg_1);
        Il.Emit(OpCodes.Ldloc, _at!);
        Il.Emit(OpCodes.Stfld, Field(nameof(Frame.At)));
        if (!ComparesAddresses) return;
        EmitFrameField(nameof(Frame.Addresses));
        Il.Emit(OpCodes.Ldloc, _addressCount!);
        Il.Emit(OpCodes.Stfld, typeof(AddressHistory).GetField(nameof(AddressHistory.Count))!);
    }

    /// <summary>Leaves if there may not be enough fuel, or if the block is entered in a new state, which must then be timed.</summary>
    protected override void EmitBlockStart(Node node)
    {
        Il.Emit(OpCodes.Ldarg, Fuel);
        EmitState(nameof(TimedBlock.Cycles));
        Il.Emit(OpCodes.Blt, Exit(node, 0, ExitKind.Fuel));
    }

    /// <inheritdoc/>
    protected override void EmitEdge(Node node, uint target, bool redirected)
    {
        EmitCharge(node, redirected);
        var isBackward = target < node.End;
        if (Plan.Find(target, RegionPlan.Arrived) is not { } next)
        {
            Il.Emit(OpCodes.Br, PacedExit(ExitKind.Jump, target, node.Block.Length, redirected, isBackward));
            return;
        }

        if (isBackward && MayYield) EmitYieldTest(PacedExit(ExitKind.Jump, target, node.Block.Length, redirected, isBackward: true));
        EmitState(redirected ? nameof(TimedBlock.RedirectedNext) : nameof(TimedBlock.AfterNext));
        Il.Emit(OpCodes.Stloc, _at!);
        Il.Emit(OpCodes.Br, LabelOf(next));
    }

    /// <summary>An indirect jump stays in the region if it goes to the same place as the last time in this state.</summary>
    protected override void EmitIndirectEdge(Node node, LocalBuilder target, uint pc)
    {
        var elsewhere = Il.DefineLabel();
        EmitCharge(node, redirected: true);
        EmitState(nameof(TimedBlock.RedirectedPc));
        Il.Emit(OpCodes.Ldloc, target);
        Il.Emit(OpCodes.Bne_Un, elsewhere);
        if (MayYield)
        {
            var isForward = Il.DefineLabel();
            Il.Emit(OpCodes.Ldloc, target);
            Il.Emit(OpCodes.Ldc_I4, (int)pc);
            Il.Emit(OpCodes.Bgt_Un, isForward);
            EmitYieldTest(elsewhere);
            Il.MarkLabel(isForward);
        }

        EmitState(nameof(TimedBlock.RedirectedNext));
        Il.Emit(OpCodes.Stloc, _at!);
        Il.Emit(OpCodes.Br, Plan.Nodes.Count == 1 ? LabelOf(Plan.Nodes[0]) : _dispatch);
        EmitLater(() =>
        {
            Il.MarkLabel(elsewhere);
            Il.Emit(OpCodes.Ldarg_1);
            Il.Emit(OpCodes.Ldloc, target);
            Il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
            Il.Emit(OpCodes.Br, PacedExit(ExitKind.Indirect, pc, node.Block.Length, redirected: true, isBackward: false));
        });
    }

    /// <inheritdoc/>
    protected override void EmitBlockEnd(Node node, uint pc)
    {
        if (node.Banked.Ask is { } ask) EmitAsk(node, ask, pc);
        else EmitEdge(node, pc, redirected: false);
    }

    /// <summary>The access after the block asks for its bank; the scheduler decides when it is granted.</summary>
    private void EmitAsk(Node node, Instruction ask, uint pc)
    {
        var exit = PacedExit(ExitKind.Interpret, pc, node.Block.Length, redirected: false, isBackward: false);
        EmitAddressTest(node, node.Block.Length, ask, exit);
        EmitOffset(ask.Rs1, (ask.Imm, ask.Imm + ask.Row.Width, ask.Row.Width), node.AskedMemory, exit);
        Il.Emit(OpCodes.Ldarg_1);
        EmitAddress(ask);
        Il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
        EmitCharge(node, redirected: false);
        Il.Emit(OpCodes.Ldc_I4, AsksForBank);
        Il.Emit(OpCodes.Stloc, ExitIndex);
        Il.Emit(OpCodes.Br, Leave);
    }

    private void EmitCharge(Node node, bool redirected)
    {
        var outcome = redirected ? "Redirected" : "After";
        Il.Emit(OpCodes.Ldarg, Fuel);
        EmitState($"{outcome}Cycles");
        Il.Emit(OpCodes.Sub);
        Il.Emit(OpCodes.Starg, Fuel);
        for (var word = 0; word < TimedBlock.StallWords; word++)
        {
            EmitStallWord(word);
            EmitStallWord(word);
            Il.Emit(OpCodes.Ldind_I8);
            EmitState($"{outcome}Stalls{word}");
            Il.Emit(OpCodes.Add);
            Il.Emit(OpCodes.Stind_I8);
        }

        if (node.Block.Length == 0) return;
        Il.Emit(OpCodes.Ldarg_1);
        Il.Emit(OpCodes.Ldarg_1);
        Il.Emit(OpCodes.Ldfld, Field(nameof(Frame.Retired)));
        Il.Emit(OpCodes.Ldc_I8, (long)node.Block.Length);
        Il.Emit(OpCodes.Add);
        Il.Emit(OpCodes.Stfld, Field(nameof(Frame.Retired)));
    }

    /// <summary>Harts that wait for banks take turns cycle by cycle.</summary>
    private bool MayYield => Plan.Pacing != Pacing.Banks;

    /// <inheritdoc/>
    protected override RegionExit ExitBefore(Node node, int k, ExitKind kind, uint pc) => MakeExit(kind, pc, k, redirected: false, isBackward: false);

    private Label PacedExit(ExitKind kind, uint pc, int instruction, bool redirected, bool isBackward) => Exit(MakeExit(kind, pc, instruction, redirected, isBackward));

    private static RegionExit MakeExit(ExitKind kind, uint pc, int instruction, bool redirected, bool isBackward) =>
        new() { Kind = kind, Pc = pc, Cycles = 0, Stalls = default, StallVector = 0, Instruction = instruction, IsRedirected = redirected, IsBackward = isBackward };

    private void EmitState(string field)
    {
        Il.Emit(OpCodes.Ldloc, _at!);
        Il.Emit(OpCodes.Ldfld, typeof(TimedBlock).GetField(field)!);
    }

    private void EmitAddress(in Instruction i)
    {
        EmitBits(i.Rs1);
        Il.Emit(OpCodes.Ldc_I4, i.Imm);
        Il.Emit(OpCodes.Add);
    }

    private bool ComparesAddresses => Plan.ComparesAddresses;

    /// <summary>
    /// An integer access waits for a floating-point access of the same granule, which no stall vector holds. If one may be
    /// pending, the addresses are compared, and the interpreter executes a hit.
    /// </summary>
    protected override void EmitAddressTest(Node node, int k, Instruction i, Label exit)
    {
        if (!ComparesAddresses || i.Row.IsFloat) return;
        var floats = node.Block.Take(k).Count(b => b.Row.IsFloat && b.Shape is Shape.Load or Shape.Store);
        var (test, done) = (Il.DefineLabel(), Il.DefineLabel());
        void EmitPending()
        {
            EmitState(nameof(TimedBlock.PendingAddresses));
            Il.Emit(OpCodes.Ldc_I4, floats);
            Il.Emit(OpCodes.Add);
        }

        EmitPending();
        Il.Emit(OpCodes.Brtrue, test);
        Il.MarkLabel(done);
        EmitLater(() =>
        {
            Il.MarkLabel(test);
            EmitFrameField(nameof(Frame.Addresses));
            Il.Emit(OpCodes.Ldloc, _addressCount!);
            EmitAddress(i);
            EmitPending();
            Il.Emit(OpCodes.Call, MayHit);
            Il.Emit(OpCodes.Brfalse, done);
            Il.Emit(OpCodes.Br, exit);
        });
    }

    /// <summary>Remembers the address of a floating-point access.</summary>
    protected override void EmitAddressNote(in Instruction i)
    {
        if (!ComparesAddresses || !i.Row.IsFloat) return;
        Il.Emit(OpCodes.Ldloc, _addresses!);
        Il.Emit(OpCodes.Ldloc, _addressCount!);
        Il.Emit(OpCodes.Ldc_I4, AddressHistory.Length - 1);
        Il.Emit(OpCodes.And);
        Il.Emit(OpCodes.Conv_U);
        Il.Emit(OpCodes.Ldc_I4_4);
        Il.Emit(OpCodes.Mul);
        Il.Emit(OpCodes.Add);
        EmitAddress(i);
        Il.Emit(OpCodes.Stind_I4);
        Il.Emit(OpCodes.Ldloc, _addressCount!);
        Il.Emit(OpCodes.Ldc_I4_1);
        Il.Emit(OpCodes.Add);
        Il.Emit(OpCodes.Stloc, _addressCount!);
    }
}
