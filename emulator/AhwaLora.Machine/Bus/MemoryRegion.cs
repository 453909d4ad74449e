using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Bus;

/// <summary>Who is told of stores into a granule of memory; flags, one per watcher.</summary>
[Flags]
public enum Watch : byte
{
    /// <summary>No watcher.</summary>
    None = 0,

    /// <summary>An engine has decoded or translated instructions from it.</summary>
    Code = 1,

    /// <summary>The host watches a word in it (HTIF's tohost).</summary>
    Host = 2,

    /// <summary>A hart holds a reservation in it.</summary>
    Reservation = 4,

    /// <summary>The debugger's history needs its first change.</summary>
    History = 8,

    /// <summary>The debugger needs every store into it (watchpoints).</summary>
    Watchpoint = 16,

    /// <summary>The debugger records which words are written (uninitialised reads).</summary>
    Event = 32,

    /// <summary>It lies below a hart's stack, and no store into it is meant.</summary>
    StackGuard = 64,
}

/// <summary>
/// Memory that harts load from and store to directly: RAM, TCDM. A store first checks the
/// granule's watch byte, so that code, reservations and host-visible words cost nothing in other granules.
/// </summary>
public sealed class MemoryRegion : IStateful
{
    /// <summary>log2 of the bytes that one watch byte covers.</summary>
    public const int GranuleShift = 8;

    /// <summary>Bytes per page of a snapshot, which leaves out pages that are zero.</summary>
    public const int PageBytes = 4096;

    private static readonly byte[] Zero = new byte[PageBytes];

    /// <summary>Makes a memory of <paramref name="size"/> zero bytes at <paramref name="baseAddress"/>.</summary>
    public MemoryRegion(string name, uint baseAddress, uint size)
    {
        Name = name;
        Base = baseAddress;
        Size = size;
        Data = new byte[size];
        Watches = new Watch[(size + (1 << GranuleShift) - 1) >> GranuleShift];
    }

    /// <summary>Name in the platform file.</summary>
    public string Name { get; }

    /// <summary>First address.</summary>
    public uint Base { get; }

    /// <summary>Bytes.</summary>
    public uint Size { get; }

    /// <summary>Cycles of an access beyond the first.</summary>
    public uint ExtraCycles { get; init; }

    /// <summary>Bytes it transfers per cycle; 0 for no limit.</summary>
    public uint WidthBytes { get; init; }

    /// <summary>Number of interleaved banks, with one grant per cycle each; 0 for memory without contention.</summary>
    public int Banks { get; init; }

    /// <summary>Width of a bank, in bytes.</summary>
    public int BankBytes { get; init; } = 4;

    /// <summary>What the banks' arbiters do in a cycle without a grant.</summary>
    public BankArbiter Arbiter { get; init; }

    /// <summary>The only hart that sees this memory, or -1 if all do.</summary>
    public int OwnerHart { get; init; } = -1;

    /// <summary>Contents.</summary>
    public readonly byte[] Data;

    /// <summary>Watchers by granule of 256 bytes.</summary>
    [Unsaved("set by observers; those of reservations follow from the harts")]
    public readonly Watch[] Watches;

    /// <summary>Called for a store into a watched granule, after the bytes have changed.</summary>
    [field: Unsaved("an observer, which changes nothing")]
    public event WatchedStore? Stored;

    /// <summary>Cycles beyond the first of an access of <paramref name="bytes"/>: the latency, and one cycle per further part of the memory's width.</summary>
    public uint ExtraCyclesOf(uint bytes) => WidthBytes == 0 || bytes <= WidthBytes ? ExtraCycles : ExtraCycles + (bytes - 1) / WidthBytes;

    /// <summary>Bytes per cycle that a master of <paramref name="bytes"/> per cycle gets at this memory.</summary>
    public uint Narrow(uint bytes) => WidthBytes == 0 ? bytes : Math.Min(bytes, WidthBytes);

    /// <summary>True if all of [address, address + bytes) lies inside.</summary>
    public bool Contains(uint address, uint bytes) => (ulong)(address - Base) + bytes <= Size;

