using AhwaLora.Machine.Bus;
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
    public void Banks_of_eight_bytes_hold_two_words_side_by_side()
    {
        var banks = new TcdmBanks(4, 8, TcdmBanks.DoubleBytes);

        Assert.Equal([0, 0, 1, 3, 0], new uint[] { 0, 4, 8, 28, 32 }.Select(banks.BankOf));
    }

    [Fact]
    public void All_masters_in_turn_have_the_bank()
    {
        var banks = new TcdmBanks(1, 8);

        // The pointer starts at 0 and moves to the next requester: the first winner wins again once.
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 0], Enumerable.Range(0, 9).Select(_ => Grant(banks, 0, 1, 2, 3, 4, 5, 6, 7)));
    }

    [Fact]
    public void The_tree_follows_the_pointer_only_where_that_half_asks()
    {
        var banks = new TcdmBanks(1, 8);

        // 1 and 6 ask: the pointer 0 leads to 1 and becomes 1; 1 leads to the lower half again and becomes 6.
        Assert.Equal([1, 1, 6], Enumerable.Range(0, 3).Select(_ => Grant(banks, 1, 6)));

        // The pointer is 1 again; of 4 and 5 in the half that asks, its lowest bit names 5. Plain round robin would say 4.
        Assert.Equal(5, Grant(banks, 4, 5));
    }

    [Fact]
    public void Banks_have_pointers_of_their_own()
    {
        var banks = new TcdmBanks(2, 2);
        Grant(banks, 0, 1);

        Assert.Equal(1, Grant(banks, 0, 1));
        banks.Ask(1, 0);
        banks.Ask(1, 1);
        Assert.Equal(0, banks.Grant(1));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(1300)]
    public void More_masters_than_ask_change_nothing(int masters)
    {
        var (few, many) = (new TcdmBanks(1, 8), new TcdmBanks(1, masters));
        var random = new Random(1);
        for (var cycle = 0; cycle < 1000; cycle++)
        {
            var asking = Enumerable.Range(0, 8).Where(_ => random.Next(2) == 0).DefaultIfEmpty(3).ToArray();
            Assert.Equal(Grant(few, asking), Grant(many, asking));
        }
    }

    [Fact]
    public void Masters_of_any_number_have_their_turn()
    {
        var banks = new TcdmBanks(1, 1300);

        Assert.Equal([3, 3, 99, 1299, 3, 99], Enumerable.Range(0, 6).Select(_ => Grant(banks, 3, 99, 1299)));
    }

    [Fact]
    public void Refused_requests_are_counted_by_bank_and_owner_of_the_winner()
    {
        var banks = new TcdmBanks(2, [0, 1, 2, 2], owners: 3);
        foreach (var master in new[] { 0, 2, 3 }) banks.Ask(1, master);
        banks.Grant(1);
        banks.Ask(1, 3);
        banks.Grant(1);
        banks.Ask(0, 1);
        banks.Refuse(0, owner: 2);

        Assert.Equal([0UL, 2UL], banks.Accessed);
        Assert.Equal([0UL, 0, 1, 2, 0, 0], banks.Congested);
    }

    [Theory]
    [InlineData(BankArbiter.Tree, 1)]
    [InlineData(BankArbiter.LockingTree, 2)]
    public void A_locking_arbiter_keeps_newcomers_out_until_the_bank_grants(BankArbiter arbiter, int winner)
    {
        var banks = new TcdmBanks(1, 4, arbiter: arbiter);
        banks.Ask(0, 2);
        banks.Ask(0, 3);
        banks.Refuse(0, owner: 0);

        Assert.Equal(winner, Grant(banks, 1, 2, 3));
    }

    [Fact]
    public void Nobody_stays_locked_who_asks_no_longer()
    {
        var banks = new TcdmBanks(1, 4, arbiter: BankArbiter.LockingTree);
        banks.Ask(0, 2);
        banks.Refuse(0, owner: 0);

        Assert.Equal([1, 3], [Grant(banks, 1), Grant(banks, 3)]);
    }

    [Theory]
    [InlineData(0, 8, 4)]
    [InlineData(12, 8, 4)]
    [InlineData(16, 0, 4)]
    [InlineData(16, 8, 16)]
    public void Sizes_that_no_hardware_has_are_refused(int banks, int masters, int bankBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TcdmBanks(banks, masters, bankBytes));

    private static int Grant(TcdmBanks banks, params int[] asking)
    {
        foreach (var master in asking) banks.Ask(0, master);
        return banks.Grant(0);
    }
}
