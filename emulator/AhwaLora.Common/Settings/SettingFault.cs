using System.Globalization;
using System.Numerics;
using AhwaLora.Common.Text;

namespace AhwaLora.Common.Settings;

/// <summary>A value that a setting cannot have, and what works instead.</summary>
/// <param name="Setting">Which setting.</param>
/// <param name="Value">The value given, as a user writes it.</param>
/// <param name="Text">The line that says so.</param>
public sealed record SettingFault(Setting Setting, string Value, SettingText Text)
{
    /// <summary>The least valid value and the greatest; null if validity is not a matter of a range.</summary>
    public (string Least, string Most)? Range { get; private init; }

    /// <summary>The nearest value that works; null if it is not known.</summary>
    public string? Nearest { get; private init; }

    /// <summary>The fault of a number outside its range; null if it is inside.</summary>
    /// <param name="setting">Which setting.</param>
    /// <param name="value">The number given.</param>
    /// <param name="least">The least valid value.</param>
    /// <param name="most">The greatest.</param>
    /// <param name="of">What the greatest value is, with its unit, if that says more than the number.</param>
    public static SettingFault? OfRange<T>(Setting setting, T value, T least, T most, string of = "")
        where T : INumber<T>
    {
        if (value >= least && value <= most) return null;
        var (given, low, high, nearest) = (Number(value), Number(least), Number(most), Number(value > most ? most : least)); // not a number: the least
        return new SettingFault(setting, given, new($"{setting} {given} is outside {low} to {high}{of}; the nearest valid value is {nearest}")) { Range = (low, high), Nearest = nearest };
    }

    /// <summary>The fault of a number below the least that a setting takes; null if it is not.</summary>
    public static SettingFault? OfLeast<T>(Setting setting, T value, T least)
        where T : INumber<T> => value >= least ? null : new(setting, Number(value), new($"{setting} {Number(value)} is less than {Number(least)}, the least valid value")) { Nearest = Number(least) };

    /// <summary>The fault of a text of another form than a setting takes.</summary>
    /// <param name="setting">Which setting.</param>
    /// <param name="value">The text given.</param>
    /// <param name="expected">The form, with an example.</param>
    public static SettingFault OfForm(Setting setting, string value, string expected) => new(setting, value, new($"{setting} '{value}': expected {expected}"));

    /// <summary>The fault of a name that is not one of those that a setting takes.</summary>
    public static SettingFault OfName(Setting setting, string value, IReadOnlyCollection<string> names)
    {
        var nearest = Spelling.Nearest(value, names);
        return new(setting, value, new($"{setting} '{value}' is not one of {string.Join(", ", names)}; the nearest is {nearest}")) { Nearest = nearest };
    }

    /// <summary>The fault of a text that is of the right form and yet cannot be used.</summary>
    /// <param name="setting">Which setting.</param>
    /// <param name="value">The text given, or null if the message is not about one.</param>
    /// <param name="reason">Why, and what to do.</param>
    /// <param name="nearest">The nearest value that works, if it is known; <paramref name="reason"/> says it too.</param>
    public static SettingFault Of(Setting setting, string? value, FormattableString reason, string? nearest = null)
    {
        var why = new SettingText(reason);
        return new(setting, value ?? "", value is null ? new($"{setting}: {why}") : new($"{setting} '{value}': {why}")) { Nearest = nearest };
    }

    /// <summary>The fault of a number that cannot be used, although each number of its range can be in other circumstances.</summary>
    /// <param name="setting">Which setting.</param>
    /// <param name="value">The number given.</param>
    /// <param name="reason">Why; the message ends with the nearest value.</param>
    /// <param name="nearest">The nearest value that works.</param>
    public static SettingFault OfNumber<T>(Setting setting, T value, FormattableString reason, T nearest)
        where T : INumber<T> => new(setting, Number(value), new($"{setting} {Number(value)}: {new SettingText(reason)}; the nearest valid value is {Number(nearest)}")) { Nearest = Number(nearest) };

    private static string Number<T>(T value)
        where T : INumber<T> => value.ToString(null, CultureInfo.InvariantCulture);
}
