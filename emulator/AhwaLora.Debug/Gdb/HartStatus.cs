using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;

namespace AhwaLora.Debug.Gdb;

/// <summary>What a hart is doing, in words.</summary>
internal static class HartStatus
{
    /// <summary>The state of a hart as <c>info threads</c> shows it.</summary>
    public static string Of(Hart hart) => hart.State switch
    {
        HartState.Running when hart.Pending is not { IsActive: true, IsGranted: false } || hart.Space.FindDevice(hart.Pending.Address, 4) is null => "runs",
        HartState.WaitingForInterrupt => "sleeps in wfi",
        HartState.Ended => "has ended",
        HartState.Stuck => "is stuck in its trap handler",
        _ => WaitsFor(hart),
    };

    private static string WaitsFor(Hart hart)
    {
        var address = hart.Pending.Address;
        if (hart.Space.FindDevice(address, 4) is not { } mapping) return "waits at the barrier";
        var offset = address - mapping.Base;
        return mapping.Device switch
        {
            BarrierWord => "waits at the barrier",
            ClusterBlock when offset == ClusterRegisters.BarrierRead => "waits at the barrier",
            ClusterBlock when offset == ClusterRegisters.WaitEvent => "waits for its event",
            ClusterBlock => $"waits for mutex {(offset - ClusterRegisters.Mutex0) / 4}",
            Dma => "waits for the DMA",
            AimcTile tile => $"waits for {Title(tile)}",
            _ => $"waits for 0x{address:x8}",
        };
    }

    private static string Title(AimcTile tile) => $"tile {tile.Options.Number}";
}
