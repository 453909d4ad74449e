using AhwaLora.Machine.Bus;

namespace AhwaLora.Emu.Tests.Machine.Order;

public sealed class HartSetTests
{
    [Fact]
    public void A_set_holds_what_a_sorted_set_of_numbers_holds()
    {
        var random = new Random(1);
        var (set, expected) = (default(HartSet), new SortedSet<int>());
        for (var n = 0; n < 2_000; n++)
        {
            var hart = random.Next(HartSet.Capacity);
            if (random.Next(2) == 0)
            {
                set = set.With(hart);
                expected.Add(hart);
            }
            else
            {
                set = set.Without(hart);
                expected.Remove(hart);
            }

            Assert.Equal(expected, set);
            Assert.Equal((expected.Count, expected.Count == 0, expected.Contains(hart)), (set.Count, set.IsEmpty, set.Contains(hart)));
        }
    }

    [Fact]
    public void Sets_combine_and_are_equal_by_what_they_hold()
    {
        var (a, b) = (HartSet.Of(0).With(63), HartSet.Of(63).With(5));
        Assert.Equal(HartSet.Of(63), a.Intersect(b));
        Assert.Equal(HartSet.Of(0), a.Except(b));
        Assert.Equal(HartSet.Of(32).With(63), HartSet.FromWord(0x8000_0001, 32));
        Assert.Equal("{0, 63}", a.ToString());
    }

    [Fact]
    public void A_range_numbers_its_harts_from_zero()
    {
        var range = new HartRange(8, 4);
        Assert.Equal([null, 0, 3, null, null], new[] { 7, 8, 11, 12, Initiators.Host }.Select(range.LocalId));
    }
}
