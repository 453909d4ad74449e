namespace AhwaLora.Machine.Isa;

/// <summary>
/// Xssr: three streams of 64-bit elements on ft0-ft2, as Snitch has them (measured on its RTL). They are set up by configuration
/// registers, and on while bit 0 of CSR 0x7c0 is set.
/// </summary>
internal static class Xssr
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        //  name     bits                                     assembly         shape
        Row("scfgwi", "uimm[11:0] rs1 010 00000 0101011",     "rs1, imm",      Shape.StreamWrite),
        Row("scfgw",  "0000000 rs2 rs1 010 00001 0101011",    "rs1, rs2",      Shape.StreamWrite),
        Row("scfgr",  "0000000 rs2 00001 001 rd 0101011",     "rd, rs2",       Shape.StreamRead),

        // The default core gives this word to the FPU, which never takes it.
        Row("scfgri", "uimm[11:0] 00000 001 rd 0101011",      "rd, imm",       Shape.StreamStop),
    ];

    /// <summary>True if the instruction switches the streams on or off: csrrsi or csrrci of 0x7c0. Any other access to that CSR does nothing.</summary>
    public static bool IsSwitch(in Instruction instruction) =>
        instruction.Shape == Shape.CsrImmediate && (uint)instruction.Imm == CsrMap.Ssr && !instruction.Row.Overwrites;

    /// <summary>What such an instruction makes of the switch: bit 0 if it was off, bit 1 if it was on.</summary>
    public static unsafe uint NewState(in Instruction instruction)
    {
        var f = (delegate*<uint, uint, uint>)instruction.Entry;
        return (f(0, instruction.Zimm) & 1) | (f(1, instruction.Zimm) & 1) << 1;
    }

    private static InstructionRow Row(string name, string pattern, string assembly, Shape shape) =>
        new(Extension.Xssr, name, pattern, assembly, shape, Unit.Stream) { Handover = shape == Shape.StreamStop ? Handover.Buffered : Handover.None };
}
