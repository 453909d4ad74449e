using System.Reflection.Emit;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <content>
/// Floating point: the host's operation and a test if it could raise a flag; if it could, the interpreter does
/// it. In other rounding modes, and for rows without such a form, the row's method is called. mstatus.FS is dirty here.
/// </content>
internal abstract partial class RegionCompiler
{
    private void EmitFloat(Node node, int k)
    {
        var i = node.Block[k];
        if (i.Row.MovesOneSource && i.Rs1 == i.Rs2)
        {
            _il.Emit(OpCodes.Ldloc, _registers[i.Rs1]!);
            _il.Emit(OpCodes.Stloc, _registers[i.Rd]!);
        }
        else if (HostFormOf(i) is { } form)
        {
            EmitHostForm(i, form, Exit(node, k, ExitKind.Interpret));
        }
        else
        {
            EmitRowCall(i);
        }
    }

    private HostForm? HostFormOf(in Instruction i)
    {
        if (_plan.Mode == FloatMode.Directed || i.Row.HostForm is not { IsUsable: true } form) return null;
        var isRounded = i.Shape is Shape.Float1 or Shape.Float2 or Shape.Float3;
        var isNearest = i.Rm is (byte)RoundingMode.Dynamic or (byte)RoundingMode.NearestEven;
        return !isRounded || isNearest ? form : null;
    }

    private void EmitHostForm(in Instruction i, HostForm form, Label mayRaise)
    {
        var result = _il.DeclareLocal(form.Operation.ReturnType);
        var (x, y, z) = (i.Rs1, i.Rs2, i.Rs3);
        var operands = form.Operation.GetParameters().Length;
        void EmitOperand(int n)
        {
            if (n == operands) _il.Emit(OpCodes.Ldloc, result);
            else EmitValue(n switch { 0 => x, 1 => y, _ => z });
        }

        RowInliner.Emit(_il, form.Operation, EmitOperand);
        _il.Emit(OpCodes.Stloc, result);
        RowInliner.Emit(_il, _plan.Mode == FloatMode.Exact ? form.Raises : form.RaisesMore, EmitOperand);
        _il.Emit(OpCodes.Brtrue, mayRaise);
        if (i.Rd == 0) return;
        _il.Emit(OpCodes.Ldloc, result);
        _il.Emit(OpCodes.Stloc, _registers[i.Rd]!);
    }

    private void EmitValue(int register)
    {
        if (register == 0) _il.Emit(OpCodes.Ldc_I4_0);
        else _il.Emit(OpCodes.Ldloc, _registers[register]!);
    }

    private void EmitRowCall(in Instruction i)
    {
        var row = i;
        var operands = i.Shape switch
        {
            Shape.FloatUnary or Shape.FloatMove or Shape.Float1 => 1,
            Shape.Float3 => 3,
            _ => 2,
        };
        var isRounded = i.Shape is Shape.Float1 or Shape.Float2 or Shape.Float3;
        EmitResult(i, n =>
        {
            if (n < operands) EmitBits(n switch { 0 => row.Rs1, 1 => row.Rs2, _ => row.Rs3 });
            else if (n == operands && isRounded) EmitRoundingMode(row);
            else EmitFlags();
        });
    }

    private void EmitFlags()
    {
        EmitFrameField(nameof(Frame.Hart));
        _il.Emit(OpCodes.Ldflda, typeof(Hart).GetField(nameof(Hart.Fflags))!);
    }

    private void EmitRoundingMode(in Instruction i)
    {
        if (i.Rm != RoundingMode.Dynamic)
        {
            _il.Emit(OpCodes.Ldc_I4, (int)i.Rm);
            return;
        }

        EmitFrameField(nameof(Frame.Hart));
        _il.Emit(OpCodes.Ldfld, typeof(Hart).GetField(nameof(Hart.Frm))!);
    }
}
