using System.Globalization;
using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Runs.Programs;
using Spectre.Console;

namespace AhwaLora.Cli.Terminal;

/// <summary>What commands print: tables, lines and JSON, the same in every language.</summary>
internal static class Output
{
    // Before that, compiling the emulator itself is most of the time.
    private const double LeastSeconds = 0.1, LeastMips = 0.5;

    /// <summary>A table with these headings. Columns hold numbers and are flush right; if a heading begins with <c>&lt;</c> (not shown), its column is flush left.</summary>
    public static Table Table(params ReadOnlySpan<string> headings)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in headings) table.AddColumn(new TableColumn(heading.TrimStart('<')) { NoWrap = true, Alignment = heading.StartsWith('<') ? Justify.Left : Justify.Right });
        return table;
    }

    /// <summary>Text with its numbers formatted by the invariant culture, and its texts as <see cref="OneLine"/> has them.</summary>
    public static string Text(FormattableString text) =>
        string.Format(CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(argument => argument is string given ? OneLine.Of(given) : argument)]);

    /// <summary>A name that others gave, for a cell of a <see cref="Table"/>, where brackets would be markup.</summary>
    public static string Name(string name) => Markup.Escape(OneLine.Of(name));

    /// <summary>How long the host took, and its speed if that took long enough to mean something.</summary>
    public static string HostSpeed(double instructions, double seconds) =>
        Text($"{seconds:F2} s") + (seconds < LeastSeconds || instructions < LeastMips * seconds * 1e6 ? "" : Text($", {instructions / 1e6 / seconds:N1} MIPS"));

    /// <summary>The text of a JSON file, for people and programs.</summary>
    public static string ToJson(object value) => JsonSerializer.Serialize(value, JsonStyles.Tables) + "\n";

    /// <summary>Prints one line on standard error, or one and its details; if it cannot be written, only the exit status reports the fault.</summary>
    public static int Fail(params IReadOnlyList<string> lines)
    {
        try
        {
            Console.Error.WriteLine($"ahwalora: {string.Join("\n  ", lines.Select(OneLine.Of))}");
        }
        catch (UserErrorException)
        {
        }

        return ExitStatus.Usage;
    }
}
