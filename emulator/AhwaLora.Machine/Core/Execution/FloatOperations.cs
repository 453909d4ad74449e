using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Execution;

/// <summary>Floating-point instructions on a hart's registers, as their rows say.</summary>
internal static unsafe class FloatOperations
{
    /// <summary>The rounding mode of an instruction: its own, or frm.</summary>
    public static uint RoundingModeOf(Hart hart, in Instruction i) => i.Rm == RoundingMode.Dynamic || i.Row.RoundsByFrm ? hart.Frm : i.Rm;

    /// <summary>An operand in single precision, or the value of an x register.</summary>
    public static uint Single(Hart hart, int register, uint x) => register < Registers.F0 ? x : hart.F.Single(register - Registers.F0);

    /// <summary>The bits of a register as moves and stores read them.</summary>
    public static uint Moved(Hart hart, int register) => register < Registers.F0 ? hart.X[register] : hart.F.Low(register - Registers.F0);

    /// <summary>Executes an instruction. Returns the flags that it raises; fflags is left to the caller.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="i">The instruction; it has passed the checks of mstatus.FS and the rounding mode.</param>
    /// <param name="x">The value of an x register that it reads.</param>
    /// <param name="rm">The rounding mode.</param>
    public static uint Execute(Hart hart, in Instruction i, uint x, uint rm)
    {
        var raised = 0u;
        Write(hart, i, Result(hart, i, x, rm, ref raised), raised);
        return raised;
    }

    /// <summary>Executes an instruction unless it raises a flag that is not set; returns whether it did.</summary>
    public static bool TryExecuteQuietly(Hart hart, in Instruction i, uint x, uint rm)
    {
        var raised = 0u;
        var result = Result(hart, i, x, rm, ref raised);
        if ((raised & ~hart.Fflags) != 0) return false;
        Write(hart, i, result, raised);
        return true;
    }

    private static ulong Result(Hart hart, in Instruction i, uint x, uint rm, ref uint raised) => i.Shape == Shape.Wide
        ? ((delegate*<ulong, ulong, ulong, uint, ref uint, ulong>)i.Entry)(Wide(hart, i.Rs1, x), Wide(hart, i.Rs2, 0), Wide(hart, i.Rs3, 0), rm, ref raised)
        : SingleResult(hart, i, x, rm, ref raised);

    private static uint SingleResult(Hart hart, in Instruction i, uint x, uint rm, ref uint raised)
    {
        var a = i.Shape == Shape.FloatMove && i.Rs1 >= Registers.F0 ? hart.F.Low(i.Rs1 - Registers.F0) : Single(hart, i.Rs1, x);
        var b = Single(hart, i.Rs2, 0);
        return i.Shape switch
        {
            Shape.Float1 => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, rm, ref raised),
            Shape.Float2 => ((delegate*<uint, uint, uint, ref uint, uint>)i.Entry)(a, b, rm, ref raised),
            Shape.Float3 => ((delegate*<uint, uint, uint, uint, ref uint, uint>)i.Entry)(a, b, Single(hart, i.Rs3, 0), rm, ref raised),
            Shape.FloatCompare => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, b, ref raised),
            Shape.FloatBinary => ((delegate*<uint, uint, uint>)i.Entry)(a, b),
            _ => ((delegate*<uint, uint>)i.Entry)(a),
        };
    }

    private static void Write(Hart hart, in Instruction i, ulong result, uint raised)
    {
        if (i.Rd < Registers.F0)
        {
            if (i.Rd != 0) hart.X[i.Rd] = (uint)result;
        }
        else if (i.Shape == Shape.Wide)
        {
            hart.F.SetWide(i.Rd - Registers.F0, result);
        }
        else
        {
            hart.F.SetSingle(i.Rd - Registers.F0, (uint)result);
        }

        // mstatus.FS becomes dirty with the first change of an f register or of fflags.
        if (raised != 0 || i.Rd >= Registers.F0) hart.Mstatus |= MstatusBits.Fs;
    }

    private static ulong Wide(Hart hart, int register, uint x) => register < Registers.F0 ? x : hart.F.Wide(register - Registers.F0);
}
