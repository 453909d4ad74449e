namespace AhwaLora.Machine.Host;

/// <summary>How a guest opens a file.</summary>
[Flags]
public enum OpenFlags
{
    /// <summary>Nothing; not a way to open.</summary>
    None = 0,

    /// <summary>Bytes may be read.</summary>
    Read = 1,

    /// <summary>Bytes may be written.</summary>
    Write = 2,

    /// <summary>A missing file is created.</summary>
    Create = 4,

    /// <summary>The file loses its contents.</summary>
    Truncate = 8,

    /// <summary>Every write goes to the end.</summary>
    Append = 16,

    /// <summary>With <see cref="Create"/>: the file must not exist.</summary>
    Exclusive = 32,
}

/// <summary>The console's streams, by the handles they have from the start.</summary>
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
/// What the world outside offers a guest. Handles 0, 1 and 2 are the console's (<see cref="ConsoleStream"/>). Calls
/// answer a result of at least 0, or a negated <see cref="Errno"/>, and throw nothing that a guest can cause.
/// A snapshot cannot hold files of the host: what restores one finds the console's handles only.
/// </summary>
public interface IHost
{
    /// <summary>Command line of the guest: its name, then its arguments.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>Handles open beside the console's three, so that a snapshot can say what it loses.</summary>
    int OpenFiles { get; }

    /// <summary>Opens a file: its handle.</summary>
    int Open(string path, OpenFlags flags);

    /// <summary>One more handle for a stream of the console.</summary>
    int OpenConsole(ConsoleStream stream);

    /// <summary>Closes a handle: 0.</summary>
    int Close(int handle);

    /// <summary>Reads from the handle's position: bytes read, 0 at the end.</summary>
    int Read(int handle, Span<byte> into);

    /// <summary>Writes at the handle's position: bytes written.</summary>
    int Write(int handle, ReadOnlySpan<byte> bytes);

    /// <summary>Moves the handle's position: the new one, from the file's begin.</summary>
    long Seek(int handle, long offset, SeekOrigin origin);

    /// <summary>Bytes in the file.</summary>
    long Length(int handle);

    /// <summary>1 for a handle of the console, 0 for a file.</summary>
    int IsTerminal(int handle);

    /// <summary>Deletes a file: 0.</summary>
    int Remove(string path);

    /// <summary>Renames a file, replacing what has the new name: 0.</summary>
    int Rename(string from, string to);
}
