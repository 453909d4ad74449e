using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Bus;

/// <summary>One access to a device's registers.</summary>
/// <param name="Offset">Byte offset from the device's base.</param>
/// <param name="Bytes">1, 2 or 4, naturally aligned.</param>
/// <param name="Initiator">The hart, or another master (<see cref="Initiators"/>).</param>
/// <param name="Time">Cycle in which the access reaches the device.</param>
public readonly record struct BusAccess(uint Offset, int Bytes, int Initiator, ulong Time);

/// <summary>How a device answers.</summary>
public enum BusResponse
{
    /// <summary>The access is done.</summary>
    Ok,

    /// <summary>No such register, width or direction: an access fault for the hart.</summary>
    Fault,

    /// <summary>The initiator waits until the device releases it through <see cref="IBusMasters.Release"/>.</summary>
    Wait,
}

/// <summary>
/// A memory-mapped device, which describes itself: everything that the machine, the debugger, reports and documentation
/// know of it, they ask it for. Mistakes of the guest give a response, never an exception.
/// </summary>
public interface IDevice : IStateful
{
    /// <summary>Name in reports; no other device of the machine has it.</summary>
    string Name { get; }

    /// <summary>How a sentence calls it: <c>the DMA</c>.</summary>
    string Title => Name;

    /// <summary>Its datasheet, and so its size.</summary>
    RegisterMap Registers { get; }

    /// <summary>Reads a register; may have side effects.</summary>
    BusResponse Read(in BusAccess access, out uint value);

    /// <summary>Writes a register.</summary>
    BusResponse Write(in BusAccess access, uint value);

    /// <summary>What a read would return, without its side effects; false if no register is there.</summary>
    bool Peek(uint offset, int bytes, ulong time, out uint value);

    /// <summary>What it has counted since reset, up to a cycle; empty if it has no counters.</summary>
    IReadOnlyList<DeviceCounter> Counters(ulong time) => [];

    /// <summary>Its ports to the banks of memory in exact contention; the arbiter numbers them in this order.</summary>
    IReadOnlyList<IBankMaster> BankMasters => [];

    /// <summary>What a hart is doing that waits for the answer of a register, as in "waits for the DMA".</summary>
    string DescribeWait(uint offset) => $"waits for {Title}";

    /// <summary>The hart whose job it works on, or whose result it has just written; -1 if there is none.</summary>
    int ServedHart => -1;

    /// <summary>A hart that it serves has ended in cycle <paramref name="time"/>.</summary>
    void HartEnded(ulong time)
    {
    }
}

/// <summary>A counter that a device keeps for statistics.</summary>
/// <param name="Name">In snake_case, the unit at its end.</param>
/// <param name="Value">Since reset.</param>
public readonly record struct DeviceCounter(string Name, ulong Value);

/// <summary>A device that acts by itself at known times.</summary>
public interface IClockedDevice : IDevice
{
    /// <summary>The cycle in which it acts next; <see cref="ulong.MaxValue"/> while idle. Events are ordered by this cycle; a device acts before harts of the same cycle.</summary>
    ulong NextEvent { get; }

    /// <summary>Lets it act: called with <paramref name="time"/> equal to <see cref="NextEvent"/>.</summary>
    void Advance(ulong time);
}

/// <summary>A device that gathers the interrupts of others.</summary>
public interface IInterruptController : IDevice
{
    /// <summary>The line on which a device raises interrupt <paramref name="source"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such source.</exception>
    InterruptLine Source(int source);
}
