namespace AhwaLora.Machine.Host;

/// <summary>A host without services: no files, no input, and output is dropped.</summary>
public sealed class NoHost : IHost
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Arguments => [];

    /// <inheritdoc/>
    public int OpenFiles => 0;

    /// <inheritdoc/>
    public int Open(string path, OpenFlags flags) => -Errno.EACCES;

    /// <inheritdoc/>
    public int OpenConsole(ConsoleStream stream) => (int)stream;

    /// <inheritdoc/>
    public int Close(int handle) => 0;

    /// <inheritdoc/>
    public int Read(int handle, Span<byte> into) => 0;

    /// <inheritdoc/>
    public int Write(int handle, ReadOnlySpan<byte> bytes) => bytes.Length;

    /// <inheritdoc/>
    public long Seek(int handle, long offset, SeekOrigin origin) => -Errno.ESPIPE;

    /// <inheritdoc/>
    public long Length(int handle) => -Errno.EBADF;

    /// <inheritdoc/>
    public int IsTerminal(int handle) => 1;

    /// <inheritdoc/>
    public int Remove(string path) => -Errno.EACCES;

    /// <inheritdoc/>
    public int Rename(string from, string to) => -Errno.EACCES;
}
