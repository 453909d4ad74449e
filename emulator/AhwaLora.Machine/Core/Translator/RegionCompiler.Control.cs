using System.Reflection.Emit;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <content>Branches, jumps, and what happens between blocks: cycles, stalls, the test for a turn's end.</content>
internal sealed partial class RegionCompiler
{
    private void EmitBranch(Node node, int k, uint pc)
    {
        var i = node.Block[k];
        var target = pc + (uint)i.Imm;
        RowInliner.Emit(_il, i.Row.Semantics!, n => EmitBits(n == 0 ? i.Rs1 : i.Rs2));
        if (IsMisaligned(target))
        {
            _il.Emit(OpCodes.Brtrue, Exit(node, k, ExitKind.Interpret));
            EmitEdge(node, pc + i.Length, redirected: false);
            return;
        }

        // What is probable follows: a loop's next round behind a branch back, the next instruction otherwise.
        var other = _il.DefineLabel();
        var isBackward = target <= pc;
        _il.Emit(isBackward ? OpCodes.Brfalse : OpCodes.Brtrue, other);
        EmitEdge(node, isBackward ? target : pc + i.Length, redirected: isBackward);
        _cold.Enqueue(() =>
        {
            _il.MarkLabel(other);
            EmitEdge(node, isBackward ? pc + i.Length : target, redirected: !isBackward);
        });
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
            _il.Emit(OpCodes.Brtrue, Exit(node, k, ExitKind.Interpret));
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
            if (_plan.Find(known, node.Plan.Redirected.StallVector) is not { } next) continue;
            _il.Emit(OpCodes.Ldloc, target);
            _il.Emit(OpCodes.Ldc_I4, (int)known);
            _il.Emit(OpCodes.Beq, known <= pc ? Backward(next) : _labels[next]);
        }

        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldloc, target);
        _il.Emit(OpCodes.Stfld, Field(nameof(Frame.Target)));
        _il.Emit(OpCodes.Br, Exit(ExitKind.Indirect, pc, 0, default, node.Plan.Redirected.StallVector));
    }

    private bool IsMisaligned(uint target) => (target & (_features.InstructionAlignment - 1)) != 0;

    private void EmitLink(in Instruction i, uint pc)
    {
        if (i.Rd == 0) return;
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
        if (at.Cycles != node.EntryCycles) EmitCharge(at.Cycles - node.EntryCycles);
        EmitStalls(at.Stalls);
        var isBackward = target < node.End;
        if (_plan.Find(target, at.StallVector) is not { } next)
        {
            _il.Emit(OpCodes.Br, Exit(ExitKind.Jump, target, 0, default, at.StallVector, isBackward));
            return;
        }

        if (isBackward) EmitYieldTest(Exit(ExitKind.Jump, target, 0, default, at.StallVector, isBackward: true));
        _il.Emit(OpCodes.Br, _labels[next]);
    }

    /// <summary>Leaves behind a jump backwards where the hart is to yield.</summary>
    private void EmitYieldTest(Label exit)
    {
        _il.Emit(OpCodes.Ldarg, Fuel);
        EmitFrameField(nameof(Frame.YieldAt));
        _il.Emit(OpCodes.Ble, exit);
    }

    /// <summary>Where an indirect jump back to a block goes, by way of the test for it.</summary>
    private Label Backward(Node target)
    {
        var label = _il.DefineLabel();
        _cold.Enqueue(() =>
        {
            _il.MarkLabel(label);
            EmitYieldTest(Exit(ExitKind.Jump, target.Pc, 0, default, target.StallVector, isBackward: true));
            _il.Emit(OpCodes.Br, _labels[target]);
        });
        return label;
    }

    private void EmitCharge(int cycles)
    {
        _il.Emit(OpCodes.Ldarg, Fuel);
        _il.Emit(OpCodes.Ldc_I4, cycles);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Starg, Fuel);
    }

    /// <summary>Counts stalls where they are kept, which takes no register from the guest's.</summary>
    private void EmitStalls(in StallCounts stalls)
    {
        for (var word = 0; word < StallCounts.Words; word++)
        {
            if (stalls[word] == 0) continue;
            _countsStalls = true;
            EmitStallWord(word);
            EmitStallWord(word);
            _il.Emit(OpCodes.Ldind_I8);
            _il.Emit(OpCodes.Ldc_I8, stalls[word]);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Stind_I8);
        }
    }

    /// <summary>Address of a word of <see cref="Frame.Stalls"/>.</summary>
    private void EmitStallWord(int word)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldflda, Field(nameof(Frame.Stalls)));
        _il.Emit(OpCodes.Ldc_I4, word * sizeof(long));
        _il.Emit(OpCodes.Add);
    }
}
