using System.Runtime.CompilerServices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Execution;

/// <summary>
/// Decoded instructions of one memory, by halfword. A store into decoded code drops the entries it hits, so a fetch always
/// sees the current memory. So fence.i has nothing to do, and all engines see the same code.
/// </summary>
public sealed class CodeCache
{
    private const int GranuleBytes = 1 << MemoryRegion.GranuleShift;
    private const int SlotsPerGranule = GranuleBytes / 2;

    private readonly Decoder _decoder;
    private readonly Instruction[]?[] _granules;

    /// <summary>A cache for the code in <paramref name="memory"/>.</summary>
    public CodeCache(MemoryRegion memory, Decoder decoder)
    {
        Memory = memory;
        _decoder = decoder;
        _granules = new Instruction[]?[memory.Watches.Length];
        memory.Stored += OnStored;
    }

    /// <summary>The memory whose code this holds.</summary>
    public MemoryRegion Memory { get; }

    /// <summary>Raised for a store into a granule that holds decoded code: first and last byte address.</summary>
    public event Action<uint, uint>? Invalidated;

    /// <summary>The instruction at <paramref name="pc"/>, which lies in this memory. The instruction's row is null if the memory ends inside the instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly Instruction Fetch(uint pc)
    {
        var offset = pc - Memory.Base;
        var granule = _granules[offset >> MemoryRegion.GranuleShift];
        if (granule is not null)
        {
            ref var instruction = ref granule[(offset & (GranuleBytes - 1)) >> 1];
            if (instruction.Row is not null) return ref instruction;
        }

        return ref Decode(pc);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref readonly Instruction Decode(uint pc)
    {
        var offset = pc - Memory.Base;
        var granule = _granules[offset >> MemoryRegion.GranuleShift] ??= new Instruction[SlotsPerGranule];
        ref var slot = ref granule[(offset & (GranuleBytes - 1)) >> 1];
        slot = DecodeAt(pc);
        if (slot.Row is not null) slot = slot with { Behind = DecodeAt(pc + slot.Length).Shape };
        return ref slot;
    }

    /// <summary>Decodes the instruction at <paramref name="pc"/> and watches its bytes for stores. Does nothing if the memory ends inside it.</summary>
    private Instruction DecodeAt(uint pc)
    {
        if (!Memory.Contains(pc, 2)) return default;
        var offset = pc - Memory.Base;
        Watched(offset);
        var half = Memory.Load(pc, 2);
        if (Decoder.IsCompressed(half)) return _decoder.Decode(half);
        if (!Memory.Contains(pc, 4)) return default;
        Watched(offset + 3);
        return _decoder.Decode(Memory.Load(pc, 4));
    }

    private void Watched(uint offset) => Memory.Watches[offset >> MemoryRegion.GranuleShift] |= Watch.Code;

    private void OnStored(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator)
    {
        if ((kinds & Watch.Code) == 0) return;
        var first = address - region.Base;
        var last = first + bytes - 1;

        // An instruction that begins up to three halfwords earlier may overlap the written bytes, or be directly followed by them.
        for (var offset = first < 6 ? 0 : (first - 6) & ~1u; offset <= last; offset += 2)
        {
            if (_granules[offset >> MemoryRegion.GranuleShift] is { } granule) granule[(offset & (GranuleBytes - 1)) >> 1] = default;
        }

        Invalidated?.Invoke(address, address + bytes - 1);
    }
}
