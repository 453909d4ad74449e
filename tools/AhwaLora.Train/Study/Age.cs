namespace AhwaLora.Train.Study;

/// <summary>The time since tiles were programmed.</summary>
public sealed record Age(string Name, double Seconds)
{
    private const double Hour = 3600, Day = 24 * Hour, Year = 365.25 * Day;

    /// <summary>The ages of the study.</summary>
    public static IReadOnlyList<Age> All { get; } =
        [new("0 s", 0), new("1 h", Hour), new("1 d", Day), new("1 w", 7 * Day), new("1 month", 30 * Day), new("1 y", Year), new("10 y", 10 * Year)];
}
