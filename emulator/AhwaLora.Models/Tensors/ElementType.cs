using System.Buffers.Binary;

namespace AhwaLora.Models.Tensors;

/// <summary>What a tensor's elements are, little-endian, and how they become float32.</summary>
/// <param name="Safetensors">Name in the header of a .safetensors file.</param>
/// <param name="Npy">Name in the header of a .npy file; null if NumPy has no such type.</param>
/// <param name="Bytes">Size of an element.</param>
/// <param name="ToSingle">The nearest float32; null for a type that is not for weights.</param>
public sealed record ElementType(string Safetensors, string? Npy, int Bytes, Func<ReadOnlySpan<byte>, float>? ToSingle)
{
    /// <summary>Writes the element nearest to a float32, ties to even; null for a type that is only read.</summary>
    public Action<Span<byte>, float>? FromSingle { get; private init; }

    /// <summary>32-bit floats, as the emulator writes them.</summary>
    public static ElementType Float32 { get; } = new("F32", "<f4", 4, BinaryPrimitives.ReadSingleLittleEndian) { FromSingle = BinaryPrimitives.WriteSingleLittleEndian };

    /// <summary>IEEE 754 binary16.</summary>
    public static ElementType Float16 { get; } = new("F16", "<f2", 2, static e => (float)BinaryPrimitives.ReadHalfLittleEndian(e))
    {
        FromSingle = static (e, value) => BinaryPrimitives.WriteHalfLittleEndian(e, (Half)value),
    };

    /// <summary>The upper half of a float32.</summary>
    public static ElementType BFloat16 { get; } = new("BF16", null, 2, static e => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(e) << 16))
    {
        FromSingle = static (e, value) => BinaryPrimitives.WriteUInt16LittleEndian(e, RoundToBFloat16(value)),
    };

    /// <summary>Every type of the two formats that has a size in whole bytes.</summary>
    public static IReadOnlyList<ElementType> All { get; } =
    [
        Float32,
        Float16,
        BFloat16,
        new("F64",     "<f8", 8, static e => (float)BinaryPrimitives.ReadDoubleLittleEndian(e)),
        new("I8",      "|i1", 1, static e => (sbyte)e[0]),
        new("U8",      "|u1", 1, static e => e[0]),
        new("I16",     "<i2", 2, static e => BinaryPrimitives.ReadInt16LittleEndian(e)),
        new("U16",     "<u2", 2, static e => BinaryPrimitives.ReadUInt16LittleEndian(e)),
        new("I32",     "<i4", 4, static e => BinaryPrimitives.ReadInt32LittleEndian(e)),
        new("U32",     "<u4", 4, static e => BinaryPrimitives.ReadUInt32LittleEndian(e)),
        new("I64",     "<i8", 8, static e => BinaryPrimitives.ReadInt64LittleEndian(e)),
        new("U64",     "<u8", 8, static e => BinaryPrimitives.ReadUInt64LittleEndian(e)),
        new("BOOL",    "|b1", 1, null),
        new("F8_E4M3", null,  1, null),
        new("F8_E5M2", null,  1, null),
        new("C64",     "<c8", 8, null),
    ];

    private static ushort RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)(bits >> 16 | 0x40);
        return (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
