namespace AhwaLora.Machine.Isa;

/// <summary>Machine-mode instructions (privileged specification, section "Machine-Mode Privileged Instructions").</summary>
public static class Privileged
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        new(Extension.Privileged, "mret", "00110000001000000000000001110011", "", Shape.Mret, Unit.System),
        new(Extension.Privileged, "wfi",  "00010000010100000000000001110011", "", Shape.Wfi,  Unit.System),
    ];
}
