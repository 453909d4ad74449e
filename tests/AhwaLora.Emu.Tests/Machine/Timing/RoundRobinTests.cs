using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>The arbiter's tree over any number of requesters, against its definition.</summary>
public sealed class RoundRobinTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(190)]
    [InlineData(1300)]
    public void Any_number_of_requesters_is_one_tree(int requesters)
    {
        var random = new Random(requesters);
        var levels = RoundRobin.Levels(requesters);
        for (var cycle = 0; cycle < 2000; cycle++)
        {
            var asks = new bool[1 << levels];
            for (var n = random.Next(1, 6); n > 0; n--) asks[random.Next(requesters)] = true;
            var pointer = random.Next(requesters);
            var words = new ulong[(requesters + 63) / 64];
            foreach (var (n, isAsking) in asks.Index()) words[Math.Min(n / 64, words.Length - 1)] |= isAsking ? 1UL << n : 0;

            Assert.Equal(Winner(asks, pointer, 0, levels - 1), RoundRobin.Winner(words, pointer));
            Assert.Equal(Next(asks, pointer), RoundRobin.Next(words, pointer));
            if (words.Length == 1) Assert.Equal((RoundRobin.Winner(words, pointer), RoundRobin.Next(words, pointer)), (RoundRobin.Winner(words[0], pointer, levels), RoundRobin.Next(words[0], pointer)));
        }
    }

    private static int Winner(bool[] asks, int pointer, int first, int level)
    {
        if (level < 0) return first;
        var upper = first + (1 << level);
        var (lowerAsks, upperAsks) = (Any(asks, first, level), Any(asks, upper, level));
        return Winner(asks, pointer, upperAsks && (!lowerAsks || (pointer >> level & 1) != 0) ? upper : first, level - 1);
    }

    private static bool Any(bool[] asks, int first, int level) => asks.AsSpan(first, 1 << level).Contains(true);

    private static int Next(bool[] asks, int pointer)
    {
        var above = Array.IndexOf(asks, true, pointer + 1);
        return above >= 0 ? above : Array.IndexOf(asks, true);
    }
}
