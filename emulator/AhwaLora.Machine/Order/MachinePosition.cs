namespace AhwaLora.Machine.Order;

/// <summary>
/// A place in the machine's order of execution. Each instruction, trap and device event adds one to one of the counts, so
/// a position identifies one state of a run.
/// </summary>
/// <param name="Retired">Instructions of all harts.</param>
/// <param name="Traps">Traps and interrupts of all harts.</param>
/// <param name="DeviceEvents">Events of devices, and rounds of the banks.</param>
public readonly record struct MachinePosition(ulong Retired, ulong Traps, ulong DeviceEvents) : IComparable<MachinePosition>
{
    private ulong Sum => Retired + Traps + DeviceEvents;

    /// <summary>The first of the positions that may follow this one. Every instruction, trap and event leads to it or to one after it.</summary>
    public MachinePosition Next => this with { DeviceEvents = DeviceEvents + 1 };

    /// <summary>
    /// Orders positions by the machine's order. Within one run the sum of the counts decides. Positions of different runs
    /// with the same sum are compared by the counts, so that only equal positions compare as equal.
    /// </summary>
    /// <param name="other">The other position.</param>
    public int CompareTo(MachinePosition other) => (Sum, Retired, Traps).CompareTo((other.Sum, other.Retired, other.Traps));

#pragma warning disable CS1591 // The operators compare as CompareTo does.
    public static bool operator <(MachinePosition a, MachinePosition b) => a.CompareTo(b) < 0;

    public static bool operator >(MachinePosition a, MachinePosition b) => a.CompareTo(b) > 0;

    public static bool operator <=(MachinePosition a, MachinePosition b) => a.CompareTo(b) <= 0;

    public static bool operator >=(MachinePosition a, MachinePosition b) => a.CompareTo(b) >= 0;
#pragma warning restore CS1591
}
