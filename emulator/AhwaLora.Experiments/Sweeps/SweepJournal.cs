using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>
/// The measurements of a sweep so far: a file with a line of JSON per point, appended as soon as the point is measured, under the
/// point's key. Reading skips a line that a kill cut short. Lines of other points or versions do no harm.
/// </summary>
internal sealed class SweepJournal : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly Dictionary<string, SweepRow> _rows = [];
    private readonly Lock _gate = new();

    /// <summary>Opens a journal, or creates it.</summary>
    /// <exception cref="UserErrorException">It cannot be opened, or another process has it open.</exception>
    public SweepJournal(string path)
    {
        _path = path;
        try
        {
            // No buffer: a line is in the file once it is written, and closing does not write again what failed.
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e)
        {
            throw new UserErrorException($"{path}: cannot be opened for writing; does another process run this sweep?", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UserErrorException($"{path}: cannot be written ({(Directory.Exists(path) ? "is a directory" : "no permission")})", e);
        }

        try
        {
            using var reader = new StreamReader(_file, Encoding.UTF8, leaveOpen: true);
            while (reader.ReadLine() is { } line) Take(line);
            EndLastLine();
        }
        catch (Exception e)
        {
            _file.Dispose();
            if (e is IOException) throw new UserErrorException($"{path}: cannot be read ({e.Message.TrimEnd('.')})", e);
            throw;
        }
    }

    /// <summary>The row of a key; null if it has not been measured.</summary>
    public SweepRow? Find(string key) => _rows.GetValueOrDefault(key);

    /// <summary>Keeps a row, in memory and in the file. Any thread may call this.</summary>
    /// <exception cref="UserErrorException">The file cannot be extended.</exception>
    public void Append(string key, SweepRow row)
    {
        var line = JsonSerializer.Serialize(new { key, row }, JsonStyles.Rows) + "\n";
        lock (_gate)
        {
            _rows[key] = row;
            try
            {
                _file.Write(Encoding.UTF8.GetBytes(line));
            }
            catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
            {
                // .NET reports EFBIG, the error of a limit on file sizes, as the latter.
                throw new UserErrorException($"{_path}: cannot be written ({e.Message.TrimEnd('.')})", e);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Take(string line)
    {
        try
        {
            var entry = JsonNode.Parse(line);
            if ((string?)entry?["key"] is { } key && entry["row"].Deserialize<SweepRow>(JsonStyles.Rows) is { } row) _rows[key] = row;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The line was cut short, or is of a version with other columns: the point is measured again.
        }
    }

    private void EndLastLine()
    {
        if (_file.Length == 0) return;
        _file.Seek(-1, SeekOrigin.End);
        if (_file.ReadByte() != '\n') _file.WriteByte((byte)'\n');
    }
}
