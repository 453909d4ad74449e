using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Contract;

/// <summary>A register map at its address, or an array of equal blocks.</summary>
/// <param name="Map">The datasheet.</param>
/// <param name="Base">Address of the first block; the next follows <see cref="RegisterMap.Size"/> bytes after it.</param>
/// <param name="IsArray">True if a platform may hold several.</param>
/// <param name="ClusterStride">Bytes from the block of one cluster to that of the next, 0 with one cluster; null for a block that no cluster has.</param>
public sealed record RegisterBlock(RegisterMap Map, uint Base, bool IsArray = false, uint? ClusterStride = null)
{
    /// <summary>The blocks of a platform that the firmware drives: the first of each kind, in order of address.</summary>
    /// <exception cref="PlatformException">The clusters' blocks of a kind are not equally far apart.</exception>
    public static IReadOnlyList<RegisterBlock> Of(PlatformDescription platform) =>
    [
        .. DeviceCatalog.Standard.Plan(platform)
            .GroupBy(device => device.Kind)
            .Select(devices => new RegisterBlock(devices.Key.Registers, (uint)devices.First().Base, devices.Key.IsRow, StrideOf(devices)))
            .OrderBy(block => block.Base),
    ];

    private static uint? StrideOf(IGrouping<DeviceKind, PlannedDevice> devices)
    {
        if (devices.First().Cluster is null) return null;
        var firsts = devices.DistinctBy(device => device.Cluster).Select(device => (uint)device.Base).ToList();
        var stride = firsts.Count < 2 ? 0 : firsts[1] - firsts[0];
        for (var n = 1; n < firsts.Count; n++)
        {
            if (firsts[n] - firsts[n - 1] == stride) continue;
            throw new PlatformException($"'{devices.Key.Name}' of cluster {n} is not 0x{stride:x} bytes after that of cluster {n - 1}; "
                + "the firmware finds its cluster's devices by equal distances");
        }

        return stride;
    }
}
