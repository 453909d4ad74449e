namespace AhwaLora.Machine.Isa;

/// <summary>Xfrep: the FP instructions that follow are repeated by Snitch's sequencer (measured on its RTL).</summary>
internal static class Xfrep
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        new(Extension.Xfrep, "frep.o", "uimm[11:0] rs1 uimm[14:12] uimm[18:15] 10001011", "rs1, body, stagger, mask", Shape.Repeat, Unit.Repeat),
    ];

    /// <summary>The last instruction of the body, counted from 0.</summary>
    public static int LastOfBody(int immediate) => immediate & 31;

    /// <summary>The largest number that is added to the registers that <see cref="StaggerMask"/> names.</summary>
    public static int StaggerMaximum(int immediate) => immediate >> 12 & 7;

    /// <summary>The fields of each instruction that the stagger is added to: 1 rd, 2 rs1, 4 rs2, 8 rs3.</summary>
    public static int StaggerMask(int immediate) => immediate >> 15 & 15;
}
