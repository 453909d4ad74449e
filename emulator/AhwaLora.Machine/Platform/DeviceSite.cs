using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Platform;

/// <summary>Where a device is to be built: what it is called, and all that it can be connected to.</summary>
public sealed record DeviceSite
{
    /// <summary>What the platform file says about it.</summary>
    public required IDeviceDescription Description { get; init; }

    /// <summary>Its name; no other device of the machine has it.</summary>
    public required string Name { get; init; }

    /// <summary>Number of its cluster; 0 for a device of the machine.</summary>
    public required int Cluster { get; init; }

    /// <summary>Its number among all of its kind in the machine, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Its number on the bus, for what it stores.</summary>
    public required int Initiator { get; init; }

    /// <summary>The cluster that it belongs to; cluster 0 for a device of the machine.</summary>
    public required IClusterMasters Masters { get; init; }

    /// <summary>What the banks of its cluster's TCDM count.</summary>
    public required ITcdmCounters Tcdm { get; init; }

    /// <summary>Its interrupt; connected to nothing without a PLIC or a source.</summary>
    public required InterruptLine Interrupt { get; init; }

    /// <summary>Makes a line to each hart of the machine that sets a bit of its mip.</summary>
    public required Func<int, IReadOnlyList<InterruptLine>> HartLines { get; init; }

    /// <summary>True if accesses of banks are to be arbitrated cycle by cycle.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Cycles per second.</summary>
    public required ulong ClockHz { get; init; }

    /// <summary>Seed of everything random in the machine.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Takes what the guest writes to the console.</summary>
    public required Action<byte> ConsoleOutput { get; init; }

    /// <summary>What the guest reads from the console.</summary>
    public required ReadOnlyMemory<byte> ConsoleInput { get; init; }
}