    /// <summary>Loads 1, 2 or 4 bytes, zero-extended; the caller has checked the range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Load(uint address, int bytes)
    {
        Debug.Assert(bytes is 1 or 2 or 4 && Contains(address, (uint)bytes), "the caller did not check the access");
        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Data), (nint)(address - Base));
        return bytes switch
        {
            1 => at,
            2 => Unsafe.ReadUnaligned<ushort>(ref at),
            _ => Unsafe.ReadUnaligned<uint>(ref at),
        };
    }

    /// <summary>Stores the low 1, 2 or 4 bytes of <paramref name="value"/>; the caller has checked the range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(uint address, int bytes, uint value, int initiator)
    {
        Debug.Assert(bytes is 1 or 2 or 4 && Contains(address, (uint)bytes), "the caller did not check the access");
        var offset = address - Base;
        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Data), (nint)offset);
        switch (bytes)
        {
            case 1: at = (byte)value; break;
            case 2: Unsafe.WriteUnaligned(ref at, (ushort)value); break;
            default: Unsafe.WriteUnaligned(ref at, value); break;
        }

        if ((Watches[offset >> GranuleShift] | Watches[(offset + (uint)bytes - 1) >> GranuleShift]) != Watch.None) Notify(address, (uint)bytes, initiator);
    }

    /// <summary>Loads a word of 64 bits; the caller has checked the range.</summary>
    public ulong LoadDouble(uint address)
    {
        Debug.Assert(Contains(address, 8), "the caller did not check the access");
        return Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Data), (nint)(address - Base)));
    }

    /// <summary>Stores a word of 64 bits; the caller has checked the range.</summary>
    public void StoreDouble(uint address, ulong value, int initiator)
    {
        Debug.Assert(Contains(address, 8), "the caller did not check the access");
        var offset = address - Base;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Data), (nint)offset), value);
        if ((Watches[offset >> GranuleShift] | Watches[(offset + 7) >> GranuleShift]) != Watch.None) Notify(address, 8, initiator);
    }

    /// <summary>Tells the watchers that [address, address + bytes) has changed, as devices do after a block write.</summary>
    public void Notify(uint address, uint bytes, int initiator)
    {
        var kinds = Watch.None;
        var last = (address - Base + bytes - 1) >> GranuleShift;
        for (var g = (address - Base) >> GranuleShift; g <= last; g++) kinds |= Watches[g];
        if (kinds != Watch.None) Stored?.Invoke(this, address, bytes, kinds, initiator);
    }

    /// <summary>Adds <paramref name="kind"/> to the watchers of [address, address + bytes).</summary>
    public void AddWatch(uint address, uint bytes, Watch kind)
    {
        var last = (address - Base + bytes - 1) >> GranuleShift;
        for (var g = (address - Base) >> GranuleShift; g <= last; g++) Watches[g] |= kind;
    }

    /// <summary>Removes <paramref name="kind"/> from the watchers of the granules that hold [address, address + bytes).</summary>
    public void RemoveWatch(uint address, uint bytes, Watch kind)
    {
        var last = (address - Base + bytes - 1) >> GranuleShift;
        for (var g = (address - Base) >> GranuleShift; g <= last; g++) Watches[g] &= ~kind;
    }

    /// <summary>Replaces bytes at an offset, and tells the watchers of those that differ.</summary>
    public void Replace(int offset, ReadOnlySpan<byte> bytes)
    {
        var target = Data.AsSpan(offset, bytes.Length);
        if (target.SequenceEqual(bytes)) return;
        bytes.CopyTo(target);
        Notify(Base + (uint)offset, (uint)bytes.Length, Initiators.Host);
    }

    /// <summary>Saves or restores the pages that are not zero, each after its number plus one; a 0 ends them.</summary>
    public void SaveOrRestore(StateStream state)
    {
        var buffer = new byte[PageBytes];
        var done = 0;
        while (true)
        {
            var listed = state.IsSaving ? FindPage(done) + 1 : 0;
            state.Field(ref listed);
            var page = listed == 0 ? Pages : listed - 1;
            state.Require(page >= done && (listed == 0 || page < Pages));
            for (; !state.IsSaving && done < page; done++) Replace(done * PageBytes, Zero.AsSpan(0, PageLength(done)));
            if (listed == 0) return;

            var bytes = buffer.AsSpan(0, PageLength(page));
            if (state.IsSaving) Data.AsSpan(page * PageBytes, bytes.Length).CopyTo(bytes);
            state.Raw(bytes);
            if (!state.IsSaving) Replace(page * PageBytes, bytes);
            done = page + 1;
        }
    }

    private int Pages => (int)((Size + PageBytes - 1) / PageBytes);

    private int PageLength(int page) => (int)Math.Min(PageBytes, Size - (uint)page * PageBytes);

    /// <summary>The first page from <paramref name="page"/> on that is not zero; -1 if there is none.</summary>
    private int FindPage(int page)
    {
        if (page >= Pages) return -1;
        var at = Data.AsSpan(page * PageBytes).IndexOfAnyExcept((byte)0);
        return at < 0 ? -1 : page + at / PageBytes;
    }
}

/// <summary>A store into a watched granule.</summary>
/// <param name="region">The memory.</param>
/// <param name="address">First byte written.</param>
/// <param name="bytes">Bytes written.</param>
/// <param name="kinds">The watchers of the granules.</param>
/// <param name="initiator">The master that stored (<see cref="Initiators"/>).</param>
public delegate void WatchedStore(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator);
