using System.Diagnostics;
using System.Numerics;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// The addresses of a hart's last accesses, of the kinds that its pipeline compares with later ones (Snitch's address
/// queue). Stall vectors say how many of them are pending, but not which. Translated code writes this history.
/// </summary>
internal sealed class AddressHistory
{
    /// <summary>Number of addresses kept, a power of two: the largest number of entries in the queue.</summary>
    public const int Length = 8;

    /// <summary>The addresses; the next one goes to <see cref="Count"/> modulo <see cref="Length"/>.</summary>
    public readonly uint[] Addresses = new uint[Length];

    /// <summary>Number of addresses written.</summary>
    public int Count;

    /// <summary>Adds the youngest address.</summary>
    public void Add(uint address)
    {
        Debug.Assert(BitOperations.IsPow2(Length), "the ring is indexed by a mask");
        Addresses[Count++ & (Length - 1)] = address;
    }

    /// <summary>The address written <paramref name="age"/> positions before the next one; 1 is the youngest.</summary>
    public uint Before(int age) => Addresses[(Count - age) & (Length - 1)];

    /// <summary>True if one of the last <paramref name="pending"/> addresses may lie in the same granule as <paramref name="address"/>, so that only the pipeline itself can time the access.</summary>
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
