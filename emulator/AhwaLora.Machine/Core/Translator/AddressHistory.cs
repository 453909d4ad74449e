using System.Diagnostics;
using System.Numerics;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The addresses of a hart's last accesses, of those kinds that its pipeline compares with later ones (Snitch's address
/// queue). StallVectors say how many of them are pending, never which. Translated code writes it.
/// </summary>
internal sealed class AddressHistory
{
    /// <summary>Addresses kept, a power of two: as many as the queue has entries, at most.</summary>
    public const int Length = 8;

    /// <summary>The addresses; the next one goes to <see cref="Count"/> modulo <see cref="Length"/>.</summary>
    public readonly uint[] Addresses = new uint[Length];

    /// <summary>Addresses written.</summary>
    public int Count;

    /// <summary>Adds the youngest.</summary>
    public void Add(uint address)
    {
        Debug.Assert(BitOperations.IsPow2(Length), "the ring is indexed by a mask");
        Addresses[Count++ & (Length - 1)] = address;
    }

    /// <summary>The address <paramref name="age"/> before the one to be written next; 1 is the youngest.</summary>
    public uint Before(int age) => Addresses[(Count - age) & (Length - 1)];

    /// <summary>True if one of the last <paramref name="pending"/> addresses may lie in the same granule as <paramref name="address"/>, so that only the pipeline itself can tell what happens.</summary>
    public static bool MayHit(AddressHistory history, int count, uint address, int pending)
    {
        for (var age = 1; age <= Math.Min(pending, Length); age++)
        {
            if (((history.Addresses[(count - age) & (Length - 1)] ^ address) & GranuleMask) == 0) return true;
        }

        return false;
    }

    /// <summary>The bits that the RTL compares: addr[18:3].</summary>
    private const uint GranuleMask = 0x7fff8;
}
