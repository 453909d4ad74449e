using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Execution;

/// <summary>Floating-point instructions as their rows say, with the flags and the state of mstatus.FS that follow.</summary>
internal static unsafe class FloatOperations
{
    /// <summary>The rounding mode of an instruction: its own, or frm.</summary>
    public static uint RoundingModeOf(Hart hart, in Instruction i) => i.Rm == RoundingMode.Dynamic ? hart.Frm : i.Rm;

    /// <summary>The bits of an x register, or an operand in single precision.</summary>
    public static uint Operand(Hart hart, int register) => register < Registers.F0 ? hart.X[register] : hart.F.Single(register - Registers.F0);

    /// <summary>The bits of a register as moves and stores read them.</summary>
    public static uint Moved(Hart hart, int register) => register < Registers.F0 ? hart.X[register] : hart.F.Low(register - Registers.F0);

    /// <summary>The first operand, as the instruction reads it.</summary>
    public static uint First(Hart hart, in Instruction i) => i.Shape == Shape.FloatMove ? Moved(hart, i.Rs1) : Operand(hart, i.Rs1);

    /// <summary>Executes the instruction on its first two operands; returns the flags that it raised.</summary>
    public static uint Execute(Hart hart, in Instruction i, uint a, uint b, uint rm)
    {
        var raised = 0u;
        var result = i.Shape switch
        {
            Shape.Float1 => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, rm, ref raised),
            Shape.Float2 => ((delegate*<uint, uint, uint, ref uint, uint>)i.Entry)(a, b, rm, ref raised),
            Shape.Float3 => ((delegate*<uint, uint, uint, uint, ref uint, uint>)i.Entry)(a, b, Operand(hart, i.Rs3), rm, ref raised),
            Shape.FloatCompare => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, b, ref raised),
            Shape.FloatBinary => ((delegate*<uint, uint, uint>)i.Entry)(a, b),
            _ => ((delegate*<uint, uint>)i.Entry)(a),
        };

        if (i.Rd < Registers.F0)
        {
            hart.X[i.Rd] = result;
            hart.X[0] = 0;
        }
        else
        {
            hart.F.SetSingle(i.Rd - Registers.F0, result);
        }

        // mstatus.FS becomes dirty with the first change of an f register or of fflags.
        if (raised != 0 || i.Rd >= Registers.F0) hart.Mstatus |= MstatusBits.Fs;
        hart.Fflags |= raised;
        return raised;
    }
}
