namespace AhwaLora.Machine.Order;

/// <summary>
/// A place in the machine's order of execution: each instruction, trap and device event adds one to one of the counts,
/// so a position names one state of a run.
/// </summary>
/// <param name="Retired">Instructions of all harts.</param>
/// <param name="Traps">Traps and interrupts of all harts.</param>
/// <param name="DeviceEvents">Events of devices, and rounds of the banks.</param>
public readonly record struct MachinePosition(ulong Retired, ulong Traps, ulong DeviceEvents) : IComparable<MachinePosition>
{
    private ulong Sum => Retired + Traps + DeviceEvents;

    /// <inheritdoc/>
    public int CompareTo(MachinePosition other) => Sum.CompareTo(other.Sum);

#pragma warning disable CS1591 // Earlier and later in the machine's order.
    public static bool operator <(MachinePosition a, MachinePosition b) => a.Sum < b.Sum;

    public static bool operator >(MachinePosition a, MachinePosition b) => a.Sum > b.Sum;

    public static bool operator <=(MachinePosition a, MachinePosition b) => a.Sum <= b.Sum;

    public static bool operator >=(MachinePosition a, MachinePosition b) => a.Sum >= b.Sum;
#pragma warning restore CS1591
}
