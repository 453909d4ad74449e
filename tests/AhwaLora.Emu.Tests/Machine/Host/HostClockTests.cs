using AhwaLora.Machine.Host;

namespace AhwaLora.Emu.Tests.Machine.Host;

public sealed class HostClockTests
{
    [Fact]
    public void Units_of_time_follow_from_cycles_without_overflow()
    {
        var clock = new HostClock { FrequencyHz = 3, CalendarBaseSeconds = 100 };

        Assert.Equal(102ul, clock.CalendarSeconds(8));
        Assert.Equal(666_666_666u, clock.Nanoseconds(8));
        Assert.Equal(266ul, clock.Centiseconds(8));
        Assert.Equal(184_467_440_737ul, new HostClock { FrequencyHz = 10_000_000_000 }.Centiseconds(ulong.MaxValue));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1_000_000_000_001ul)]
    public void An_impossible_frequency_is_refused(ulong frequencyHz) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HostClock { FrequencyHz = frequencyHz });
}
