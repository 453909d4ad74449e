using System.Runtime.InteropServices;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Contract;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Layers;

/// <summary>The host's part of a machine's RAM, beside an app of the firmware: matrices and records, one after the other.</summary>
internal sealed class GuestData(EmulatedMachine machine, ElfImage image)
{
    private const uint DataBase = 0x8100_0000, Alignment = 64;

    /// <summary>Bytes by which the matrices of a layer exceed the platform's RAM; null if they fit.</summary>
    public static long? Excess(LayerShape shape, PlatformDescription platform)
    {
        long[] elements = [(long)shape.Tokens * shape.Inputs, (long)shape.Inputs * shape.Rank, (long)shape.Rank * shape.Outputs, (long)shape.Tokens * shape.Outputs, shape.Outputs];
        var bytes = elements.Sum(count => (sizeof(float) * count + Alignment - 1) / Alignment * Alignment);
        var ram = platform.Memories.FirstOrDefault(memory => memory.Base <= DataBase && DataBase - memory.Base < memory.Size);
        var room = ram is null ? 0 : (long)ram.Base + ram.Size - DataBase;
        return bytes > room ? bytes - room : null;
    }

    /// <summary>Address of the next free byte.</summary>
    public uint Next { get; private set; } = DataBase;

    /// <summary>Frees all space from an address on.</summary>
    public void Free(uint from) => Next = from;

    /// <summary>Allocates space for values and writes them there.</summary>
    public uint Put(ReadOnlySpan<float> values) => Put(MemoryMarshal.AsBytes(values));

    /// <summary>Allocates space for bytes and writes them there.</summary>
    public uint Put(ReadOnlySpan<byte> bytes)
    {
        var at = Reserve((ulong)bytes.Length);
        Write(at, bytes);
        return at;
    }

    /// <summary>Allocates space for a matrix of float32.</summary>
    /// <exception cref="UserErrorException">The matrix ends beyond the 32-bit address space.</exception>
    public uint ReserveMatrix(int rows, int columns) => Reserve(checked(sizeof(float) * (ulong)rows * (ulong)columns));

    /// <summary>Allocates space.</summary>
    /// <exception cref="UserErrorException">The space ends beyond the 32-bit address space.</exception>
    public uint Reserve(ulong bytes)
    {
        var at = Next;
        if (bytes > uint.MaxValue - Alignment - at) throw DoesNotFit(at, bytes);
        Next = (at + (uint)bytes + Alignment - 1) & ~(Alignment - 1);
        return at;
    }

    /// <summary>Writes values.</summary>
    /// <exception cref="UserErrorException">There is no RAM.</exception>
    public void Write(uint address, ReadOnlySpan<float> values) => Write(address, MemoryMarshal.AsBytes(values));

    /// <summary>Writes bytes.</summary>
    /// <exception cref="UserErrorException">There is no RAM.</exception>
    public void Write(uint address, ReadOnlySpan<byte> bytes)
    {
        if (!machine.Space.WriteBlock(address, bytes, Initiators.Host)) throw DoesNotFit(address, (ulong)bytes.Length);
    }

    private static UserErrorException DoesNotFit(uint address, ulong bytes) => new($"the layer's data ({bytes} bytes at 0x{address:x8}) does not fit the platform's RAM");

    /// <summary>Allocates space for records, one after the other, and writes them there.</summary>
    public uint Put<T>(params ReadOnlySpan<T> records)
        where T : unmanaged => Put(RecordBytes.Of(records));

    /// <summary>Writes a record.</summary>
    /// <exception cref="UserErrorException">There is no RAM.</exception>
    public void Write<T>(uint address, in T record)
        where T : unmanaged => Write(address, RecordBytes.Of(record));

    /// <summary>Reads a record.</summary>
    public T Read<T>(uint address)
        where T : unmanaged => RecordBytes.Read<T>(machine.Space.ReadBlock(address, RecordBytes.SizeOf<T>()));

    /// <summary>Reads values.</summary>
    public ReadOnlySpan<float> Read(uint address, int count) => MemoryMarshal.Cast<byte, float>(machine.Space.ReadBlock(address, 4 * (uint)count));

    /// <summary>Address of the app's variable that holds a record of this type.</summary>
    /// <exception cref="UserErrorException">The app has none.</exception>
    public uint AddressOf<T>()
        where T : unmanaged => Symbol(RecordMap.Of(typeof(T)).Symbol!);

    /// <summary>Address of a variable of the app.</summary>
    /// <exception cref="UserErrorException">The app has no variable of that name.</exception>
    public uint Symbol(string name) =>
        image.TryGetSymbol(name, out var symbol) ? symbol.Value : throw new UserErrorException($"{image.Path}: lacks the symbol '{name}'; build the firmware of this version");

    /// <summary>Size in bytes of the memory in which the firmware has its TCDM; 0, for the size it is linked for, if the platform has no memory there.</summary>
    public static uint TcdmBytes(PlatformDescription platform) => LayerFootprint.TcdmOf(platform)?.Size ?? 0;
}
