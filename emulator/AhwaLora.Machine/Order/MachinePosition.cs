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

    /// <summary>
    /// Earlier and later in the machine's order. Within one run the sum of the counts says it all; positions of different
    /// runs with the same sum are told apart by the counts, so that only equal positions compare as equal.
    /// </summary>
    /// <param name="other">The other position.</param>
    public int CompareTo(MachinePosition other) => (Sum, Retired, Traps).CompareTo((other.Sum, other.Retired, other.Traps));

#pragma warning disable CS1591 // Earlier and later in the machine's order.
    public static bool operator <(MachinePosition a, MachinePosition b) => a.CompareTo(b) < 0;

    public static bool operator >(MachinePosition a, MachinePosition b) => a.CompareTo(b) > 0;

    public static bool operator <=(MachinePosition a, MachinePosition b) => a.CompareTo(b) <= 0;

    public static bool operator >=(MachinePosition a, MachinePosition b) => a.CompareTo(b) >= 0;
#pragma warning restore CS1591
}
