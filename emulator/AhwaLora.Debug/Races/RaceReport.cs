using System.Globalization;

namespace AhwaLora.Debug.Races;

/// <summary>Describes races in text.</summary>
public static class RaceReport
{
    /// <summary>One line per race.</summary>
    /// <param name="check">The check that found them.</param>
    /// <param name="place">Source line of an address; null if it is not known.</param>
    public static IReadOnlyList<string> Lines(RaceCheck check, Func<uint, string?> place)
    {
        string Side(RacingAccess side)
        {
            var line = place(side.Pc) is { } known ? $" ({known})" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{check.NameOf(side.Actor)} {(side.IsWrite ? "writes" : "reads")} at pc 0x{side.Pc:x8}{line}");
        }

        return [.. check.Races.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"race at 0x{r.Address:x8}: {Side(r.First)}, {Side(r.Second)}; nothing orders them (use a barrier, mutex, event, atomic, or a flag with fences)"))];
    }
}
