using System.Globalization;
using System.Numerics;
using AhwaLora.Common.Files;

namespace AhwaLora.Common.Text;

/// <summary>A table in plain text: a heading, then rows. Columns are as wide as needed; columns of numbers are flush right.</summary>
public sealed class TextTable
{
    private readonly List<string[]> _rows = [];

    /// <summary>A table with these headings; a heading that begins with <c>&lt;</c> (not shown) makes its column flush left.</summary>
    public TextTable(params string[] headings) => _rows.Add(headings);

    /// <summary>Adds a row with a cell for each heading; see <see cref="OneLine"/>.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(OneLine.Of)]);

    /// <summary>A count with its thousands separated.</summary>
    public static string Number<T>(T value)
        where T : INumber<T> => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent, with one decimal.</summary>
    public static string Percent(ulong part, ulong whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / Math.Max(1, whole):F1} %");

    /// <summary>Writes the table, followed by a blank line.</summary>
    public void Write(TextWriter output)
    {
        var isLeft = _rows[0].Select(h => h.StartsWith('<')).ToArray();
        _rows[0] = [.. _rows[0].Select(h => h.TrimStart('<'))];
        var widths = Enumerable.Range(0, isLeft.Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, n) => isLeft[n] ? cell.PadRight(widths[n]) : cell.PadLeft(widths[n]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        output.WriteLine();
    }

    /// <summary>Writes it in Markdown.</summary>
    public void WriteMarkdown(TextWriter output)
    {
        output.WriteLine($"| {string.Join(" | ", _rows[0].Select(h => h.TrimStart('<')))} |");
        output.WriteLine($"|{string.Concat(_rows[0].Select(h => h.StartsWith('<') ? "---|" : "---:|"))}");
        foreach (var row in _rows.Skip(1)) output.WriteLine($"| {string.Join(" | ", row.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |");
    }
}
