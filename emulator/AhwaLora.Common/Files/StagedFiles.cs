using System.Runtime.InteropServices;

namespace AhwaLora.Common.Files;

/// <summary>
/// Files that wait beside their targets until all of them are complete. Either all are put into their places, or everything
/// stays as it was, also after a signal that ends the process.
/// </summary>
internal sealed class StagedFiles : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<StagedFile> _files = [];
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly EventHandler _exit;

    public StagedFiles()
    {
        // The signals still end the process, and so does standard output if nobody reads it (BrokenPipe).
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => TakeBack()));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => TakeBack()));
        _exit = (_, _) => TakeBack();
        AppDomain.CurrentDomain.ProcessExit += _exit;
    }

    /// <summary>Makes a file that will take the place of <paramref name="target"/>.</summary>
    /// <param name="name">The target as the user named it.</param>
    /// <param name="target">The file to replace.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be made.</exception>
    public Stream Create(string name, string target)
    {
        lock (_lock)
        {
            var file = new StagedFile(name, target);
            var stream = file.Create();
            _files.Add(file);
            return stream;
        }
    }

    /// <summary>Puts all of them into their places. If that fails for one, disposing takes back those before it.</summary>
    /// <param name="named">Runs an action whose failure is to name a file.</param>
    public void PutAll(Action<string, Action> named)
    {
        lock (_lock)
        {
            // Nothing can fail after the last, so its old file need not be kept.
            foreach (var file in _files.SkipLast(1)) named(file.Name, file.KeepOld);
            foreach (var file in _files) named(file.Name, file.Put);
            foreach (var file in _files) file.ForgetOld();
            _files.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        AppDomain.CurrentDomain.ProcessExit -= _exit;
        TakeBack();
    }

    private void TakeBack()
    {
        lock (_lock)
        {
            foreach (var file in _files) file.TakeBack();
            _files.Clear();
        }
    }
}
