namespace AhwaLora.Machine.Isa;

/// <summary>Zifencei: the instruction-fetch fence.</summary>
public static class Zifencei
{
    /// <summary>The rows of this extension.</summary>
    public static IReadOnlyList<InstructionRow> Rows { get; } =
    [
        new(Extension.Zifencei, "fence.i", "------------ ----- 001 ----- 0001111", "", Shape.FenceI, Unit.Fence),
    ];
}
