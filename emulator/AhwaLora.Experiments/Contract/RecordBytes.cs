using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AhwaLora.Experiments.Contract;

/// <summary>Converts records to and from the guest's memory format: little-endian words, whatever the host's byte order.</summary>
internal static class RecordBytes
{
    /// <summary>Bytes of a record.</summary>
    public static uint SizeOf<T>()
        where T : unmanaged => (uint)Unsafe.SizeOf<T>();

    /// <summary>The bytes of records, one after the other.</summary>
    public static byte[] Of<T>(params ReadOnlySpan<T> records)
        where T : unmanaged
    {
        var words = MemoryMarshal.Cast<T, uint>(records).ToArray();
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, words);
        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    /// <summary>The record at the beginning of the bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few bytes.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        var words = MemoryMarshal.Cast<byte, uint>(bytes[..Unsafe.SizeOf<T>()]).ToArray();
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, words);
        return MemoryMarshal.Read<T>(MemoryMarshal.AsBytes(words.AsSpan()));
    }
}
