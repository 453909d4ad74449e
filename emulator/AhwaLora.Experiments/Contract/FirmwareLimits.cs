using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Contract;

/// <summary>Capacity limits of the firmware, on every platform.</summary>
[Constants("AHWA_MAX_", Tag = "ahwa_max")]
[Meaning("What the firmware has room for: the harts that a platform can have, and the tiles of a matrix.")]
internal static class FirmwareLimits
{
    [Meaning("harts")]
    public const int Harts = PlatformRules.MaximumHarts;

    [Meaning("tiles of one matrix")]
    public const int Tiles = 56;
}

/// <summary>The layout that the LoRA kernels require of their matrices in TCDM.</summary>
[Constants("LORA_")]
[Meaning("How the kernels want their matrices.")]
internal static class LoraLayout
{
    [Meaning("Columns of a panel: what a register block is wide, and the unit in which ranks and outputs are shared out.")]
    public const uint Panel = 4;

    [Meaning("Elements after the panels of a row: strides are odd, so harts that walk different tokens meet different banks.")]
    public const uint RowPad = 1;
}

/// <summary>The layer that the app <c>kernel_speed</c> measures.</summary>
[Constants("KERNEL_SPEED_", Tag = "kernel_speed")]
[Meaning("The layer whose kernels are measured.")]
internal static class KernelSpeedShape
{
    [Meaning("inputs, and outputs")]
    public const int Width = 128;

    [Meaning("of the adapter")]
    public const int Rank = 8;

    [Meaning("tokens of a chunk")]
    public const int Tokens = 16;
}
