using AhwaLora.Emu.Devices.Registers;

namespace AhwaLora.Emu.Lab.Firmware;

/// <summary>A register map at its address, or a row of equal blocks.</summary>
/// <param name="Map">The datasheet.</param>
/// <param name="Base">Address of the first block; the next follows <see cref="RegisterMap.Size"/> bytes behind.</param>
/// <param name="IsArray">True where a platform may hold several.</param>
public sealed record RegisterBlock(RegisterMap Map, uint Base, bool IsArray = false)
{
    /// <summary>The blocks of the default platform that the firmware drives, in order of address.</summary>
    public static IReadOnlyList<RegisterBlock> Default { get; } =
    [
        new(ClintRegisters.Map,   0x0200_0000),
        new(PlicRegisters.Map,    0x0C00_0000),
        new(ClusterRegisters.Map, 0x1020_0000),
        new(DmaRegisters.Map,     0x1021_0000),
        new(UartRegisters.Map,    0x4000_0000),
    ];
}
