using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Machine;
using nietras.SeparatedValues;

namespace AhwaLora.Reports;

/// <summary>
/// The results of a sweep as CSV, with a line of headings. A report needs the columns of <see cref="Needed"/> and takes those of
/// <see cref="Optional"/>, by name and in any order; it ignores others.
/// </summary>
public static class ResultsFile
{
    /// <summary>Columns that must be there; all but <c>strategy</c> hold whole numbers.</summary>
    public static IReadOnlyList<string> Needed { get; } =
    [
        "inputs", "outputs", "rank", "tokens", "chunk_tokens", "integration_ns", "harts", "strategy",
        "baseline_cycles", "pipelined_cycles", "hart_busy_cycles_most", "tcdm_bytes",
    ];

    /// <summary>Optional columns, by which a reader of the report can select points.</summary>
    public static IReadOnlyList<string> Optional { get; } = ["timing", "contention", "preset", "clock_mhz"];

    private const long MostBytes = 256L << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">The file or a column is missing, or a cell is not a number.</exception>
    public static IReadOnlyList<OverheadPoint> Read(string path)
    {
        var text = InputFile.Text(path, MostBytes, "no such file; 'ahwalora sweep' writes one");
        try
        {
            using var reader = Sep.New(',').Reader(o => o with { Unescape = true }).FromText(text);
            var needed = Needed.Select(name => reader.Header.TryIndexOf(name, out var index) ? index : throw new UserErrorException($"{path}: lacks the column '{name}'; a report needs {string.Join(", ", Needed)}")).ToArray();
            var optional = Optional.Select(name => reader.Header.TryIndexOf(name, out var index) ? index : -1).ToArray();
            var points = new List<OverheadPoint>();
            foreach (var row in reader) points.Add(Parse(new Cells(path, row.LineNumberFrom, [.. Take(row, needed)], [.. Take(row, optional)])));
            return points.Count != 0 ? points : throw new UserErrorException($"{path}: holds no results, only the names of columns");
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            throw new UserErrorException($"{path}: cannot be read as CSV ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static List<string> Take(SepReader.Row row, int[] columns)
    {
        var cells = new List<string>();
        foreach (var column in columns) cells.Add(column < 0 ? "" : row[column].ToString());
        return cells;
    }

    private static OverheadPoint Parse(Cells cells) => new(
        cells.Size("inputs"), cells.Size("outputs"), cells.Size("rank"), cells.Size("tokens"), cells.Size("chunk_tokens"), cells.Size("integration_ns"), cells.Size("harts"), cells.Text("strategy"),
        cells.Number("baseline_cycles"), cells.Number("pipelined_cycles"), cells.Number("hart_busy_cycles_most", least: 0), cells.Number("tcdm_bytes", least: 0))
    {
        Timing = cells.Further("timing"),
        Contention = cells.Further("contention"),
        Preset = cells.Further("preset"),
        ClockMhz = cells.Further("clock_mhz"),
    };

    /// <summary>A row's cells in the order of <see cref="Needed"/> and <see cref="Optional"/>.</summary>
    private sealed record Cells(string Path, int Line, IReadOnlyList<string> Needed, IReadOnlyList<string> Optional)
    {
        public string Text(string column) => Needed[IndexOf(ResultsFile.Needed, column)];

        public string Further(string column) => Optional[IndexOf(ResultsFile.Optional, column)];

        public int Size(string column) => (int)Number(column, least: 1, most: int.MaxValue);

        public long Number(string column, long least = 1, long most = long.MaxValue) =>
            long.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
                ? value
                : throw new UserErrorException($"{Path}, line {Line}: column '{column}' holds '{Text(column)}'; expected a whole number from {least} to {most}");

        private static int IndexOf(IReadOnlyList<string> columns, string column) => columns.Index().First(c => c.Item == column).Index;
    }
}
