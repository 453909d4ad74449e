using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Soc;

namespace AhwaLora.Experiments.Contract;

/// <summary>A register map at its address, or a row of equal blocks.</summary>
/// <param name="Map">The datasheet.</param>
/// <param name="Base">Address of the first block; the next follows <see cref="RegisterMap.Size"/> bytes after it.</param>
/// <param name="IsArray">True if a platform may hold several.</param>
public sealed record RegisterBlock(RegisterMap Map, uint Base, bool IsArray = false)
{
    /// <summary>The blocks of a platform that firmware drives, in order of address.</summary>
    public static IReadOnlyList<RegisterBlock> Of(PlatformDescription platform)
    {
        var blocks = new List<RegisterBlock>();
        Add(ClintRegisters.Map, platform.Clint?.Base);
        Add(PlicRegisters.Map, platform.Plic?.Base);
        Add(ClusterRegisters.Map, platform.Cluster?.Base);
        Add(DmaRegisters.Map, platform.Dma?.Base);
        Add(UartRegisters.Map, platform.Uart?.Base);
        Add(AimcTileRegisters.Map, platform.Aimc?.Base, isArray: true);
        return [.. blocks.OrderBy(block => block.Base)];

        void Add(RegisterMap map, uint? address, bool isArray = false)
        {
            if (address is { } at) blocks.Add(new RegisterBlock(map, at, isArray));
        }
    }
}
