using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Observe;

/// <summary>
/// Is told what the parts of a machine do over time (the machine's observer). It costs a test for null if there is
/// none, and changes nothing: cycles and results are the same with it and without. What harts do is reported hart by
/// hart, each in its own order, not in the machine's order, since harts may run ahead of it.
/// </summary>
public interface IMachineObserver : IActivityObserver
{
    /// <summary>A hart waited from its request in cycle <paramref name="begin"/> until it was granted in <paramref name="end"/>.</summary>
    void Waited(int hart, Cause cause, ulong begin, ulong end);

    /// <summary>A hart has left a region that its firmware marked (<see cref="RegionRecorder"/>).</summary>
    void LeftRegion(int hart, string region, ulong begin, ulong end);
}
