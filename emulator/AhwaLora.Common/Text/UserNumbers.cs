using System.Globalization;

namespace AhwaLora.Common.Text;

/// <summary>Numbers as users write them.</summary>
public static class UserNumbers
{
    /// <summary>A 32-bit number, decimal or hexadecimal with 0x; underscores may group digits.</summary>
    public static bool TryParse(string text, out uint value)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        return digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private const double Hour = 3600, Day = 24 * Hour, Year = 365.25 * Day;

    /// <summary>A duration in seconds, or in another unit that follows it: 90, 90s, 1h, 1.5d, 1y (of 365.25 days).</summary>
    public static bool TryParseSeconds(string text, out double seconds)
    {
        seconds = 0;
        if (text.Length == 0) return false;
        var unit = text[^1] switch { 's' => 1, 'h' => Hour, 'd' => Day, 'y' => Year, _ => 0 };
        if (!double.TryParse(unit == 0 ? text : text[..^1], NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)) return false;
        seconds = number * (unit == 0 ? 1 : unit);
        return double.IsFinite(seconds);
    }
}
