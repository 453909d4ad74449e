using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AhwaLora.Runs.Sandbox;

/// <summary>What kind of file a path names. .NET does not say; Linux does, by statx (its man page), whose record is the same on all processors.</summary>
internal static partial class HostFile
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int RecordBytes = 256, ModeOffset = 28; // stx_mode
    private const int TypeMask = 0xf000, Regular = 0x8000, Directory = 0x4000; // S_IFMT, S_IFREG, S_IFDIR

    /// <summary>True for a pipe, a device or a socket, also through a link; false if there is no such file. Only Linux can tell.</summary>
    public static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        Span<byte> record = stackalloc byte[RecordBytes];
        record.Clear();
        if (Status(CurrentDirectory, path, 0, TypeOnly, ref MemoryMarshal.GetReference(record)) != 0) return false;
        return (BinaryPrimitives.ReadUInt16LittleEndian(record[ModeOffset..]) & TypeMask) is not (Regular or Directory);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, ref byte record);
}
