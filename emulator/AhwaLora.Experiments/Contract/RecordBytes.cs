using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AhwaLora.Experiments.Contract;

/// <summary>Records as the guest's memory holds them: little-endian words, whatever the host's order is.</summary>
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

    /// <summary>The record that bytes begin with.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        var words = MemoryMarshal.Cast<byte, uint>(bytes[..Unsafe.SizeOf<T>()]).ToArray();
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, words);
        return MemoryMarshal.Read<T>(MemoryMarshal.AsBytes(words.AsSpan()));
    }
}
