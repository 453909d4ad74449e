using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Soc;
using static AhwaLora.Machine.Soc.ClintRegisters;

namespace AhwaLora.Emu.Tests.Machine.Devices;

public sealed class ClintTests
{
    private readonly InterruptLine[] _software = [InterruptLine.Unconnected(), InterruptLine.Unconnected()];
    private readonly InterruptLine[] _timers = [InterruptLine.Unconnected(), InterruptLine.Unconnected()];

    private Clint Make(ulong cyclesPerTick = 1) => new(_software, _timers, cyclesPerTick);

    [Fact]
    public void Msip_drives_the_line_of_its_hart_alone()
    {
        var clint = Make();
        clint.Store(Msip + 4, 0xFFFF_FFFF);
        Assert.Equal(1u, clint.Load(Msip + 4));
        Assert.Equal((false, true), (_software[0].Level, _software[1].Level));
        clint.Store(Msip + 4, 0);
        Assert.False(_software[1].Level);
    }

    [Fact]
    public void Mtimecmp_resets_to_all_ones()
    {
        var clint = Make();
        Assert.Equal(uint.MaxValue, clint.Load(Mtimecmp + 8));
        Assert.Equal(uint.MaxValue, clint.Load(Mtimecmp + 12));
        Assert.Equal(ulong.MaxValue, clint.NextEvent);
    }

    [Fact]
    public void A_timer_fires_in_the_cycle_in_which_mtime_reaches_mtimecmp()
    {
        var clint = Make();
        clint.Store(Mtimecmp + 8, 500, time: 10);
        Assert.Equal(0xFFFF_FFFF_0000_01F4, clint.NextEvent);
        clint.Store(Mtimecmp + 12, 0, time: 11);
        Assert.Equal(500UL, clint.NextEvent);
        clint.Advance(500);
        Assert.Equal((false, true), (_timers[0].Level, _timers[1].Level));
        Assert.Equal(ulong.MaxValue, clint.NextEvent);
    }

    [Fact]
    public void The_next_event_is_the_earliest_of_all_timers_and_a_later_mtimecmp_ends_the_interrupt()
    {
        var clint = Make();
        for (var hart = 0u; hart < 2; hart++)
        {
            clint.Store(Mtimecmp + 8 * hart, 300 - 100 * hart);
            clint.Store(Mtimecmp + 8 * hart + 4, 0);
        }

        Assert.Equal(200UL, clint.NextEvent);
        clint.Advance(200);
        Assert.Equal(300UL, clint.NextEvent);
        clint.Store(Mtimecmp + 8, 1000, time: 250);
        Assert.False(_timers[1].Level);
    }

    [Theory]
    [InlineData(1, 700, 700)]
    [InlineData(100, 799, 7)]
    [InlineData(100, 800, 8)]
    public void Mtime_counts_once_a_tick(ulong cyclesPerTick, ulong cycle, uint expected) => Assert.Equal(expected, Make(cyclesPerTick).Load(Mtime, time: cycle));

    [Fact]
    public void A_slow_tick_delays_the_timer()
    {
        var clint = Make(cyclesPerTick: 100);
        clint.Store(Mtimecmp, 3);
        clint.Store(Mtimecmp + 4, 0);
        Assert.Equal(300UL, clint.NextEvent);
    }

    [Fact]
    public void Writing_mtime_restarts_the_count_there_and_moves_the_timers()
    {
        var clint = Make();
        clint.Store(Mtimecmp, 1000);
        clint.Store(Mtimecmp + 4, 0);
        clint.Store(Mtime, 900, time: 50);
        Assert.Equal(910UL, clint.TimeAt(60));
        Assert.Equal(150UL, clint.NextEvent);
        clint.Store(Mtime + 4, 2, time: 60);
        Assert.Equal((2UL << 32) + 910, clint.TimeAt(60));
        Assert.True(_timers[0].Level);
    }

    [Fact]
    public void When_mtime_wraps_the_timers_fall_and_fire_again()
    {
        var clint = Make();
        clint.Store(Mtimecmp, 5);
        clint.Store(Mtimecmp + 4, 0);
        clint.Store(Mtime, 0xFFFF_FFF0);
        clint.Store(Mtime + 4, 0xFFFF_FFFF);
        Assert.True(_timers[0].Level);
        Assert.Equal(15UL, clint.NextEvent); // hart 1's mtimecmp is all ones
        clint.Advance(15);
        Assert.Equal(16UL, clint.NextEvent);
        clint.Advance(16);
        Assert.Equal((false, false), (_timers[0].Level, _timers[1].Level));
        Assert.Equal(21UL, clint.NextEvent);
        clint.Advance(21);
        Assert.True(_timers[0].Level);
    }

    [Theory]
    [InlineData(Msip + 8, 4)]
    [InlineData(Mtimecmp + 16, 4)]
    [InlineData(Mtime + 8, 4)]
    [InlineData(Msip, 1)]
    [InlineData(Mtimecmp + 2, 2)]
    public void Registers_and_widths_that_do_not_exist_fault(uint offset, int bytes)
    {
        var clint = Make();
        Assert.Equal(BusResponse.Fault, clint.TryLoad(offset, out _, bytes: bytes));
        Assert.Equal(BusResponse.Fault, clint.TryStore(offset, 1, bytes: bytes));
    }

    [Fact]
    public void Restoring_drives_the_lines_again()
    {
        var clint = Make();
        clint.Store(Msip, 1);
        clint.Store(Mtimecmp, 5, time: 7);
        clint.Store(Mtimecmp + 4, 0, time: 8);
        InterruptLine[] software = [InterruptLine.Unconnected(), InterruptLine.Unconnected()], timers = [InterruptLine.Unconnected(), InterruptLine.Unconnected()];
        new Clint(software, timers).Restore(clint.Save());
        Assert.Equal((true, false, true, false), (software[0].Level, software[1].Level, timers[0].Level, timers[1].Level));
    }

    [Fact]
    public void Impossible_values_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Clint([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Clint(_software, [_timers[0]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(cyclesPerTick: 0));
    }
}
