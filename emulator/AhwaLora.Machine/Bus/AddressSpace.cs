namespace AhwaLora.Machine.Bus;

/// <summary>A device and its base address.</summary>
/// <param name="Base">First address.</param>
/// <param name="Device">The device.</param>
public sealed record MappedDevice(uint Base, IDevice Device)
{
    /// <summary>Bytes of address space, by the device's datasheet.</summary>
    public uint Size { get; } = Device.Registers.Size;
}

/// <summary>The memories and devices that one master sees, by address. Harts share all but their private memories.</summary>
public sealed class AddressSpace
{
    private readonly MemoryRegion[] _memories;
    private readonly IReadOnlyList<MappedDevice> _devices;
    private MappedDevice[] _byBase = [];
    private uint[] _bases = [];

    /// <summary>Makes an address space. The list of devices may still grow, since devices are made with their space.</summary>
    public AddressSpace(IEnumerable<MemoryRegion> memories, IReadOnlyList<MappedDevice> devices)
    {
        _memories = [.. memories];
        _devices = devices;
    }

    /// <summary>The memories, in the platform's order.</summary>
    public IReadOnlyList<MemoryRegion> Memories => _memories;

    /// <summary>The devices, in the platform's order.</summary>
    public IReadOnlyList<MappedDevice> Devices => _devices;

    /// <summary>The memory that holds all of [address, address + bytes), or null.</summary>
    public MemoryRegion? FindMemory(uint address, uint bytes)
    {
        foreach (var memory in _memories)
        {
            if (memory.Contains(address, bytes)) return memory;
        }

        return null;
    }

    /// <summary>The device that holds all of [address, address + bytes), or null.</summary>
    public MappedDevice? FindDevice(uint address, uint bytes)
    {
        if (_byBase.Length != _devices.Count)
        {
            _byBase = [.. _devices.OrderBy(mapping => mapping.Base)];
            _bases = [.. _byBase.Select(mapping => mapping.Base)];
        }

        // They do not overlap, so only the last one that begins at the address or before it can hold it.
        var found = Array.BinarySearch(_bases, address);
        var index = found >= 0 ? found : ~found - 1;
        return index >= 0 && (ulong)(address - _bases[index]) + bytes <= _byBase[index].Size ? _byBase[index] : null;
    }

    /// <summary>Bytes of memory at an address, or an empty span if they are not all in one memory. It is for reading; to write, call <see cref="WriteBlock"/>.</summary>
    public ReadOnlySpan<byte> ReadBlock(uint address, uint bytes) =>
        FindMemory(address, bytes) is { } memory ? memory.Data.AsSpan((int)(address - memory.Base), (int)bytes) : [];

    /// <summary>Stores a block into one memory and tells its watchers; false if the block is not all in one memory.</summary>
    public bool WriteBlock(uint address, ReadOnlySpan<byte> bytes, int initiator)
    {
        if (FindMemory(address, (uint)bytes.Length) is not { } memory) return false;
        if (bytes.IsEmpty) return true;
        bytes.CopyTo(memory.Data.AsSpan((int)(address - memory.Base)));
        memory.Notify(address, (uint)bytes.Length, initiator);
        return true;
    }

    /// <summary>Reads memory or a device without side effects; false if nothing is mapped.</summary>
    public bool Peek(uint address, int bytes, ulong time, out uint value)
    {
        value = 0;
        if (FindMemory(address, (uint)bytes) is { } memory)
        {
            value = memory.Load(address, bytes);
            return true;
        }

        return FindDevice(address, (uint)bytes) is { } mapping && mapping.Device.Peek(address - mapping.Base, bytes, time, out value);
    }
}
