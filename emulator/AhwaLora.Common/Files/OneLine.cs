using System.Globalization;
using System.Text;

namespace AhwaLora.Common.Files;

/// <summary>
/// Text that others wrote - values, names, paths, messages of the system - as it may stand in a line that is printed. A control
/// character could begin a second line or, after an escape, command the terminal; one that turns the direction of writing
/// could make the line read as another. Such characters are written as C# would write them.
/// </summary>
public static class OneLine
{
    // A path has up to 4,096 characters; the reason, which stands at the end, must survive.
    private const int MostCharacters = 8_000, KeptAtEnd = 1_000;
    private const string Gap = " ... ";

    /// <summary>The text without line feeds, other control characters and invisible ones; what is very long is cut in its middle.</summary>
    public static string Of(string text)
    {
        var whole = text.Length <= MostCharacters ? text : text[..(MostCharacters - KeptAtEnd)] + Gap + text[^KeptAtEnd..];
        return IsPlain(whole) ? whole : Escaped(whole);
    }

    private static bool IsPlain(string text)
    {
        foreach (var character in text) if (character is < ' ' or > '~') return false;
        return true;
    }

    private static string Escaped(string text)
    {
        var line = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune)) line.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[at]:x4}");
            else if (IsVisible(rune)) line.Append(rune.ToString());
            else line.Append(Escape(rune.Value));
            at += rune.Utf16SequenceLength > 1 ? 1 : 0;
        }

        return line.ToString();
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Escape(int value) => value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= 0xff => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
        <= 0xffff => string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{value:x8}"),
    };
}
