using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Interpreter;

/// <summary>Floating-point arithmetic on a hart's registers, as the row says.</summary>
internal static unsafe class FloatExecution
{
    /// <summary>Executes an instruction. Returns the flags that it raises; fflags is left to the caller.</summary>
    /// <param name="hart">The hart.</param>
    /// <param name="i">The instruction; it has passed the checks of mstatus.FS and the rounding mode.</param>
    /// <param name="x">The value of an x register that it reads.</param>
    /// <param name="rm">The rounding mode.</param>
    public static uint Execute(Hart hart, in Instruction i, uint x, uint rm)
    {
        var raised = 0u;
        if (i.Shape == Shape.Wide) ExecuteWide(hart, i, x, rm, ref raised);
        else ExecuteSingle(hart, i, x, rm, ref raised);

        // mstatus.FS becomes dirty with the first change of an f register or of fflags.
        if (raised != 0 || i.Rd >= Registers.F0) hart.Mstatus |= MstatusBits.Fs;
        return raised;
    }

    /// <summary>An operand in single precision.</summary>
    public static uint Single(Hart hart, int register, uint x) => register < Registers.F0 ? x : hart.F.Single(register - Registers.F0);

    private static void ExecuteWide(Hart hart, in Instruction i, uint x, uint rm, ref uint raised)
    {
        var result = ((delegate*<ulong, ulong, ulong, uint, ref uint, ulong>)i.Entry)(Wide(hart, i.Rs1, x), Wide(hart, i.Rs2, 0), Wide(hart, i.Rs3, 0), rm, ref raised);
        if (i.Rd >= Registers.F0) hart.F.SetWide(i.Rd - Registers.F0, result);
        else if (i.Rd != 0) hart.X[i.Rd] = (uint)result;
    }

    private static void ExecuteSingle(Hart hart, in Instruction i, uint x, uint rm, ref uint raised)
    {
        var a = i.Shape == Shape.FloatMove && i.Rs1 >= Registers.F0 ? hart.F.Low(i.Rs1 - Registers.F0) : Single(hart, i.Rs1, x);
        var b = Single(hart, i.Rs2, 0);
        var result = i.Shape switch
        {
            Shape.Float1 => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, rm, ref raised),
            Shape.Float2 => ((delegate*<uint, uint, uint, ref uint, uint>)i.Entry)(a, b, rm, ref raised),
            Shape.Float3 => ((delegate*<uint, uint, uint, uint, ref uint, uint>)i.Entry)(a, b, Single(hart, i.Rs3, 0), rm, ref raised),
            Shape.FloatCompare => ((delegate*<uint, uint, ref uint, uint>)i.Entry)(a, b, ref raised),
            Shape.FloatBinary => ((delegate*<uint, uint, uint>)i.Entry)(a, b),
            _ => ((delegate*<uint, uint>)i.Entry)(a),
        };
        if (i.Rd >= Registers.F0) hart.F.SetSingle(i.Rd - Registers.F0, result);
        else if (i.Rd != 0) hart.X[i.Rd] = result;
    }

    private static ulong Wide(Hart hart, int register, uint x) => register < Registers.F0 ? x : hart.F.Wide(register - Registers.F0);
}
