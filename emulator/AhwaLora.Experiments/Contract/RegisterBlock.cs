using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Contract;

/// <summary>A register map at its address, or an array of equal blocks.</summary>
/// <param name="Map">The datasheet.</param>
/// <param name="Base">Address of the first block; the next follows <see cref="RegisterMap.Size"/> bytes after it.</param>
/// <param name="IsArray">True if a platform may hold several.</param>
public sealed record RegisterBlock(RegisterMap Map, uint Base, bool IsArray = false)
{
    /// <summary>The blocks of a platform that the firmware drives: the first of each kind, in order of address.</summary>
    public static IReadOnlyList<RegisterBlock> Of(PlatformDescription platform) =>
    [
        .. DeviceCatalog.Standard.Plan(platform)
            .DistinctBy(device => device.Kind)
            .Select(device => new RegisterBlock(device.Kind.Registers, (uint)device.Base, device.Kind.IsRow))
            .OrderBy(block => block.Base),
    ];
}
