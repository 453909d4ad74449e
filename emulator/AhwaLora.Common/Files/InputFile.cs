using System.Globalization;
using System.Text;

namespace AhwaLora.Common.Files;

/// <summary>
/// Input files that users name. A file may be anything - a directory, a device without end, a pipe into which nobody writes -
/// so each kind of file has a size limit, and a pipe must be open soon.
/// </summary>
public static class InputFile
{
    /// <summary>Largest file that configures the product: nobody writes one by hand that is larger.</summary>
    public const long MostConfigurationBytes = 16L << 20;

    /// <summary>Largest file of data that is read at once.</summary>
    public const long MostDataBytes = 1L << 30;

    private const string NoSuchFile = "no such file";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Reads a whole file; a pipe or device is read to its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <param name="absent">The message if the file does not exist.</param>
    /// <exception cref="UserErrorException">The file does not exist, is a directory, is too large, or cannot be read.</exception>
    public static byte[] Bytes(string path, long most = MostConfigurationBytes, string absent = NoSuchFile) => Read(path, path =>
    {
        using var stream = OpenSoon(path);
        return ToEnd(path, stream, most);
    }, absent);

    /// <summary>Reads a whole stream that a user named, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">Read to its end.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="UserErrorException">It has more.</exception>
    public static byte[] ToEnd(string name, Stream stream, long most)
    {
        // A device has no length, so what it says is only where to begin.
        var length = stream.CanSeek ? stream.Length : 0;
        if (length > most) throw TooLarge(name, most);
        using var bytes = new MemoryStream((int)Math.Min(length, Array.MaxLength));
        var buffer = new byte[1 << 16];
        while (stream.Read(buffer) is > 0 and var count)
        {
            if (bytes.Length + count > most) throw TooLarge(name, most);
            bytes.Write(buffer, 0, count);
        }

        return bytes.Capacity == bytes.Length ? bytes.GetBuffer() : bytes.ToArray();
    }

    /// <summary>Reads a whole text file, in UTF-8 or with a byte order mark.</summary>
    /// <inheritdoc cref="Bytes"/>
    public static string Text(string path, long most = MostConfigurationBytes, string absent = NoSuchFile)
    {
        using var reader = new StreamReader(new MemoryStream(Bytes(path, most, absent)), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Reads the lines of a text file.</summary>
    /// <inheritdoc cref="Bytes"/>
    public static IReadOnlyList<string> Lines(string path, long most = MostDataBytes, string absent = NoSuchFile)
    {
        using var reader = new StreamReader(new MemoryStream(Bytes(path, most, absent)), Encoding.UTF8);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }

    /// <summary>Opens a file that is read in parts, so that its size does not matter. It must be a file: pipes and devices have no length.</summary>
    /// <param name="path">The file.</param>
    /// <param name="absent">The message if the file does not exist.</param>
    /// <exception cref="UserErrorException">The file does not exist, is not a regular file, or cannot be read.</exception>
    public static FileStream Open(string path, string absent = NoSuchFile) => Read(path, path =>
    {
        var stream = OpenSoon(path);
        if (stream.CanSeek && (stream.Length > 0 || stream.ReadByte() < 0)) return stream;
        stream.Dispose();
        throw new UserErrorException($"{path}: is a pipe or a device; expected a file");
    }, absent);

    /// <summary>Reads a file; an error of the file system becomes a one-line message for the user.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads the file at the path given.</param>
    /// <param name="absent">The message if the file does not exist.</param>
    /// <exception cref="UserErrorException">The file does not exist, is a directory, or cannot be read.</exception>
    public static T Read<T>(string path, Func<string, T> read, string absent = NoSuchFile)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException { ParamName: "path" })
        {
            throw new UserErrorException($"{path}: {(File.Exists(path) ? "cannot be read" : Directory.Exists(path) ? "is a directory" : absent)}", e);
        }
    }

    // Opening a pipe waits for somebody who writes into it, perhaps for ever. Pipes have no length either.
    private static FileStream OpenSoon(string path)
    {
        FileStream Open() => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);

        // Of a link .NET gives the link's own length.
        if (new FileInfo(path) is not ({ Exists: true, Length: 0 } or { LinkTarget: not null })) return Open();
        var opening = Task.Factory.StartNew(Open, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return ((IAsyncResult)opening).AsyncWaitHandle.WaitOne(Patience)
            ? opening.GetAwaiter().GetResult()
            : throw new UserErrorException($"{path}: is a pipe that no program has opened to write into it");
    }

    private static UserErrorException TooLarge(string name, long most) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name}: has more than {most >> 20} MiB, the limit for this kind of file"));
}
