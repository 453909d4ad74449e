using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Core.Pipelines;
using static AhwaLora.Machine.Clusters.ClusterRegisters;

namespace AhwaLora.Emu.Tests.Machine.Devices;

public sealed class ClusterBlockTests
{
    private readonly TestBus _bus = new(harts: 4);
    private readonly ClusterBlock _cluster;

    public ClusterBlockTests() => _cluster = new ClusterBlock(_bus, _bus);

    [Fact]
    public void The_barrier_is_granted_to_all_in_the_cycle_of_the_last_arrival()
    {
        _cluster.AssertWaits(BarrierRead, hart: 2, time: 5);
        _cluster.AssertWaits(BarrierRead, hart: 0, time: 7);
        _cluster.AssertWaits(BarrierRead, hart: 3, time: 9);
        Assert.Empty(_bus.TakeReleased());
        Assert.Equal(0u, _cluster.Load(BarrierRead, hart: 1, time: 30));
        Assert.Equal([new(0, 30, 0, Cause.Barrier), new(2, 30, 0, Cause.Barrier), new(3, 30, 0, Cause.Barrier)], _bus.TakeReleased());
    }

    [Fact]
    public void The_barrier_serves_again_and_again()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var hart = 0; hart < 3; hart++) _cluster.AssertWaits(BarrierRead, hart);
            _cluster.Load(BarrierRead, hart: 3);
            Assert.Equal(3, _bus.TakeReleased().Length);
        }
    }

    [Fact]
    public void A_hart_that_ends_counts_as_arrived()
    {
        _cluster.AssertWaits(BarrierRead, hart: 0, time: 5);
        _cluster.AssertWaits(BarrierRead, hart: 1, time: 6);
        _bus.RunningHarts = 3;
        _cluster.Barrier.ParticipantsChanged(20);
        Assert.Empty(_bus.TakeReleased());
        _bus.RunningHarts = 2;
        _cluster.Barrier.ParticipantsChanged(25);
        Assert.Equal([new(0, 25, 0, Cause.Barrier), new(1, 25, 0, Cause.Barrier)], _bus.TakeReleased());
        _cluster.Barrier.ParticipantsChanged(26);
        Assert.Empty(_bus.TakeReleased());
    }

    [Fact]
    public void A_barrier_word_is_a_barrier_of_its_own()
    {
        var word = new BarrierWord(new TestBus(harts: 2));
        word.AssertWaits(0, hart: 1);
        Assert.Equal(0u, word.Load(0, hart: 0));
        word.Store(0, 1);
        Assert.Equal(BusResponse.Fault, word.TryLoad(4, out _));
        Assert.Equal(BusResponse.Fault, word.TryLoad(0, out _, bytes: 1));
    }

    [Fact]
    public void A_cluster_knows_its_harts_by_their_local_ids_and_serves_no_others()
    {
        var bus = new TestBus(harts: 2, firstHart: 8);
        var cluster = new ClusterBlock(bus, bus, "cluster1");
        cluster.AssertWaits(BarrierRead, hart: 9, time: 1);
        foreach (var offset in (uint[])[BarrierRead, WaitEvent, Mutex0, TryMutex0]) Assert.Equal(BusResponse.Fault, cluster.TryLoad(offset, out _, hart: 1));
        Assert.Equal(BusResponse.Ok, cluster.TryLoad(BarrierRead, out _, hart: 8, time: 2));
        Assert.Equal([new(9, 2, 0, Cause.Barrier)], bus.TakeReleased());

        cluster.AssertWaits(WaitEvent, hart: 9);
        cluster.Store(WakeLow, 0b10, hart: 0);
        Assert.Equal(9, Assert.Single(bus.TakeReleased()).Hart);
        Assert.Equal(2u, cluster.Load(Harts, hart: 0));
    }

    [Fact]
    public void An_event_raised_before_the_wait_is_kept_once()
    {
        _cluster.Store(WakeLow, 0b0110);
        _cluster.Store(WakeLow, 0b0010);
        Assert.Equal(1u, _cluster.Load(WaitEvent, hart: 1));
        _cluster.AssertWaits(WaitEvent, hart: 1);
        _cluster.AssertWaits(WaitEvent, hart: 0);
        Assert.Equal(1u, _cluster.Load(WaitEvent, hart: 2));
    }

    [Fact]
    public void Waking_releases_the_harts_that_wait_and_uses_their_events_up()
    {
        _cluster.AssertWaits(WaitEvent, hart: 1, time: 10);
        _cluster.Store(WakeLow, 0b0010, time: 40);
        Assert.Equal([new(1, 40, 1, Cause.Barrier)], _bus.TakeReleased());
        _cluster.AssertWaits(WaitEvent, hart: 1, time: 50);
    }

    [Fact]
    public void The_high_mask_wakes_harts_from_32_on()
    {
        var bus = new TestBus(harts: 64);
        var cluster = new ClusterBlock(bus, bus);
        cluster.AssertWaits(WaitEvent, hart: 63);
        cluster.Store(WakeHigh, 0x8000_0000);
        Assert.Equal(63, Assert.Single(bus.TakeReleased()).Hart);
        Assert.Equal(64u, cluster.Load(Harts));
    }

    [Fact]
    public void A_mutex_passes_to_the_hart_that_waited_longest_and_of_equals_to_the_lowest()
    {
        Assert.Equal(1u, _cluster.Load(Mutex0 + 8, hart: 3, time: 1));
        _cluster.AssertWaits(Mutex0 + 8, hart: 2, time: 5);
        _cluster.AssertWaits(Mutex0 + 8, hart: 1, time: 5);
        _cluster.AssertWaits(Mutex0 + 8, hart: 0, time: 6);
        int[] order = [3, 1, 2, 0];
        for (var n = 0; n < 3; n++)
        {
            var time = (ulong)(10 * (n + 1));
            _cluster.Store(Mutex0 + 8, 0, hart: order[n], time);
            Assert.Equal([new(order[n + 1], time, 1, Cause.Barrier)], _bus.TakeReleased());
        }

        _cluster.Store(Mutex0 + 8, 0, hart: 0);
        Assert.Equal(1u, _cluster.Load(Mutex0 + 8, hart: 2));
    }

    [Fact]
    public void Only_the_holder_frees_a_mutex()
    {
        _cluster.Load(Mutex0, hart: 0);
        _cluster.Store(Mutex0, 0, hart: 1);
        Assert.Equal(0u, _cluster.Load(TryMutex0, hart: 1));
        _cluster.Store(Mutex0, 0, hart: 0);
        Assert.Equal(1u, _cluster.Load(TryMutex0, hart: 1));
        _cluster.AssertWaits(Mutex0, hart: 0);
    }

    [Fact]
    public void Mutexes_are_independent()
    {
        for (var n = 0u; n < Mutexes; n++) Assert.Equal(1u, _cluster.Load(Mutex0 + 4 * n, hart: (int)n % 4));
        for (var n = 0u; n < Mutexes; n++) Assert.Equal(0u, _cluster.Load(TryMutex0 + 4 * n, hart: 0));
    }

    [Fact]
    public void Counters_read_as_pairs_of_words()
    {
        _bus.Accessed = 0x1_0000_0002;
        _bus.Congested = 0x3_0000_0004;
        var words = new[] { Cycle, Cycle + 4, TcdmAccessed, TcdmAccessed + 4, TcdmCongested, TcdmCongested + 4 }.Select(offset => _cluster.Load(offset, time: 0x5_0000_0006));
        Assert.Equal([6u, 5u, 2u, 1u, 4u, 3u], words);
    }

    [Fact]
    public void A_master_that_is_no_hart_cannot_wait_or_lock()
    {
        foreach (var offset in (uint[])[BarrierRead, WaitEvent, Mutex0, TryMutex0]) Assert.Equal(BusResponse.Fault, _cluster.TryLoad(offset, out _, hart: Initiators.Device0));
    }

    [Fact]
    public void Impossible_values_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterBlock(new TestBus(harts: 0), _bus));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterBlock(new TestBus(harts: 65), _bus));
    }
}
