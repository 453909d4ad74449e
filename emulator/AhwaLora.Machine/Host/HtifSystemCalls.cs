using System.Buffers.Binary;
using System.Text;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;

namespace AhwaLora.Machine.Host;

/// <summary>
/// System calls over HTIF's device 0: the guest passes the address of eight doublewords {number, arguments a0-a6},
/// and reads the result, or a negated <see cref="Errno"/>, from the first.
/// </summary>
internal sealed class HtifSystemCalls(IHost host, HostClock clock)
{
    private const int Doublewords = 8;

    /// <summary>Performs the call described at <paramref name="block"/>; false if it is not in memory. Gives an exit code if the guest exits.</summary>
    public bool TryCall(Hart hart, uint block, out int? exitCode)
    {
        exitCode = null;
        var bytes = hart.Space.ReadBlock(block, Doublewords * 8);
        if (bytes.IsEmpty) return false;
        Span<ulong> words = stackalloc ulong[Doublewords];
        for (var i = 0; i < Doublewords; i++) words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]);

        if (words[0] == SystemCall.Exit) exitCode = (int)words[1];
        else GuestMemory.TryWriteDoubleword(hart.Space, block, (ulong)Call(hart, words[0], words[1..]));
        return true;
    }

    // The guest's registers have 32 bits: the bits that it stores above them are a sign extension or zeros.
    private long Call(Hart hart, ulong number, ReadOnlySpan<ulong> a)
    {
        var space = hart.Space;
        return number switch
        {
            SystemCall.OpenAt => OpenAt(space, a),
            SystemCall.Close => host.Close((int)a[0]),
            SystemCall.Lseek => a[2] > 2 ? -Errno.EINVAL : host.Seek((int)a[0], (int)a[1], (SeekOrigin)a[2]),
            SystemCall.Read => GuestMemory.ReadFile(space, host, (int)a[0], (uint)a[1], (uint)a[2]),
            SystemCall.Write => GuestMemory.WriteFile(space, host, (int)a[0], (uint)a[1], (uint)a[2]),
            SystemCall.Fstat => Fstat(space, (int)a[0], (uint)a[1]),
            SystemCall.GetTimeOfDay => StoreTime(space, (uint)a[0], hart.Time, clock.Nanoseconds(hart.Time) / 1000),
            SystemCall.ClockGetTime64 => StoreTime(space, (uint)a[1], hart.Time, clock.Nanoseconds(hart.Time)),
            SystemCall.Open => Open(space, (uint)a[0], FromNewlib((uint)a[1])),
            SystemCall.GetMainVars => GetMainVars(space, (uint)a[0], (uint)a[1]),
            _ => -Errno.ENOSYS,
        };
    }

    private long Open(AddressSpace space, uint address, OpenFlags flags)
    {
        var error = GuestMemory.ReadPath(space, address, out var path);
        return error != 0 ? error : host.Open(path, flags);
    }

    /// <summary>
    /// openat from the sandbox's root, whatever the directory handle. Spike and riscv-pk give {directory, path, bytes
    /// with the zero, flags}, Linux {directory, path, flags}: the layout is Spike's if the third is the path's length.
    /// </summary>
    private long OpenAt(AddressSpace space, ReadOnlySpan<ulong> a)
    {
        if (!GuestMemory.TryReadTerminated(space, (uint)a[1], out var name)) return -Errno.EFAULT;
        var flags = (uint)a[2] == name.Length + 1 ? (uint)a[3] : (uint)a[2];
        return Open(space, (uint)a[1], FromLinux(flags));
    }

    private static OpenFlags FromLinux(uint flags) =>
        Access(flags) | Map(flags, 0x40, OpenFlags.Create) | Map(flags, 0x80, OpenFlags.Exclusive)
        | Map(flags, 0x200, OpenFlags.Truncate) | Map(flags, 0x400, OpenFlags.Append);

    /// <summary>Newlib's O_ flags. Picolibc uses Linux's O_CREAT, a bit without meaning in newlib, and newlib's O_EXCL.</summary>
    private static OpenFlags FromNewlib(uint flags) => (flags & 0x40) != 0
        ? FromLinux(flags) | Map(flags, 0x800, OpenFlags.Exclusive)
        : Access(flags) | Map(flags, 0x8, OpenFlags.Append) | Map(flags, 0x200, OpenFlags.Create)
            | Map(flags, 0x400, OpenFlags.Truncate) | Map(flags, 0x800, OpenFlags.Exclusive);

    private static OpenFlags Map(uint flags, uint bit, OpenFlags meaning) => (flags & bit) != 0 ? meaning : OpenFlags.None;

    /// <summary>O_RDONLY, O_WRONLY, O_RDWR; 3 is invalid.</summary>
    private static OpenFlags Access(uint flags) => (flags & 3) switch
    {
        0 => OpenFlags.Read,
        1 => OpenFlags.Write,
        2 => OpenFlags.Read | OpenFlags.Write,
        _ => OpenFlags.None,
    };

    /// <summary>Fills newlib's kernel_stat for RISC-V (libgloss), which is Linux's 128-byte struct stat. Unknown fields are zero.</summary>
    private long Fstat(AddressSpace space, int handle, uint address)
    {
        const uint CharacterDevice = 0x2000 | 0x190, RegularFile = 0x8000 | 0x1A4; // S_IFCHR | 0620, S_IFREG | 0644
        const uint BlockBytes = 512;
        var terminal = host.IsTerminal(handle);
        if (terminal < 0) return terminal;
        var size = terminal == 1 ? 0 : host.Length(handle);
        if (size < 0) return size;

        Span<byte> stat = stackalloc byte[128];
        stat.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(stat[16..], terminal == 1 ? CharacterDevice : RegularFile);
        BinaryPrimitives.WriteUInt32LittleEndian(stat[20..], 1); // st_nlink
        BinaryPrimitives.WriteInt64LittleEndian(stat[48..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(stat[56..], BlockBytes); // st_blksize
        BinaryPrimitives.WriteInt64LittleEndian(stat[64..], (size + BlockBytes - 1) / BlockBytes);
        return space.WriteBlock(address, stat, Initiators.Host) ? 0 : -Errno.EFAULT;
    }

    /// <summary>A timeval or timespec of a 64-bit time_t on RV32: seconds and fraction, 8 bytes each.</summary>
    private long StoreTime(AddressSpace space, uint address, ulong cycle, uint fraction)
    {
        Span<byte> time = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(time, clock.CalendarSeconds(cycle));
        BinaryPrimitives.WriteUInt64LittleEndian(time[8..], fraction);
        return space.WriteBlock(address, time, Initiators.Host) ? 0 : -Errno.EFAULT;
    }

    /// <summary>Spike's layout: doublewords {argc, argv[0..argc-1], 0, 0 (no environment)}, then the strings.</summary>
    private long GetMainVars(AddressSpace space, uint address, uint limit)
    {
        var strings = host.Arguments.Select(argument => Encoding.UTF8.GetBytes(argument + '\0')).ToArray();
        var offset = (strings.Length + 3) * 8;
        var block = new byte[offset + strings.Sum(text => text.Length)];
        if (block.Length > limit) return -Errno.ENOMEM;
        BinaryPrimitives.WriteInt64LittleEndian(block, strings.Length);
        for (var i = 0; i < strings.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan((i + 1) * 8), address + (uint)offset);
            strings[i].CopyTo(block, offset);
            offset += strings[i].Length;
        }

        return space.WriteBlock(address, block, Initiators.Host) ? 0 : -Errno.EFAULT;
    }

    /// <summary>Numbers of the calls: those of Linux for RISC-V, from 1024 those of newlib, from 2011 those of Spike.</summary>
    private static class SystemCall
    {
        public const ulong OpenAt = 56;
        public const ulong Close = 57;
        public const ulong Lseek = 62;
        public const ulong Read = 63;
        public const ulong Write = 64;
        public const ulong Fstat = 80;
        public const ulong Exit = 93;
        public const ulong GetTimeOfDay = 169;
        public const ulong ClockGetTime64 = 403;
        public const ulong Open = 1024;
        public const ulong GetMainVars = 2011;
    }
}
