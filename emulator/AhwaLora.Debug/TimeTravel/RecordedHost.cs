using AhwaLora.Machine.Host;

namespace AhwaLora.Debug.TimeTravel;

/// <summary>
/// Keeps the host's answers, so that going back and forth in history gives the guest the same answers again and
/// the world outside sees every call once.
/// </summary>
public sealed class RecordedHost(IHost host) : IHost
{
    private readonly record struct Answer(long Result, byte[]? Data);

    private readonly List<Answer> _answers = [];

    /// <summary>Number of calls answered before the machine's present position; later ones are in its future.</summary>
    public int Cursor { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Arguments => host.Arguments;

    /// <inheritdoc/>
    public int OpenFiles => host.OpenFiles;

    /// <summary>To be called when the machine has gone to the position of that call.</summary>
    public void MoveTo(int cursor) => Cursor = cursor;

    /// <summary>Drops the calls of the future, because a new one begins.</summary>
    public void Cut() => _answers.RemoveRange(Cursor, _answers.Count - Cursor);

    /// <inheritdoc/>
    public int Open(string path, OpenFlags flags) => (int)Ask(() => host.Open(path, flags));

    /// <inheritdoc/>
    public int OpenConsole(ConsoleStream stream) => (int)Ask(() => host.OpenConsole(stream));

    /// <inheritdoc/>
    public int Close(int handle) => (int)Ask(() => host.Close(handle));

    /// <inheritdoc/>
    public int Read(int handle, Span<byte> into)
    {
        if (Cursor == _answers.Count)
        {
            var read = host.Read(handle, into);
            _answers.Add(new Answer(read, read > 0 ? into[..read].ToArray() : null));
        }

        var answer = _answers[Cursor++];
        answer.Data?.CopyTo(into);
        return (int)answer.Result;
    }

    /// <inheritdoc/>
    public int Write(int handle, ReadOnlySpan<byte> bytes)
    {
        if (Cursor == _answers.Count) _answers.Add(new Answer(host.Write(handle, bytes), null));
        return (int)_answers[Cursor++].Result;
    }

    /// <inheritdoc/>
    public long Seek(int handle, long offset, SeekOrigin origin) => Ask(() => host.Seek(handle, offset, origin));

    /// <inheritdoc/>
    public long Length(int handle) => Ask(() => host.Length(handle));

    /// <inheritdoc/>
    public int IsTerminal(int handle) => (int)Ask(() => host.IsTerminal(handle));

    /// <inheritdoc/>
    public int Remove(string path) => (int)Ask(() => host.Remove(path));

    /// <inheritdoc/>
    public int Rename(string from, string to) => (int)Ask(() => host.Rename(from, to));

    private long Ask(Func<long> call)
    {
        if (Cursor == _answers.Count) _answers.Add(new Answer(call(), null));
        return _answers[Cursor++].Result;
    }
}
