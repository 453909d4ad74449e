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

/// <summary>A memory-mapped device. Mistakes of the guest give a response, never an exception.</summary>
public interface IDevice : IStateful
{
    /// <summary>Name in the platform file and in reports.</summary>
    string Name { get; }

    /// <summary>Reads a register; may have side effects.</summary>
    BusResponse Read(in BusAccess access, out uint value);

    /// <summary>Writes a register.</summary>
    BusResponse Write(in BusAccess access, uint value);

    /// <summary>What a read would return, without its side effects; false if no register is there.</summary>
    bool Peek(uint offset, int bytes, ulong time, out uint value);

    /// <summary>What it has counted since reset, up to a cycle; empty if it has no counters.</summary>
    IReadOnlyList<DeviceCounter> Counters(ulong time) => [];
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

/// <summary>What devices need of the machine and of the masters that wait for them.</summary>
public interface IBusMasters
{
    /// <summary>Harts that have not ended.</summary>
    int RunningHarts { get; }

    /// <summary>Releases an initiator that was told to wait: its read is granted in cycle <paramref name="time"/> and returns <paramref name="value"/>.</summary>
    void Release(int initiator, ulong time, uint value, WaitReason reason);

    /// <summary>Memory and devices as masters other than harts see them.</summary>
    AddressSpace Space { get; }

    /// <summary>Is told what devices do; null if there is no observer.</summary>
    IActivityObserver? Observer => null;
}

/// <summary>A level-sensitive interrupt line from a device to the receiver that the machine connected.</summary>
public sealed class InterruptLine : IStateful
{
    [Unsaved("wired by the assembly")]
    private readonly Action<bool> _changed;

    /// <summary>A line that reports each change of its level.</summary>
    public InterruptLine(Action<bool> changed) => _changed = changed;

    /// <summary>A line that is not connected.</summary>
    public static InterruptLine Unconnected() => new(static _ => { });

    /// <summary>Current level.</summary>
    public bool Level { get; private set; }

    /// <summary>Drives the line.</summary>
    public void Set(bool level)
    {
        if (level == Level) return;
        Level = level;
        _changed(level);
    }

    /// <summary>Saves or restores the level; restoring drives the line again.</summary>
    public void SaveOrRestore(StateStream state)
    {
        var level = Level;
        state.Field(ref level);
        Set(level);
    }
}
