using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AhwaLora.Machine.State;

/// <summary>Something with state that a snapshot holds. One method serves both ways, so that saving and restoring cannot differ.</summary>
public interface IStateful
{
    /// <summary>Passes every field of the state to <paramref name="state"/>, which stores or replaces it.</summary>
    void Transfer(StateStream state);
}

/// <summary>The bytes of a snapshot, written or read in the order in which the components pass their fields.</summary>
public sealed class StateStream
{
    private readonly Stream _stream;

    /// <summary>Opens <paramref name="stream"/> to save (<paramref name="saving"/>) or to restore.</summary>
    public StateStream(Stream stream, bool saving)
    {
        _stream = stream;
        IsSaving = saving;
    }

    /// <summary>True while saving, false while restoring.</summary>
    public bool IsSaving { get; }

    /// <summary>A 32-bit field.</summary>
    public void Field(ref uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Raw(bytes);
        value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>A signed 32-bit field.</summary>
    public void Field(ref int value)
    {
        var bits = (uint)value;
        Field(ref bits);
        value = (int)bits;
    }

    /// <summary>A 64-bit field.</summary>
    public void Field(ref ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Raw(bytes);
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>A byte.</summary>
    public void Field(ref byte value) => Raw(MemoryMarshal.CreateSpan(ref value, 1));

    /// <summary>A flag.</summary>
    public void Field(ref bool value)
    {
        var bits = value ? 1u : 0u;
        Field(ref bits);
        value = bits != 0;
    }

    /// <summary>A double, bit by bit.</summary>
    public void Field(ref double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        Field(ref bits);
        value = BitConverter.UInt64BitsToDouble(bits);
    }

    /// <summary>An enumeration, as a 32-bit number.</summary>
    public void Field<T>(ref T value)
        where T : struct, Enum
    {
        var bits = Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture);
        Field(ref bits);
        value = (T)Enum.ToObject(typeof(T), bits);
    }

    /// <summary>An array of plain values; its length is the component's own and not stored.</summary>
    public void Array<T>(T[] values)
        where T : unmanaged => Raw(MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Raw bytes.</summary>
    public void Raw(Span<byte> bytes)
    {
        if (IsSaving) _stream.Write(bytes);
        else _stream.ReadExactly(bytes);
    }
}
