using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AhwaLora.Machine.State;

/// <summary>A component with state that a snapshot holds. One method both saves and restores, so that the two cannot differ.</summary>
public interface IStateful
{
    /// <summary>Passes every field of the state to <paramref name="state"/>, which saves or replaces it.</summary>
    void SaveOrRestore(StateStream state);
}

/// <summary>Passes a value of several fields.</summary>
/// <param name="state">Saves or replaces the value.</param>
/// <param name="value">The value.</param>
public delegate void StateField<T>(StateStream state, ref T value);

/// <summary>
/// A field of a stateful component that a snapshot does not hold. All others are saved; a test checks every field. A field that
/// cannot change needs no mark.
/// </summary>
/// <param name="reason">Why a run from a snapshot is the same without it.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class UnsavedAttribute(string reason) : Attribute
{
    /// <summary>Why a run from a snapshot is the same without it.</summary>
    public string Reason { get; } = reason;
}

/// <summary>
/// The bytes of a snapshot, written or read in the order in which the components pass their fields. Numbers are
/// little-endian without gaps, independent of their layout in the host's memory.
/// </summary>
public sealed class StateStream
{
    private const ulong MostCycles = 1UL << 56;

    private readonly Stream _stream;

    /// <summary>Opens <paramref name="stream"/> to save, if <paramref name="saving"/>, or to restore.</summary>
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

    /// <summary>Says what must hold of the values restored so far: a snapshot may have been changed by hand.</summary>
    /// <exception cref="InvalidDataException">It does not hold.</exception>
    public void Require(bool holds)
    {
        if (!IsSaving && !holds) throw new InvalidDataException("A field of the snapshot has a value that no machine saves.");
    }

    /// <summary>An index into <paramref name="count"/> entries.</summary>
    public void Index(ref int value, int count)
    {
        Field(ref value);
        Require((uint)value < (uint)count);
    }

    /// <summary>A number of entries, of which there are at most <paramref name="most"/>.</summary>
    public void Count(ref int value, int most)
    {
        Field(ref value);
        Require((uint)value <= (uint)most);
    }

    /// <summary>A cycle, or a number of instructions, that a run has reached: far below the largest number, so that limits can be added to it.</summary>
    public void Reached(ref ulong value)
    {
        Field(ref value);
        Require(value <= MostCycles);
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
        Require(bits <= 1);
        value = bits != 0;
    }

    /// <summary>A float, bit by bit.</summary>
    public void Field(ref float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        Field(ref bits);
        value = BitConverter.UInt32BitsToSingle(bits);
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
        Require(IsKnown(value));
    }

    /// <summary>Bytes; the length of an array belongs to the component and is not stored.</summary>
    public void Array(byte[] values) => Raw(values);

    /// <summary>Flags, a byte each.</summary>
    public void Array(bool[] values)
    {
        Numbers(values);
        Require(!MemoryMarshal.AsBytes(values.AsSpan()).ContainsAnyExceptInRange((byte)0, (byte)1));
    }

    /// <summary>Signed 32-bit numbers.</summary>
    public void Array(int[] values) => Numbers(values);

    /// <summary>32-bit numbers.</summary>
    public void Array(uint[] values) => Numbers(values);

    /// <summary>64-bit numbers.</summary>
    public void Array(ulong[] values) => Numbers(values);

    /// <summary>Floats, bit by bit.</summary>
    public void Array(float[] values) => Numbers(values);

    /// <summary>Enumerations, each as long as its underlying type.</summary>
    public void Array<T>(T[] values)
        where T : unmanaged, Enum
    {
        Numbers(values);
        foreach (var value in values) Require(IsKnown(value));
    }

    /// <summary>Values of several fields, each passed by <paramref name="field"/>: padding between fields is not state.</summary>
    public void Array<T>(T[] values, StateField<T> field)
        where T : struct
    {
        foreach (ref var value in values.AsSpan()) field(this, ref value);
    }

    /// <summary>Raw bytes.</summary>
    public void Raw(Span<byte> bytes)
    {
        if (IsSaving) _stream.Write(bytes);
        else _stream.ReadExactly(bytes);
    }

    private static bool IsKnown<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value) || typeof(T).IsDefined(typeof(FlagsAttribute), inherit: false);

    private void Numbers<T>(T[] values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        SwapUnlessLittleEndian(bytes, Unsafe.SizeOf<T>());
        Raw(bytes);
        SwapUnlessLittleEndian(bytes, Unsafe.SizeOf<T>());
    }

    private static void SwapUnlessLittleEndian(Span<byte> bytes, int size)
    {
        if (BitConverter.IsLittleEndian) return;
        for (var at = 0; at < bytes.Length; at += size) bytes.Slice(at, size).Reverse();
    }
}
