namespace AhwaLora.Common.Files;

/// <summary>Collects all faults of a file, so that one message lists them.</summary>
/// <param name="path">The file.</param>
public sealed class FileFaults(string path)
{
    private const int MostLines = 50;

    private readonly HashSet<(long Line, string Text)> _known = [];
    private readonly List<(long Line, string Text)> _faults = [];

    /// <summary>Adds a fault at one line or at several lines; a fault that is known already is not added again.</summary>
    public void Add(string fault, long line = long.MaxValue)
    {
        if (_known.Add((line, fault))) _faults.Add((line, fault));
    }

    /// <summary>Adds the faults of another file, which a line names.</summary>
    public void Add(UserErrorException faults, long line)
    {
        foreach (var fault in faults.Lines) Add(fault, line);
    }

    /// <summary>Throws if there are faults.</summary>
    /// <exception cref="UserErrorException">There are faults. The message has one line per fault, up to a limit.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count == 0) return;
        var lines = _faults.OrderBy(f => f.Line).Select(f => f.Line == long.MaxValue ? f.Text : $"line {f.Line}: {f.Text}").Take(MostLines).ToList();
        if (_faults.Count > lines.Count) lines.Add($"and {_faults.Count - lines.Count} more");
        throw lines.Count == 1 ? new UserErrorException($"{path}: {lines[0]}") : new UserErrorException($"{path}: {_faults.Count} faults; nothing was run", lines);
    }
}
