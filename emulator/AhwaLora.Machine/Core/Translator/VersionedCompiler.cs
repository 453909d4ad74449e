using System.Reflection.Emit;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Emits regions whose blocks are copied for each stall vector (<see cref="Pacing.Versions"/>). The cost of a block is a
/// constant, charged on entry. The extra cost of an outcome, and its stalls, are charged on the way to the next block.
/// </summary>
internal sealed class VersionedCompiler(RegionPlan plan, AddressSpace space, HartFeatures features, bool exactAlignment)
    : RegionCompiler(plan, space, features, exactAlignment)
{
    private bool _chargesStalls;

    /// <inheritdoc/>
    protected override bool ChargesStalls => _chargesStalls;

    /// <inheritdoc/>
    protected override void EmitDispatch()
    {
        if (Plan.Entries.Count == 1) return;
        Il.Emit(OpCodes.Ldarg, EntryIndex);
        Il.Emit(OpCodes.Switch, [.. Plan.Entries.Select(LabelOf)]);
    }

    /// <inheritdoc/>
    protected override void EmitBlockStart(Node node)
    {
        EmitCharge(node.EntryCycles);
        if (!Plan.IsBridge) EmitFuelTest(0, Exit(node, 0, ExitKind.Fuel));
    }

    /// <inheritdoc/>
    protected override void EmitInstructionStart(Node node, int k)
    {
        if (Plan.IsBridge) EmitFuelTest(node.Plan.Before[k].Cycles + 1 - node.EntryCycles, Exit(node, k, ExitKind.Fuel));
    }

    /// <inheritdoc/>
    protected override RegionExit ExitBefore(Node node, int k, ExitKind kind, uint pc)
    {
        var at = node.Plan.Before[k];
        return new RegionExit { Kind = kind, Pc = pc, Cycles = at.Cycles - node.EntryCycles, Stalls = at.Stalls, StallVector = at.StallVector };
    }

    /// <inheritdoc/>
    protected override void EmitEdge(Node node, uint target, bool redirected)
    {
        var at = redirected ? node.Plan.Redirected : node.Plan.After;
        if (at.Cycles != node.EntryCycles) EmitCharge(at.Cycles - node.EntryCycles);
        EmitStalls(at.Stalls);
        var isBackward = target < node.End;
        if (Plan.Find(target, at.StallVector) is not { } next)
        {
            Il.Emit(OpCodes.Br, ExitTo(ExitKind.Jump, target, at.StallVector, isBackward));
            return;
        }

        if (isBackward) EmitYieldTest(ExitTo(ExitKind.Jump, target, at.StallVector, isBackward: true));
        Il.Emit(OpCodes.Br, LabelOf(next));
    }

    /// <inheritdoc/>
    protected override void EmitIndirectEdge(Node node, LocalBuilder target, uint pc)
    {
        var at = node.Plan.Redirected;
        EmitStalls(at.Stalls);
        foreach (var known in Plan.TargetsOf(pc, node.Last))
        {
            if (Plan.Find(known, at.StallVector) is not { } next) continue;
            Il.Emit(OpCodes.Ldloc, target);
            Il.Emit(OpCodes.Ldc_I4, (int)known);
            Il.Emit(OpCodes.Beq, known <= pc ? Backward(next) : LabelOf(next));
        }

        Il.Emit(OpCodes.Ldarg_1);
        Il.Emit(OpCodes.Ldloc, target);
        Il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
        Il.Emit(OpCodes.Br, ExitTo(ExitKind.Indirect, pc, at.StallVector, isBackward: false));
    }

    /// <summary>The label that an indirect jump back to a block goes to, through the test for a yield.</summary>
    private Label Backward(Node target)
    {
        var label = Il.DefineLabel();
        EmitLater(() =>
        {
            Il.MarkLabel(label);
            EmitYieldTest(ExitTo(ExitKind.Jump, target.Pc, target.StallVector, isBackward: true));
            Il.Emit(OpCodes.Br, LabelOf(target));
        });
        return label;
    }

    /// <summary>The exit after a block that is already charged in full.</summary>
    private Label ExitTo(ExitKind kind, uint pc, int vector, bool isBackward) =>
        Exit(new RegionExit { Kind = kind, Pc = pc, Cycles = 0, Stalls = default, StallVector = vector, IsBackward = isBackward });

    private void EmitFuelTest(int least, Label exit)
    {
        Il.Emit(OpCodes.Ldarg, Fuel);
        Il.Emit(OpCodes.Ldc_I4, least);
        Il.Emit(OpCodes.Blt, exit);
    }

    private void EmitCharge(int cycles)
    {
        Il.Emit(OpCodes.Ldarg, Fuel);
        Il.Emit(OpCodes.Ldc_I4, cycles);
        Il.Emit(OpCodes.Sub);
        Il.Emit(OpCodes.Starg, Fuel);
    }

    /// <summary>Counts stalls directly in memory, which takes no host register from the guest's registers.</summary>
    private void EmitStalls(in StallCounts stalls)
    {
        for (var word = 0; word < StallCounts.Words; word++)
        {
            if (stalls[word] == 0) continue;
            _chargesStalls = true;
            EmitStallWord(word);
            EmitStallWord(word);
            Il.Emit(OpCodes.Ldind_I8);
            Il.Emit(OpCodes.Ldc_I8, stalls[word]);
            Il.Emit(OpCodes.Add);
            Il.Emit(OpCodes.Stind_I8);
        }
    }
}
