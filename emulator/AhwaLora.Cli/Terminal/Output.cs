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
    /// <summary>A table with these headings, of numbers and so flush right; one that begins with <c>&lt;</c> (not shown) is flush left.</summary>
    public static Table Table(params ReadOnlySpan<string> headings)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in headings) table.AddColumn(new TableColumn(heading.TrimStart('<')) { NoWrap = true, Alignment = heading.StartsWith('<') ? Justify.Left : Justify.Right });
        return table;
    }

    /// <summary>Text with its numbers as in English.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A file of JSON, for people and programs.</summary>
    public static string ToJson(object value) => JsonSerializer.Serialize(value, JsonStyles.Tables) + "\n";

    /// <summary>Prints one line on standard error; if that cannot be written, the exit status has to say it alone.</summary>
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
