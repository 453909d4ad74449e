using AhwaLora.Common.Files;
using AhwaLora.Machine.Host;
using Microsoft.Win32.SafeHandles;

namespace AhwaLora.Runs.Sandbox;

/// <summary>
/// The host as a guest sees it: a console on given streams and, if the user named a directory, the files below
/// it; no others. The console's three handles cannot be closed, so that a panic message is still printed. Pipes, devices and sockets
/// in the directory cannot be opened: the run would wait for another program, and no limit could end it.
/// </summary>
/// <remarks>
/// Guests cannot make links, so a path that was checked stays right unless another process of the user changes the
/// directory in between. Against such a race, an opened file is compared with the checked path (on Linux) before it is
/// truncated or handed out; a file that was created in a lost race stays, empty.
/// </remarks>
public sealed class SandboxHost : IHost, IDisposable
{
    private const int ConsoleHandles = 3;
    private const int MaxHandles = 256;

    private readonly SandboxPaths? _paths;
    private readonly List<Entry?> _handles;

    /// <summary>Makes a host.</summary>
    /// <param name="console">The console's streams; the caller keeps them and closes them.</param>
    /// <param name="arguments">The guest's name, then its arguments.</param>
    /// <param name="directory">The sandbox; null for no files.</param>
    /// <exception cref="UserErrorException">The sandbox is not a directory.</exception>
    public SandboxHost(GuestConsole console, IEnumerable<string> arguments, string? directory = null)
    {
        Arguments = [.. arguments];
        _paths = directory is null ? null : new SandboxPaths(directory);
        _handles =
        [
            new Entry(console.Input, OpenFlags.Read, IsTerminal: true),
            new Entry(console.Output, OpenFlags.Write, IsTerminal: true),
            new Entry(console.Error, OpenFlags.Write, IsTerminal: true),
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Arguments { get; }

    /// <inheritdoc/>
    public int OpenFiles => _handles.Skip(ConsoleHandles).Count(entry => entry is not null);

    /// <inheritdoc/>
    public int Open(string path, OpenFlags flags)
    {
        if ((flags & (OpenFlags.Read | OpenFlags.Write)) == 0) return -Errno.EINVAL;
        if (flags.HasFlag(OpenFlags.Truncate) && !flags.HasFlag(OpenFlags.Write)) return -Errno.EINVAL;
        if (IsFull) return -Errno.EMFILE;
        try
        {
            var error = Resolve(path, followsLast: !flags.HasFlag(OpenFlags.Exclusive), out var hostPath);
            if (error != 0) return error;
            if (Directory.Exists(hostPath)) return -Errno.EISDIR;
            if (!IsNew(flags) && HostFile.IsSpecial(hostPath)) return -Errno.EACCES;

            var handle = File.OpenHandle(hostPath, ModeOf(flags), AccessOf(flags), FileShare.ReadWrite | FileShare.Delete);
            if (!IsAt(handle, hostPath))
            {
                handle.Dispose();
                return -Errno.EACCES;
            }

            return Add(new Entry(StreamOf(handle, flags), flags, IsTerminal: false));
        }
        catch (Exception e) when (ErrnoOf(e) != 0)
        {
            return -ErrnoOf(e);
        }
    }

    /// <inheritdoc/>
    public int OpenConsole(ConsoleStream stream) => IsFull ? -Errno.EMFILE : Add(_handles[(int)stream]!);

    /// <inheritdoc/>
    public int Close(int handle)
    {
        if (Find(handle) is not { } entry) return -Errno.EBADF;
        if (handle < ConsoleHandles) return 0;
        if (!entry.IsTerminal) entry.Stream.Dispose();
        _handles[handle] = null;
        return 0;
    }

    /// <inheritdoc/>
    public int Read(int handle, Span<byte> into)
    {
        if (Find(handle) is not { } entry || !entry.Flags.HasFlag(OpenFlags.Read)) return -Errno.EBADF;
        if (into.IsEmpty) return 0;
        try
        {
            // Output is flushed first, so that a prompt is visible while input is awaited.
            if (entry.IsTerminal) _handles[(int)ConsoleStream.Output]!.Stream.Flush();
            return entry.Stream.Read(into);
        }
        catch (Exception e) when (ErrnoOf(e) != 0)
        {
            return -ErrnoOf(e);
        }
    }

    /// <inheritdoc/>
    public int Write(int handle, ReadOnlySpan<byte> bytes)
    {
        if (Find(handle) is not { } entry || !entry.Flags.HasFlag(OpenFlags.Write)) return -Errno.EBADF;
        if (bytes.IsEmpty) return 0;
        try
        {
            if (entry.Flags.HasFlag(OpenFlags.Append) && entry.Stream.CanSeek) entry.Stream.Seek(0, SeekOrigin.End);
            entry.Stream.Write(bytes);
            return bytes.Length;
        }
        catch (Exception e) when (ErrnoOf(e) != 0)
        {
            return -ErrnoOf(e);
        }
    }

    /// <inheritdoc/>
    public long Seek(int handle, long offset, SeekOrigin origin)
    {
        if (Find(handle) is not { } entry) return -Errno.EBADF;
        if (entry.IsTerminal || !entry.Stream.CanSeek) return -Errno.ESPIPE;
        try
        {
            var position = offset + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => entry.Stream.Position,
                _ => entry.Stream.Length,
            };
            return position < 0 ? -Errno.EINVAL : entry.Stream.Seek(position, SeekOrigin.Begin);
        }
        catch (Exception e) when (ErrnoOf(e) != 0)
        {
            return -ErrnoOf(e);
        }
    }

    /// <inheritdoc/>
    public long Length(int handle)
    {
        if (Find(handle) is not { } entry) return -Errno.EBADF;
        return entry.IsTerminal || !entry.Stream.CanSeek ? -Errno.ESPIPE : entry.Stream.Length;
    }

    /// <inheritdoc/>
    public int IsTerminal(int handle) => Find(handle) is { } entry ? (entry.IsTerminal ? 1 : 0) : -Errno.EBADF;

    /// <inheritdoc/>
    public int Remove(string path)
    {
        try
        {
            var error = ResolveExisting(path, out var hostPath);
            if (error == 0) File.Delete(hostPath);
            return error;
        }
        catch (Exception e) when (ErrnoOf(e) != 0)
        {
            return -ErrnoOf(e);
        }
    }

    /// <inheritdoc/>
    public int Rename(string from, string to)
    {
        try
        {
            var error = ResolveExisting(from, out var source);
            if (error != 0) return error;
            error = Resolve(to, followsLast: false, out var target);
            if (error == 0) File.Move(source, target, overwrite: true);
            return error;
        }
        catch (Exception e) when (ErrnoOf(e) != 0)
        {
            return -ErrnoOf(e);
        }
    }

    /// <summary>Closes the guest's files and flushes the console.</summary>
    public void Dispose()
    {
        for (var handle = ConsoleHandles; handle < _handles.Count; handle++) Close(handle);
        _handles[(int)ConsoleStream.Output]!.Stream.Flush();
        _handles[(int)ConsoleStream.Error]!.Stream.Flush();
    }

    private bool IsFull => _handles.Count == MaxHandles && !_handles.Contains(null);

    private static FileMode ModeOf(OpenFlags flags)
    {
        if (!flags.HasFlag(OpenFlags.Create)) return FileMode.Open;
        return IsNew(flags) ? FileMode.CreateNew : FileMode.OpenOrCreate;
    }

    /// <summary>True if the file must not exist yet.</summary>
    private static bool IsNew(OpenFlags flags) => flags.HasFlag(OpenFlags.Create | OpenFlags.Exclusive);

    /// <summary>The stream of an opened file; the file is closed if it cannot be truncated.</summary>
    private static FileStream StreamOf(SafeFileHandle handle, OpenFlags flags)
    {
        try
        {
            var file = new FileStream(handle, AccessOf(flags), bufferSize: 0);
            if (flags.HasFlag(OpenFlags.Truncate)) file.SetLength(0);
            return file;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static FileAccess AccessOf(OpenFlags flags) => (flags & (OpenFlags.Read | OpenFlags.Write)) switch
    {
        OpenFlags.Read => FileAccess.Read,
        OpenFlags.Write => FileAccess.Write,
        _ => FileAccess.ReadWrite,
    };

    /// <summary>True if the opened file is the checked path; only Linux can tell.</summary>
    private static bool IsAt(SafeFileHandle handle, string path) =>
        !OperatingSystem.IsLinux() || new FileInfo($"/proc/self/fd/{handle.DangerousGetHandle()}").LinkTarget is not { } actual || actual == path;

    /// <summary>The error number for an error of the file system; 0 for any other exception.</summary>
    private static int ErrnoOf(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        UnauthorizedAccessException => Errno.EACCES,
        PathTooLongException => Errno.EINVAL,
        IOException { HResult: > 0 and < 256 } when OperatingSystem.IsLinux() => exception.HResult, // the system's own number
        IOException => Errno.EIO,
        _ => 0,
    };

    private int Resolve(string path, bool followsLast, out string hostPath)
    {
        hostPath = string.Empty;
        return _paths is null ? -Errno.EACCES : _paths.Resolve(path, followsLast, out hostPath);
    }

    /// <summary>Resolves the path of an existing file, or of a link itself; a directory gives EISDIR.</summary>
    private int ResolveExisting(string path, out string hostPath)
    {
        var error = Resolve(path, followsLast: false, out hostPath);
        if (error != 0 || new FileInfo(hostPath).LinkTarget is not null) return error;
        if (Directory.Exists(hostPath)) return -Errno.EISDIR;
        return File.Exists(hostPath) ? 0 : -Errno.ENOENT;
    }

    private Entry? Find(int handle) => (uint)handle < _handles.Count ? _handles[handle] : null;

    /// <summary>The lowest free handle, as in POSIX.</summary>
    private int Add(Entry entry)
    {
        var handle = _handles.IndexOf(null);
        if (handle < 0)
        {
            handle = _handles.Count;
            _handles.Add(null);
        }

        _handles[handle] = entry;
        return handle;
    }

    private sealed record Entry(Stream Stream, OpenFlags Flags, bool IsTerminal);
}
