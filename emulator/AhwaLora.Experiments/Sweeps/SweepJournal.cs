using System.Text;
using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>
/// The measurements of a sweep so far: a file with a line of JSON per point, appended as soon as the point is measured, under the
/// point's key and with a checksum. Reading skips a line that a kill cut short, and refuses one that was edited. Lines of other points or
/// versions do no harm.
/// </summary>
internal sealed class SweepJournal : IDisposable
{
    private const int MostCharacters = 1 << 24;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Dictionary<string, SweepRow> _rows = [];
    private readonly Lock _gate = new();

    /// <summary>Opens a journal, or creates it.</summary>
    /// <exception cref="UserErrorException">It cannot be opened, or another process has it open.</exception>
    public SweepJournal(string path)
    {
        _path = path;
        if (Links.IsForeign(path)) throw new UserErrorException($"{path}: is a link in a directory that everybody may write into; remove it");
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
            if (!_file.CanSeek || (_file.Length == 0 && _file.ReadByte() >= 0)) throw new UserErrorException($"{path}: is a pipe or a device; expected a file");
            ReadLines();
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
        var json = JsonSerializer.SerializeToElement(row, JsonStyles.Rows);
        var line = JsonSerializer.Serialize(new Line(key, json, ChecksumOf(key, json)), JsonStyles.Rows) + "\n";
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

    private void ReadLines()
    {
        using var reader = new StreamReader(_file, Encoding.UTF8, leaveOpen: true);
        var (line, number) = (new StringBuilder(), 1);
        var buffer = new char[1 << 16];
        while (reader.Read(buffer) is > 0 and var count)
        {
            foreach (var character in buffer.AsSpan(0, count))
            {
                if (character != '\n') line.Append(character);
                else Take(line, number++);
            }

            if (line.Length > MostCharacters) throw new UserErrorException($"{_path}: line {number}: is too long for a point of a sweep; delete it");
        }

        Take(line, number);
    }

    private void Take(StringBuilder line, int number)
    {
        try
        {
            var entry = JsonText.Parse<Line>(line.ToString(), JsonStyles.Rows);
            if (entry.Sha256 != ChecksumOf(entry.Key, entry.Row)) throw new UserErrorException($"{_path}: line {number}: was changed after its point was measured; delete the line, and the point is measured again");
            _rows[entry.Key] = JsonText.Take<SweepRow>(entry.Row, JsonStyles.Rows);
        }
        catch (JsonException)
        {
            // The line was cut short, or is of a version with other columns: the point is measured again.
        }

        line.Clear();
    }

    private static string ChecksumOf(string key, JsonElement row) => Product.Fingerprint(Encoding.UTF8.GetBytes(key + row.GetRawText()));

    private void EndLastLine()
    {
        if (_file.Length == 0) return;
        _file.Seek(-1, SeekOrigin.End);
        if (_file.ReadByte() != '\n') _file.WriteByte((byte)'\n');
    }

    private sealed record Line(string Key, JsonElement Row, string Sha256);
}
