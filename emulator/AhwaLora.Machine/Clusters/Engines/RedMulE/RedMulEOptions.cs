using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>Decides whether the port of an engine has its access in a cycle, in place of memory.</summary>
/// <param name="cycle">Cycles since the write to TRIGGER.</param>
/// <param name="address">First byte of the access.</param>
public delegate bool PortGrants(ulong cycle, uint address);

/// <summary>What a RedMulE is built from.</summary>
public sealed record RedMulEOptions
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "redmule";

    /// <summary>How a sentence calls it.</summary>
    public string Title { get; init; } = "the RedMulE";

    /// <summary>Its size.</summary>
    public RedMulEArray Array { get; init; } = RedMulEArray.Default;

    /// <summary>True to behave as release v2.0.4 does, with its hangs and the rows that it overwrites; false to compute every shape right.</summary>
    public bool IsHardware { get; init; } = true;

    /// <summary>The order between its port and the other masters of the banks, in exact contention.</summary>
    public WidePriority Priority { get; init; } = WidePriority.First;

    /// <summary>True to ask the banks for each access.</summary>
    public bool IsExact { get; init; }

    /// <summary>Its number on the bus.</summary>
    public int Initiator { get; init; } = Initiators.Device0;

    /// <summary>Grants and denies the accesses, for measurements; null for memory that grants everything, or for banks. Not with <see cref="IsExact"/>.</summary>
    public PortGrants? Grants { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Validate()
    {
        if (Array.Fault is { } fault) throw new ArgumentException($"array {Array}: {fault}");
        if (IsExact && Grants is not null) throw new ArgumentException("the banks grant in exact contention; expected no other arbiter");
    }
}
