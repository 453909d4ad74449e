using System.Diagnostics;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The part of its hart that translated code accesses: one object, so that harts that see the same code share its translation.
/// It has public fields because translated code accesses them by name.
/// </summary>
internal sealed class Frame
{
    /// <summary>The hart.</summary>
    public readonly Hart Hart;

    /// <summary>Its x registers.</summary>
    public readonly uint[] X;

    /// <summary>Its f registers. Translated code uses their lower halves, and runs only while all of them hold single precision.</summary>
    public readonly ulong[] F;

    /// <summary>Contents of the memories it sees, in the order of its address space.</summary>
    public readonly byte[][] Data;

    /// <summary>Their watch bytes.</summary>
    public readonly byte[][] Watches;

#pragma warning disable CS0649 // Translated code assigns these.
    /// <summary>Fuel left at the exit.</summary>
    public int Fuel;

    /// <summary>Fuel at which the hart is to yield, while a region runs.</summary>
    public int YieldAt;

    /// <summary>The address that an indirect exit leads to.</summary>
    public uint Target;

    /// <summary>The block and state in which a paced region is entered or was left.</summary>
    public TimedBlock? At;

    /// <summary>Instructions that a paced region has retired, block by block.</summary>
    public ulong Retired;
#pragma warning restore CS0649

    /// <summary>Addresses that the pipeline compares, if it compares any.</summary>
    public readonly AddressHistory Addresses = new();

    /// <summary>Stalls charged block by block.</summary>
    public StallCounts Stalls;

    public Frame(Hart hart)
    {
        Hart = hart;
        (X, F) = (hart.X, hart.F.Bits);
        Data = [.. hart.Space.Memories.Select(m => m.Data)];
        Watches = [.. hart.Space.Memories.Select(m => (byte[])(Array)m.Watches)];
        Debug.Assert(X.Length + F.Length == Isa.Registers.Count, "translated code indexes them without a check");
        Debug.Assert(hart.Space.Memories.All(m => m.Data.Length == m.Size && m.Size > 0 && m.Watches.Length > (m.Size - 1) >> MemoryRegion.GranuleShift), "translated code compares with the size, then indexes without a check");
    }
}
