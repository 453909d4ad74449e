using System.Text;

namespace AhwaLora.Common.Files;

/// <summary>Files that are written completely or not at all.</summary>
public static class AtomicFile
{
    private const int MostNameBytes = 255; // NAME_MAX, on every file system in use
    private const string TooLarge = "value"; // how .NET reports EFBIG, the error of a limit on file sizes
    private const string Memory = "/dev/shm/";
    private static readonly string[] InPlace = ["/dev/", "/proc/"];

    /// <summary>
    /// Writes a temporary file beside the target and then renames it. A link is followed, unless everybody may make links in its
    /// directory: such a link is replaced. If the write fails or is interrupted, the temporary file is removed.
    /// <c>-</c> is standard output. Standard output, named pipes and files in /dev, such as /dev/null or a shell's /dev/fd/63, are written in place.
    /// </summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write) => WriteAll((path, write));

    /// <summary>Writes several files as <see cref="Write"/> does: all of them, or none if one of them cannot be written.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public static void WriteAll(params IReadOnlyList<(string Path, Action<Stream> Write)> files)
    {
        using var staged = new StagedFiles();
        foreach (var (path, write) in files) Try(path, () => WriteOrStage(path, write, staged));
        staged.PutAll(Try);
    }

    /// <summary>Checks before long work that the directory of an output file exists and that the name fits; null means no file.</summary>
    /// <exception cref="UserErrorException">There is no such directory, or the name is too long.</exception>
    public static void CheckPlace(string? path)
    {
        if (path is null or "-") return;
        if (Directory.Exists(path)) throw new UserErrorException($"{path}: cannot be written (is a directory)");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))) throw NoDirectory(path);
        var name = Encoding.UTF8.GetByteCount(Path.GetFileName(path));
        if (name > MostNameBytes) throw new UserErrorException($"{path}: cannot be written (its name has {name} bytes; expected {MostNameBytes} at most)");
    }

    /// <summary>Writes what <paramref name="write"/> writes, in UTF-8.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void WriteText(string path, Action<TextWriter> write) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        write(writer);
    });

    /// <summary>Writes text in UTF-8.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void Try(string path, Action write)
    {
        try
        {
            write();
        }
        catch (DirectoryNotFoundException)
        {
            throw NoDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: TooLarge })
        {
            throw new UserErrorException($"{path}: cannot be written ({e.Message.Split(" (Parameter")[0].TrimEnd('.')})", e);
        }
    }

    private static UserErrorException NoDirectory(string path) => new($"{path}: cannot be written (no such directory)");

    private static void WriteOrStage(string path, Action<Stream> write, StagedFiles staged)
    {
        var target = path == "-" ? path : Links.TargetOf(path);
        if (target == "-") WriteTo(StandardStreams.Output, write);
        else if (IsDevice(path) || IsDevice(target)) WriteTo(Open(path), write);
        else if (OpenPipe(target) is { } pipe) WriteTo(pipe, write);
        else WriteTo(staged.Create(path, target), write);
    }

    private static bool IsDevice(string path)
    {
        var full = Path.GetFullPath(path);
        return InPlace.Any(place => full.StartsWith(place, StringComparison.Ordinal)) && !full.StartsWith(Memory, StringComparison.Ordinal);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Write);

    /// <summary>Opens a named pipe, once a reader has opened it; null for any other file. A pipe cannot seek; an empty file can.</summary>
    private static FileStream? OpenPipe(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: 0 }) return null;
        var stream = Open(path);
        if (!stream.CanSeek) return stream;
        stream.Dispose();
        return null;
    }

    private static void WriteTo(Stream stream, Action<Stream> write)
    {
        using (stream) write(stream);
    }
}
