using System.Diagnostics;
using System.Numerics;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// The arbiter of the PULP interconnects, as in its RTL: a binary tree over the requesters, walked from the root by the
/// bits of a pointer. It is not plain round robin, whose results differ by up to 61 % on a loaded bank.
/// </summary>
public static class RoundRobin
{
    private const int WordBits = 64;

    /// <summary>The winner among <paramref name="requests"/>: at each level the half that the pointer's bit names, or the other half if that one has no request.</summary>
    /// <param name="requests">The requesters, one bit for each; not 0.</param>
    /// <param name="pointer">The arbiter's state.</param>
    /// <param name="levels">Depth of the tree, which has at most 2^levels requesters.</param>
    public static int Winner(ulong requests, int pointer, int levels)
    {
        Debug.Assert(requests != 0 && levels is >= 0 and <= 6 && (levels == 6 || requests >> (1 << levels) == 0), "somebody asks, and nobody beyond the tree");
        if (BitOperations.IsPow2(requests)) return BitOperations.TrailingZeroCount(requests);
        var first = 0;
        for (var level = levels - 1; level >= 0; level--)
        {
            var half = 1 << level;
            var mask = (1UL << half) - 1;
            var lower = requests & mask;
            var upper = requests >> half & mask;
            var takesUpper = lower == 0 || (upper != 0 && (pointer >> level & 1) != 0);
            requests = takesUpper ? upper : lower;
            if (takesUpper) first += half;
        }

        return first;
    }

    /// <summary>The pointer after a grant: the lowest requester above the old pointer, or the lowest of all if there is none; the winner counts too.</summary>
    public static int Next(ulong requests, int pointer)
    {
        var above = requests & ~((2UL << pointer) - 1);
        return BitOperations.TrailingZeroCount(above != 0 ? above : requests);
    }

    /// <summary>As <see cref="Winner(ulong, int, int)"/>, for any number of requesters: word n of <paramref name="requests"/> holds requesters 64 n to 64 n + 63.</summary>
    public static int Winner(ReadOnlySpan<ulong> requests, int pointer)
    {
        var first = 0;
        while (requests.Length > 1)
        {
            // A level whose upper half lies beyond the requesters is passed over: only its lower half can have a request.
            var half = (int)BitOperations.RoundUpToPowerOf2((uint)requests.Length) / 2;
            var lower = requests[..half];
            var upper = requests[half..];
            var takesUpper = !lower.ContainsAnyExcept(0UL) || ((pointer & (half * WordBits)) != 0 && upper.ContainsAnyExcept(0UL));
            requests = takesUpper ? upper : lower;
            if (takesUpper) first += half * WordBits;
        }

        return first + Winner(requests[0], pointer & (WordBits - 1), levels: 6);
    }

    /// <summary>As <see cref="Next(ulong, int)"/>, for any number of requesters.</summary>
    public static int Next(ReadOnlySpan<ulong> requests, int pointer)
    {
        var word = pointer / WordBits;
        var above = requests[word] & ~((2UL << pointer) - 1);
        if (above == 0)
        {
            word++;
            var next = requests[word..].IndexOfAnyExcept(0UL);
            word = next < 0 ? requests.IndexOfAnyExcept(0UL) : word + next;
            above = requests[word];
        }

        return word * WordBits + BitOperations.TrailingZeroCount(above);
    }

    /// <summary>Depth of the tree for a number of requesters: padded to a power of two.</summary>
    public static int Levels(int requesters) => requesters <= 1 ? 0 : BitOperations.Log2((uint)requesters - 1) + 1;
}
