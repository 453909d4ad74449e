namespace AhwaLora.Machine.Bus;

/// <summary>Bytes that a device's job reads or writes.</summary>
/// <param name="Address">The first.</param>
/// <param name="Bytes">How many.</param>
/// <param name="IsWrite">True if it writes them.</param>
public readonly record struct JobAccess(uint Address, uint Bytes, bool IsWrite);

/// <summary>
/// A device whose registers order accesses of memory, by which software keeps harts and devices apart. It tells whoever
/// looks for accesses that nothing orders (<c>run --check</c>).
/// </summary>
public interface IOrderingDevice : IDevice
{
    /// <summary>An access is about to reach the device.</summary>
    void Requested(in BusAccess access, bool isLoad, uint value, IAccessOrder order);

    /// <summary>A hart has the answer to its load.</summary>
    void Answered(uint offset, int hart, IAccessOrder order)
    {
    }

    /// <summary>A hart has taken an interrupt, or has woken from wfi.</summary>
    void Interrupted(int hart, IAccessOrder order)
    {
    }
}

/// <summary>An ordering device with jobs of its own, which access memory between their launch and their completion and complete in the order of their numbers.</summary>
public interface IJobDevice : IOrderingDevice
{
    /// <summary>Number of the job completed last.</summary>
    uint CompletedJob { get; }
}

/// <summary>Hears what a hart's access of a device orders. A key is the device and a number that is the device's choice.</summary>
public interface IAccessOrder
{
    /// <summary>The hart arrives at a barrier for <paramref name="harts"/>.</summary>
    void Arrive(object barrier, int harts);

    /// <summary>The hart has passed the barrier: what all did before it is ordered before what the hart does from now on.</summary>
    void Leave(object barrier);

    /// <summary>What the hart has done so far is before whatever acquires the key after this.</summary>
    void Release(IDevice device, uint key);

    /// <summary>What others did before they released the key is before what the hart does from now on.</summary>
    void Acquire(IDevice device, uint key);

    /// <summary>The hart launches a job.</summary>
    void Launch(IJobDevice device, uint job, IEnumerable<JobAccess> accesses);

    /// <summary>The hart aborts all jobs of a device, whose numbers begin anew.</summary>
    void Abort(IJobDevice device);

    /// <summary>The hart knows of all jobs that are complete.</summary>
    void AcquireJobs();
}
