using System.Runtime.InteropServices;

namespace AhwaLora.Common.Files;

/// <summary>Files that are written completely or not at all.</summary>
public static class AtomicFile
{
    private const string Devices = "/dev/", Memory = "/dev/shm/";

    /// <summary>
    /// Writes a temporary file beside the target and then renames it; a link is followed. If the write fails or is interrupted, the temporary file is removed.
    /// <c>-</c> is standard output. Standard output, named pipes and files in /dev, such as /dev/null or a shell's /dev/fd/63, are written in place.
    /// </summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            if (path == "-") WriteTo(StandardStreams.Output, write);
            else if (IsDevice(path)) WriteTo(Open(path), write);
            else if (OpenPipe(path) is { } pipe) WriteTo(pipe, write);
            else WriteWhole(TargetOf(path), write);
        }
        catch (DirectoryNotFoundException)
        {
            throw NoDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Checks before long work that the directory of an output file exists; null means no file.</summary>
    /// <exception cref="UserErrorException">There is no such directory.</exception>
    public static void CheckPlace(string? path)
    {
        if (path is null or "-") return;
        if (Directory.Exists(path)) throw new UserErrorException($"{path}: cannot be written (is a directory)");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))) throw NoDirectory(path);
    }

    private static UserErrorException NoDirectory(string path) => new($"{path}: cannot be written (no such directory)");

    private static bool IsDevice(string path)
    {
        var full = Path.GetFullPath(path);
        return full.StartsWith(Devices, StringComparison.Ordinal) && !full.StartsWith(Memory, StringComparison.Ordinal);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Write);

    /// <summary>Opens a named pipe, once a reader has opened it; null for any other file. A pipe cannot seek; an empty file can.</summary>
    private static FileStream? OpenPipe(string path)
    {
        if (new FileInfo(TargetOf(path)) is not { Exists: true, Length: 0 }) return null;
        var stream = Open(path);
        if (!stream.CanSeek) return stream;
        stream.Dispose();
        return null;
    }

    // The target of a link is replaced, not the link. For a link without a directory .NET would look in the root.
    private static string TargetOf(string path) => (File.Exists(path) ? File.ResolveLinkTarget(Path.GetFullPath(path), returnFinalTarget: true)?.FullName : null) ?? path;

    private static void WriteTo(Stream stream, Action<Stream> write)
    {
        using (stream) write(stream);
    }

    private static void WriteWhole(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        void Remove()
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }

        // The signals still end the process, and so does standard output if nobody reads it (BrokenPipe).
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Remove());
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Remove());
        EventHandler atExit = (_, _) => Remove();
        AppDomain.CurrentDomain.ProcessExit += atExit;
        try
        {
            WriteTo(File.Create(temporary), write);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= atExit;
            Remove();
        }
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
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
