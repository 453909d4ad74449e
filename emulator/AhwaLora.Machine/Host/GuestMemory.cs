using System.Buffers.Binary;
using System.Text;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Host;

/// <summary>What host calls read from and write to a hart's memory. Addresses come from the guest and may be invalid.</summary>
internal static class GuestMemory
{
    /// <summary>Bytes of a path, its zero included (Linux's PATH_MAX).</summary>
    private const uint MaxPathBytes = 4096;

    /// <summary>The bytes at <paramref name="address"/> up to a zero byte; false if memory ends before one.</summary>
    public static bool TryReadTerminated(AddressSpace space, uint address, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (space.FindMemory(address, 1) is not { } memory) return false;
        var rest = memory.Data.AsSpan((int)(address - memory.Base));
        var length = rest.IndexOf((byte)0);
        if (length < 0) return false;
        bytes = rest[..length];
        return true;
    }

    /// <summary>Reads a path of a known length: 0, or a negated <see cref="Errno"/> if it is empty, is not in memory, is too long, or contains a zero byte.</summary>
    public static int ReadPath(AddressSpace space, uint address, uint length, out string path)
    {
        path = string.Empty;
        if (length == 0) return -Errno.ENOENT;
        if (length >= MaxPathBytes) return -Errno.ENAMETOOLONG;
        var bytes = space.ReadBlock(address, length);
        if (bytes.IsEmpty) return -Errno.EFAULT;
        if (bytes.Contains((byte)0)) return -Errno.EINVAL;
        path = Encoding.UTF8.GetString(bytes);
        return 0;
    }

    /// <summary>Reads a path that ends with a zero byte, as <see cref="ReadPath(AddressSpace, uint, uint, out string)"/>.</summary>
    public static int ReadPath(AddressSpace space, uint address, out string path)
    {
        path = string.Empty;
        return TryReadTerminated(space, address, out var bytes) ? ReadPath(space, address, (uint)bytes.Length, out path) : -Errno.EFAULT;
    }

    /// <summary>Reads little-endian words; false if they are not all in one memory.</summary>
    public static bool TryReadWords(AddressSpace space, uint address, Span<uint> words)
    {
        var bytes = space.ReadBlock(address, (uint)words.Length * 4);
        if (bytes.IsEmpty) return false;
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * 4)..]);
        return true;
    }

    /// <summary>Stores a little-endian word; false if there is no memory.</summary>
    public static bool TryWriteWord(AddressSpace space, uint address, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return space.WriteBlock(address, bytes, Initiators.Host);
    }

    /// <summary>Stores a little-endian doubleword; false if there is no memory.</summary>
    public static bool TryWriteDoubleword(AddressSpace space, uint address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return space.WriteBlock(address, bytes, Initiators.Host);
    }

    /// <summary>Reads from a handle into the guest's buffer: as <see cref="IHost.Read"/>, or EFAULT. A buffer of no bytes may lie anywhere, as for POSIX's read.</summary>
    public static int ReadFile(AddressSpace space, IHost host, int handle, uint address, uint bytes)
    {
        if (bytes == 0) return host.Read(handle, []);
        if (space.FindMemory(address, bytes) is not { } memory) return -Errno.EFAULT;
        var read = host.Read(handle, memory.Data.AsSpan((int)(address - memory.Base), (int)bytes));
        if (read > 0) memory.Notify(address, (uint)read, Initiators.Host);
        return read;
    }

    /// <summary>Writes the guest's buffer to a handle: as <see cref="IHost.Write"/>, or EFAULT. A buffer of no bytes may lie anywhere.</summary>
    public static int WriteFile(AddressSpace space, IHost host, int handle, uint address, uint bytes)
    {
        var buffer = space.ReadBlock(address, bytes);
        return buffer.IsEmpty && bytes != 0 ? -Errno.EFAULT : host.Write(handle, buffer);
    }
}
