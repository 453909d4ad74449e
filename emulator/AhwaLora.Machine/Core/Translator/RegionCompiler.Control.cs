using System.Reflection.Emit;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <content>Branches, jumps, and the test for the end of a turn.</content>
internal abstract partial class RegionCompiler
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

        // The probable outcome follows directly: the next iteration after a branch back, the next instruction otherwise.
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
        EmitIndirectEdge(node, target, pc);
    }

    private bool IsMisaligned(uint target) => (target & (_features.InstructionAlignment - 1)) != 0;

    private void EmitLink(in Instruction i, uint pc)
    {
        if (i.Rd == 0) return;
        _il.Emit(OpCodes.Ldc_I4, (int)(pc + i.Length));
        _il.Emit(OpCodes.Stloc, _registers[i.Rd]!);
    }

    /// <summary>Leaves after a jump backwards if the hart is to yield.</summary>
    protected void EmitYieldTest(Label exit)
    {
        _il.Emit(OpCodes.Ldarg, Fuel);
        EmitFrameField(nameof(Frame.YieldAt));
        _il.Emit(OpCodes.Ble, exit);
    }

    /// <summary>Address of a word of <see cref="Frame.Stalls"/>.</summary>
    protected void EmitStallWord(int word)
    {
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldflda, Field(nameof(Frame.Stalls)));
        _il.Emit(OpCodes.Ldc_I4, word * sizeof(long));
        _il.Emit(OpCodes.Add);
    }
}
