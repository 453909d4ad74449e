using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Observe;

/// <summary>
/// Hears what the parts of a machine do over time (a machine's observer). It costs a test for null where nobody
/// listens, and takes part in nothing: cycles and results are the same with it and without. What harts do is told hart by
/// hart in their own order, not in the machine's, which harts may run ahead of.
/// </summary>
public interface IMachineObserver : IActivityObserver
{
    /// <summary>A hart stood still from its request in cycle <paramref name="begin"/> until it was granted in <paramref name="end"/>.</summary>
    void Waited(int hart, Cause cause, ulong begin, ulong end);

    /// <summary>A hart has left a region that its firmware marked (<see cref="RegionRecorder"/>).</summary>
    void LeftRegion(int hart, string region, ulong begin, ulong end);
}
