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
    /// <summary>A table with these headings. Columns hold numbers and are flush right; if a heading begins with <c>&lt;</c> (not shown), its column is flush left.</summary>
    public static Table Table(params ReadOnlySpan<string> headings)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in headings) table.AddColumn(new TableColumn(heading.TrimStart('<')) { NoWrap = true, Alignment = heading.StartsWith('<') ? Justify.Left : Justify.Right });
        return table;
    }

    /// <summary>Text with its numbers formatted by the invariant culture.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The text of a JSON file, for people and programs.</summary>
    public static string ToJson(object value) => JsonSerializer.Serialize(value, JsonStyles.Tables) + "\n";

    /// <summary>Prints one line on standard error; if it cannot be written, only the exit status reports the fault.</summary>
    public static int Fail(string message)
    {
        try
        {
            Console.Error.WriteLine($"ahwalora: {message}");
        }
        catch (UserErrorException)
        {
        }

        return ExitStatus.Usage;
    }
}
