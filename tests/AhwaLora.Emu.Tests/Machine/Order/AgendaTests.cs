using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Machine.Order;

public sealed class AgendaTests
{
    private const int Number = HartSet.Capacity;

    private readonly Hart[] _harts = [.. Enumerable.Range(0, Number).Select(id => new Hart(id, new AddressSpace([], []), new HartFeatures()) { State = HartState.Ended })];
    private readonly Agenda _agenda = new(Number);

    [Fact]
    public void Without_a_running_hart_nobody_acts()
    {
        Act(0, 5);
        _harts[0].State = HartState.Ended;
        _agenda.Update(_harts[0], isHeld: false, asksForBank: false);

        Assert.Equal(ulong.MaxValue, _agenda.First);
    }

    [Fact]
    public void A_hart_that_is_held_waits_and_one_that_asks_is_told_apart()
    {
        Act(0, 3, isHeld: true);
        Act(1, 7);
        Act(2, 7, asks: true);

        Assert.Equal(7UL, _agenda.First);
        Assert.Equal((HartSet.Of(1), HartSet.Of(2)), _agenda.In(7));
        Assert.Equal((default, default), _agenda.In(6));
    }

    [Fact]
    public void A_hart_far_away_acts_in_its_cycle_and_not_in_one_that_shares_its_slot()
    {
        Act(0, 1);
        Act(1, 1 + 64);
        Act(2, 1UL << 40);

        Assert.Equal((HartSet.Of(0), default), _agenda.In(_agenda.First));
        Act(0, ulong.MaxValue);
        Assert.Equal(65UL, _agenda.First);
        Assert.Equal((HartSet.Of(1), default), _agenda.In(65));
        Act(1, ulong.MaxValue);
        Assert.Equal(1UL << 40, _agenda.First);
        Assert.Equal((HartSet.Of(2), default), _agenda.In(1UL << 40));
    }

    [Fact]
    public void It_says_what_a_search_through_all_harts_says()
    {
        var random = new Random(1);
        ulong[] steps = [0, 1, 2, 30, 63, 64, 65, 1000];
        for (var id = 0; id < Number; id++) Act(id, (ulong)random.Next(200));
        for (var round = 0; round < 20_000; round++)
        {
            var first = _harts.Min(h => h.NextAction);
            Assert.Equal(first, _agenda.First);
            Assert.Equal((HartsAt(first), default), _agenda.In(first));

            // Whose turn it was goes on; now and then another one too, earlier than the agenda has been looking (as after a restart).
            Act(_harts.First(h => h.NextAction == first).Id, first + steps[random.Next(steps.Length)]);
            if (random.Next(50) == 0) Act(random.Next(Number), first - Math.Min(first, 100));
        }
    }

    private HartSet HartsAt(ulong time) => _harts.Where(h => h.NextAction == time).Aggregate(default(HartSet), (set, h) => set.With(h.Id));

    private void Act(int id, ulong time, bool isHeld = false, bool asks = false)
    {
        (_harts[id].State, _harts[id].Time) = (HartState.Running, time);
        _agenda.Update(_harts[id], isHeld, asks);
    }
}
