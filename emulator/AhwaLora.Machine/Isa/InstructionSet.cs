namespace AhwaLora.Machine.Isa;

/// <summary>All rows of the table, in the order of the specification's chapters. Compressed forms are in <see cref="RvC"/>: they expand to these.</summary>
public static class InstructionSet
{
    /// <summary>Every 32-bit instruction, of all extensions, enabled or not.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
        [.. Rv32I.Rows, .. Zifencei.Rows, .. Zicsr.Rows, .. Rv32M.Rows, .. Rv32A.Rows, .. Rv32F.Rows, .. Rv32D.Rows, .. Zfh.Rows, .. Xfvec.Rows, .. Xfdotp.Rows,
            .. Xssr.Rows, .. Xfrep.Rows, .. Privileged.Rows];

    /// <summary>The row with that mnemonic.</summary>
    /// <exception cref="KeyNotFoundException">No row has that mnemonic.</exception>
    public static InstructionRow Row(string name) =>
        Rows.FirstOrDefault(r => r.Name == name) ?? throw new KeyNotFoundException($"no instruction is called '{name}'");
}
