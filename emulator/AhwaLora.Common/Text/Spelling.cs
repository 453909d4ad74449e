namespace AhwaLora.Common.Text;

/// <summary>Suggestions for misspelled names.</summary>
public static class Spelling
{
    /// <summary>The known name nearest to what was typed: one that begins with it, or the one with the fewest changes.</summary>
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
