using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using Parquet;
using Parquet.Schema;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>The rows of a sweep, or of a part of one.</summary>
/// <param name="Name">Name of the sweep.</param>
/// <param name="Id">See <see cref="SweepPlan.Id"/>.</param>
/// <param name="Points">Number of points of the whole sweep.</param>
/// <param name="Shard">Which part this is.</param>
/// <param name="Rows">In the order of the points.</param>
public sealed record SweepTable(string Name, string Id, int Points, Shard Shard, IReadOnlyList<SweepRow> Rows)
{
    internal const string JournalExtension = ".journal.jsonl";

    private const string ParquetExtension = ".parquet", CsvExtension = ".csv";
    private const string NameKey = "ahwalora.sweep", IdKey = "ahwalora.sweep_id", PointsKey = "ahwalora.points", ShardKey = "ahwalora.shard";

    private static readonly (string Name, PropertyInfo Property)[] Columns =
        [.. typeof(SweepRow).GetProperties().Select(p => (p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name), p))];

    // Strings are dictionary-encoded; nothing else is compressed, because the bytes must not depend on a compressor's version.
    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.None };

    /// <summary>Name of its files, without the extension.</summary>
    public string FileStem => StemOf(Name, Shard);

    internal static string StemOf(string name, Shard shard) => shard.IsWhole ? name : $"{name}.{shard.Number}-of-{shard.Count}";

    /// <summary>Checks before long work that the files of a sweep, or of a part of one, can be written.</summary>
    /// <exception cref="UserErrorException">They cannot.</exception>
    internal static void CheckPlace(string name, Shard shard, string directory)
    {
        OutputDirectory.Make(directory);
        foreach (var extension in new[] { JournalExtension, ParquetExtension, CsvExtension }) AtomicFile.CheckPlace(Path.Combine(directory, StemOf(name, shard) + extension));
    }

    /// <summary>Writes the rows as Parquet and CSV into a directory; creates the directory if it does not exist.</summary>
    /// <exception cref="UserErrorException">The files cannot be written.</exception>
    public void WriteTo(string directory)
    {
        OutputDirectory.Make(directory);
        var stem = Path.Combine(directory, FileStem);
        var parquet = new MemoryStream(); // the writer needs to seek, and not every output can
        WriteParquetAsync(parquet).GetAwaiter().GetResult();
        AtomicFile.WriteAll((stem + CsvExtension, WriteCsv), (stem + ParquetExtension, parquet.WriteTo));
    }

    /// <summary>Reads a Parquet file that <see cref="WriteTo"/> wrote.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it is not the result of a sweep.</exception>
    public static SweepTable Read(string path)
    {
        using var file = InputFile.Open(path);
        try
        {
            return ReadParquetAsync(file).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            throw new UserErrorException($"{path}: is not a Parquet file that a sweep of this version has written", e);
        }
    }

    private void WriteCsv(Stream stream)
    {
        using var output = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        output.WriteLine(string.Join(',', Columns.Select(c => c.Name)));
        foreach (var row in Rows)
        {
            var cells = JsonSerializer.SerializeToNode(row, JsonStyles.Rows)!.AsObject();
            output.WriteLine(string.Join(',', Columns.Select(c => Csv(cells[c.Name]))));
        }
    }

    // RFC 4180: a cell with a comma or a quote is quoted, and its quotes are doubled. What was not measured is empty.
    private static string Csv(JsonNode? cell)
    {
        if (cell is null) return "";
        var text = cell.GetValueKind() == JsonValueKind.String ? (string)cell! : cell.ToJsonString();
        return text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private async Task WriteParquetAsync(Stream stream)
    {
        var schema = new ParquetSchema(Columns.Select(c => new DataField(c.Name, Nullable.GetUnderlyingType(c.Property.PropertyType) ?? c.Property.PropertyType, isNullable: IsNullable(c.Property.PropertyType))));
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, Options).ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            [NameKey] = Name,
            [IdKey] = Id,
            [PointsKey] = Points.ToString(CultureInfo.InvariantCulture),
            [ShardKey] = Shard.ToString(),
        };
        using var group = writer.CreateRowGroup();
        foreach (var (field, column) in schema.DataFields.Zip(Columns)) await WriteColumnAsync(group, field, column.Property).ConfigureAwait(false);
    }

    private static bool IsNullable(Type type) => Nullable.GetUnderlyingType(type) is not null;

    private Task WriteColumnAsync(ParquetRowGroupWriter group, DataField field, PropertyInfo column)
    {
        T[] Values<T>() => [.. Rows.Select(row => (T)column.GetValue(row)!)];

        return Type.GetTypeCode(column.PropertyType) switch
        {
            _ when column.PropertyType == typeof(long?) => group.WriteAsync<long>(field, Values<long?>()),
            TypeCode.String => group.WriteAsync(field, Values<string>()),
            TypeCode.Int32 => group.WriteAsync<int>(field, Values<int>()),
            TypeCode.Int64 => group.WriteAsync<long>(field, Values<long>()),
            TypeCode.UInt64 => group.WriteAsync<ulong>(field, Values<ulong>()),
            TypeCode.Double => group.WriteAsync<double>(field, Values<double>()),
            TypeCode.Boolean => group.WriteAsync<bool>(field, Values<bool>()),
            _ => throw new NotSupportedException($"column {field.Name} of {column.PropertyType}"),
        };
    }

    private static async Task<SweepTable> ReadParquetAsync(Stream file)
    {
        await using var reader = await ParquetReader.CreateAsync(file).ConfigureAwait(false);
        var rows = new List<JsonObject>();
        foreach (var group in reader.RowGroups)
        {
            var first = rows.Count;
            if (first + group.RowCount > SweepFile.MostPoints) throw new InvalidDataException("too many rows");
            for (var i = 0L; i < group.RowCount; i++) rows.Add([]);
            foreach (var (field, column) in reader.Schema.DataFields.Zip(Columns)) await ReadColumnAsync(group, field, column.Property.PropertyType, rows[first..]).ConfigureAwait(false);
        }

        // The name becomes part of file names, and the number of points the size of an array.
        var metadata = reader.CustomMetadata;
        var (name, points) = (metadata[NameKey], int.Parse(metadata[PointsKey], NumberStyles.None, CultureInfo.InvariantCulture));
        if (Path.GetFileName(name) != name || name is "" or "." or ".." || points > SweepFile.MostPoints) throw new InvalidDataException("not the metadata of a sweep");
        return new SweepTable(name, metadata[IdKey], points, Shard.Parse(metadata[ShardKey]), [.. rows.Select(row => row.Deserialize<SweepRow>(JsonStyles.Rows)!)]);
    }

    private static async Task ReadColumnAsync(ParquetRowGroupReader group, DataField field, Type type, List<JsonObject> rows)
    {
        async Task Take<T>(Func<Memory<T>, ValueTask> read)
        {
            var values = new T[rows.Count];
            await read(values).ConfigureAwait(false);
            for (var i = 0; i < values.Length; i++) rows[i][field.Name] = JsonSerializer.SerializeToNode(values[i], JsonStyles.Rows);
        }

        await (Type.GetTypeCode(type) switch
        {
            _ when type == typeof(long?) => Take<long?>(to => group.ReadAsync<long>(field, to)),
            TypeCode.String => Take<string?>(to => group.ReadAsync(field, to)),
            TypeCode.Int32 => Take<int>(to => group.ReadAsync<int>(field, to)),
            TypeCode.Int64 => Take<long>(to => group.ReadAsync<long>(field, to)),
            TypeCode.UInt64 => Take<ulong>(to => group.ReadAsync<ulong>(field, to)),
            TypeCode.Double => Take<double>(to => group.ReadAsync<double>(field, to)),
            TypeCode.Boolean => Take<bool>(to => group.ReadAsync<bool>(field, to)),
            _ => throw new NotSupportedException($"column {field.Name} of {type}"),
        }).ConfigureAwait(false);
    }
}
