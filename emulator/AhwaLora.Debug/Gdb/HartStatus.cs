using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Core;

namespace AhwaLora.Debug.Gdb;

/// <summary>What a hart is doing, in words.</summary>
internal static class HartStatus
{
    /// <summary>The state of a hart as <c>info threads</c> shows it.</summary>
    public static string Of(Hart hart) => hart.State switch
    {
        HartState.Running when !IsWithinAccess(hart) => "runs",
        HartState.WaitingForInterrupt => "sleeps in wfi",
        HartState.Ended => "has ended",
        HartState.Hung => "waits for a stream that has no job",
        HartState.Stuck => "is stuck in its trap handler",
        _ => WaitsFor(hart),
    };

    /// <summary>True if the instruction at pc accesses a device and is not complete: it has not been answered, or the answer has not reached its register.</summary>
    private static bool IsWithinAccess(Hart hart) =>
        hart.Pending is { IsActive: true } and ({ IsGranted: false } or { HasValue: true }) && hart.Space.FindDevice(hart.Pending.Address, 4) is not null;

    private static string WaitsFor(Hart hart)
    {
        var address = hart.Pending.Address;
        return hart.Pending.IsActive && hart.Space.FindDevice(address, 4) is { } mapping ? mapping.Device.DescribeWait(address - mapping.Base) : HartBarrier.WaitText;
    }
}
