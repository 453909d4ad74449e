namespace AhwaLora.Machine.Host;

/// <summary>The time that guests see: simulated cycles divided by the clock frequency, never the host's clock, so that runs repeat to the bit.</summary>
public sealed record HostClock
{
    /// <summary>2000-01-01 00:00:00 UTC in seconds since 1970: the calendar at cycle 0 unless the user sets another.</summary>
    public const ulong DefaultCalendarBaseSeconds = 946_684_800;

    private readonly ulong _frequencyHz = 1_000_000_000;

    /// <summary>Cycles per second; 1 to 10^12.</summary>
    public ulong FrequencyHz
    {
        get => _frequencyHz;
        init
        {
            if (value is 0 or > 1_000_000_000_000) throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a clock of 1 Hz to 10^12 Hz.");
            _frequencyHz = value;
        }
    }

    /// <summary>Seconds since 1970-01-01 00:00:00 UTC at cycle 0.</summary>
    public ulong CalendarBaseSeconds { get; init; } = DefaultCalendarBaseSeconds;

    /// <summary>Calendar time at <paramref name="cycle"/>: whole seconds since 1970.</summary>
    public ulong CalendarSeconds(ulong cycle) => CalendarBaseSeconds + (cycle / FrequencyHz);

    /// <summary>Nanoseconds of the second that <paramref name="cycle"/> lies in.</summary>
    public uint Nanoseconds(ulong cycle) => (uint)((UInt128)(cycle % FrequencyHz) * 1_000_000_000 / FrequencyHz);

    /// <summary>Hundredths of a second since cycle 0.</summary>
    public ulong Centiseconds(ulong cycle) => (ulong)((UInt128)cycle * 100 / FrequencyHz);
}
