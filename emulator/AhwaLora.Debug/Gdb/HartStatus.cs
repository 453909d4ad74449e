using AhwaLora.Machine.Clusters;
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
        HartState.Hung => "waits for a stream that has no job",
        HartState.Stuck => "is stuck in its trap handler",
        _ => WaitsFor(hart),
    };

    private static string WaitsFor(Hart hart)
    {
        var address = hart.Pending.Address;
        return hart.Space.FindDevice(address, 4) is { } mapping ? mapping.Device.DescribeWait(address - mapping.Base) : HartBarrier.WaitText;
    }
}
