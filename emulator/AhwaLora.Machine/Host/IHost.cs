namespace AhwaLora.Machine.Host;

/// <summary>How a guest opens a file.</summary>
[Flags]
public enum OpenFlags
{
    /// <summary>No access; a file cannot be opened so.</summary>
    None = 0,

    /// <summary>Bytes may be read.</summary>
    Read = 1,

    /// <summary>Bytes may be written.</summary>
    Write = 2,

    /// <summary>A missing file is created.</summary>
    Create = 4,

    /// <summary>The file loses its contents.</summary>
    Truncate = 8,

    /// <summary>Every write appends.</summary>
    Append = 16,

    /// <summary>With <see cref="Create"/>: the file must not exist.</summary>
    Exclusive = 32,
}

/// <summary>The console's streams, with the numbers of their handles.</summary>
public enum ConsoleStream
{
    /// <summary>Standard input.</summary>
    Input = 0,

    /// <summary>Standard output.</summary>
    Output = 1,

    /// <summary>Standard error.</summary>
    Error = 2,
}

/// <summary>
/// The services of the host to a guest. Handles 0, 1 and 2 are the console's (<see cref="ConsoleStream"/>). Calls
/// return a result of at least 0, or a negated <see cref="Errno"/>. No call of a guest makes them throw.
/// A snapshot does not hold files of the host: after restoring one, only the console's handles are open.
/// </summary>
public interface IHost
{
    /// <summary>The guest's command line: its name, then its arguments.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>Number of handles open besides the console's three, to report what a snapshot does not hold.</summary>
    int OpenFiles { get; }

    /// <summary>Opens a file; returns its handle.</summary>
    int Open(string path, OpenFlags flags);

    /// <summary>Returns one more handle for a stream of the console.</summary>
    int OpenConsole(ConsoleStream stream);

    /// <summary>Closes a handle; returns 0.</summary>
    int Close(int handle);

    /// <summary>Reads from the handle's position; returns bytes read, 0 at the end. A read of no bytes does not wait.</summary>
    int Read(int handle, Span<byte> into);

    /// <summary>Writes at the handle's position; returns bytes written.</summary>
    int Write(int handle, ReadOnlySpan<byte> bytes);

    /// <summary>Moves the handle's position; returns the new one, in bytes from the file's start.</summary>
    long Seek(int handle, long offset, SeekOrigin origin);

    /// <summary>Returns the bytes in the file.</summary>
    long Length(int handle);

    /// <summary>Returns 1 for a handle of the console, 0 for a file.</summary>
    int IsTerminal(int handle);

    /// <summary>Deletes a file; returns 0.</summary>
    int Remove(string path);

    /// <summary>Renames a file, replacing a file of the new name; returns 0.</summary>
    int Rename(string from, string to);
}
