namespace AhwaLora.Emu.Lab.Sweeps;

/// <summary>All that is wrong with a file, so that it can be said at once.</summary>
/// <param name="path">The file.</param>
internal sealed class SweepFaults(string path)
{
    private const int MostLines = 50;

    private readonly HashSet<(long Line, string Text)> _known = [];
    private readonly List<(long Line, string Text)> _faults = [];

    /// <summary>A fault at a line, or one of several lines together; one that is known already is not added again.</summary>
    public void Add(string fault, long line = long.MaxValue)
    {
        if (_known.Add((line, fault))) _faults.Add((line, fault));
    }

    /// <summary>Throws where something is wrong.</summary>
    /// <exception cref="UserErrorException">A line for each fault, of many for the first of them.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count == 0) return;
        var lines = _faults.OrderBy(f => f.Line).Select(f => f.Line == long.MaxValue ? f.Text : $"line {f.Line}: {f.Text}").Take(MostLines).ToList();
        if (_faults.Count > lines.Count) lines.Add($"and {_faults.Count - lines.Count} more");
        throw new UserErrorException(lines.Count == 1 ? $"{path}: {lines[0]}" : $"{path}: {_faults.Count} faults, nothing was run\n  " + string.Join("\n  ", lines));
    }

    /// <summary>The name that takes the fewest changes to get to, or of which that is the begin.</summary>
    public static string Nearest(string text, IEnumerable<string> names) =>
        names.MinBy(name => (Distance(text, name[..Math.Min(text.Length, name.Length)]), Distance(text, name)))!;

    // Levenshtein's distance, row by row.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(a[i]) == char.ToLowerInvariant(b[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(change, 1 + Math.Min(row[j], row[j + 1]));
            }
        }

        return row[^1];
    }
}
