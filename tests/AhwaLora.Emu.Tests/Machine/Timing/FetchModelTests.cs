using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Emu.Tests.Machine.Timing;

public sealed class FetchModelTests
{
    private const uint Base = 0x8000_0000;

    [Fact]
    public void Straight_line_code_pays_once_a_block()
    {
        var fetch = new FetchModel(harts: 1, blockBytes: 16, latency: 3, cache: null);

        Assert.Equal([3, 0, 0, 0, 3, 0], Enumerable.Range(0, 6).Select(n => fetch.Cycles(0, Base + 4 * (uint)n)));
    }

    [Fact]
    public void A_cache_answers_what_it_holds()
    {
        var fetch = new FetchModel(1, 4, 0, new InstructionCacheTiming(SizeBytes: 64, Ways: 2, LineBytes: 16, IsShared: false, MissCycles: 10));

        Assert.Equal([10, 0, 0, 10], Loop(fetch, 0, Base, Base + 4, Base, Base + 16));
        Assert.Equal([0, 0], Loop(fetch, 0, Base + 8, Base + 28));
        Assert.Equal(2UL, fetch.Misses);
    }

    [Fact]
    public void The_least_recently_used_way_is_replaced()
    {
        // Two sets of two ways: lines 32 bytes apart share a set.
        var fetch = new FetchModel(1, 4, 0, new InstructionCacheTiming(64, 2, 16, false, 10));

        Assert.Equal([10, 10, 0, 10, 0, 10], Loop(fetch, 0, Base, Base + 32, Base, Base + 64, Base, Base + 32));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 10)]
    public void Harts_find_what_others_fetched_in_a_shared_cache_only(bool isShared, int expected)
    {
        var fetch = new FetchModel(2, 4, 0, new InstructionCacheTiming(64, 2, 16, isShared, 10));
        fetch.Cycles(0, Base);

        Assert.Equal(expected, fetch.Cycles(1, Base));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 0)]
    [InlineData(4, -1)]
    public void Impossible_memories_are_refused(int blockBytes, int latency) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FetchModel(1, blockBytes, latency, null));

    private static List<int> Loop(FetchModel fetch, int hart, params uint[] addresses) => [.. addresses.Select(a => fetch.Cycles(hart, a))];
}
