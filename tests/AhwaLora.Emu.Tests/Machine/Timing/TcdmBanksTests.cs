using AhwaLora.Machine.Clusters.Banks;

namespace AhwaLora.Emu.Tests.Machine.Timing;

public sealed class TcdmBanksTests
{
    [Fact]
    public void Words_are_spread_over_the_banks_one_after_the_other()
    {
        var banks = new TcdmBanks(16, 8);

        Assert.Equal([0, 0, 1, 15, 0], new uint[] { 0, 3, 4, 60, 64 }.Select(banks.BankOf));
    }

    [Fact]
    public void All_masters_in_turn_have_the_bank()
    {
        var banks = new TcdmBanks(1, 8);

        // The pointer starts at 0 and moves to the next requester: the first winner wins again once.
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 0], Enumerable.Range(0, 9).Select(_ => banks.Grant(0, 0xff)));
    }

    [Fact]
    public void The_tree_follows_the_pointer_only_where_that_half_asks()
    {
        var banks = new TcdmBanks(1, 8);

        // 1 and 6 ask: the pointer 0 leads to 1 and becomes 1; 1 leads to the lower half again and becomes 6.
        Assert.Equal(1, banks.Grant(0, 0b0100_0010));
        Assert.Equal(1, banks.Grant(0, 0b0100_0010));
        Assert.Equal(6, banks.Grant(0, 0b0100_0010));

        // The pointer is 1 again; of 4 and 5 in the half that asks, its lowest bit names 5. Plain round robin would say 4.
        Assert.Equal(5, banks.Grant(0, 0b0011_0000));
    }

    [Fact]
    public void Banks_have_pointers_of_their_own()
    {
        var banks = new TcdmBanks(2, 2);
        banks.Grant(0, 0b11);

        Assert.Equal(1, banks.Grant(0, 0b11));
        Assert.Equal(0, banks.Grant(1, 0b11));
    }

    [Fact]
    public void More_masters_than_ask_change_nothing()
    {
        var few = new TcdmBanks(1, 8);
        var many = new TcdmBanks(1, TcdmBanks.MaxMasters);
        var random = new Random(1);
        for (var cycle = 0; cycle < 1000; cycle++)
        {
            var requests = (UInt128)(uint)random.Next(1, 256);
            Assert.Equal(few.Grant(0, requests), many.Grant(0, requests));
        }
    }

    [Fact]
    public void Masters_beyond_64_have_their_turn()
    {
        var banks = new TcdmBanks(1, 100);
        var requests = UInt128.One << 3 | UInt128.One << 99;

        Assert.Equal([3, 3, 99, 3, 99], Enumerable.Range(0, 5).Select(_ => banks.Grant(0, requests)));
    }

    [Fact]
    public void Refused_requests_are_counted_by_bank_and_winner()
    {
        var banks = new TcdmBanks(2, 4);
        banks.Grant(1, 0b0111);
        banks.Grant(1, 0b1000);

        Assert.Equal([0UL, 2UL], banks.Accessed);
        Assert.Equal([0UL, 0, 0, 0, 2, 0, 0, 0], banks.Congested);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(12, 8)]
    [InlineData(16, 0)]
    [InlineData(16, 129)]
    public void Sizes_that_no_hardware_has_are_refused(int banks, int masters) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TcdmBanks(banks, masters));
}
