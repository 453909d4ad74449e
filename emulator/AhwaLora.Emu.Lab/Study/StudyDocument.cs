using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Lab.Study;

/// <summary>
/// docs/study.md: the text of docs/study/text.md with tables where it names them as <c>{{name}}</c>, and pictures beside it.
/// The same results give the same bytes.
/// </summary>
public static partial class StudyDocument
{
    private const string TextFile = "text.md";

    /// <summary>Writes the document and its pictures.</summary>
    /// <param name="directory">Of the text, which receives the pictures; the document is written beside it, under its name.</param>
    /// <param name="results">What to show.</param>
    /// <exception cref="UserErrorException">The text is not there or names a table that does not exist, or a file cannot be written.</exception>
    public static void Write(string directory, StudyResults results)
    {
        var path = Path.Combine(directory, TextFile);
        if (!File.Exists(path)) throw new UserErrorException($"{path}: no such file; the study's text is expected there");
        var document = Fill(path, File.ReadAllText(path), new StudyTables(results));
        StudyCharts.Write(directory, results);
        AtomicFile.WriteText(Path.GetFullPath(directory).TrimEnd(Path.DirectorySeparatorChar) + ".md", document);
    }

    private static string Fill(string path, string text, StudyTables tables) => Place().Replace(text, place => place.Groups[1].Value switch
    {
        "findings" => tables.Findings(),
        "tcdm" => tables.Tcdm(),
        "latency" => tables.Latency(),
        "harts" => tables.Harts(),
        "worst" => tables.Worst(),
        "what-if" => tables.WhatIf(),
        var name when name.StartsWith("model ", StringComparison.Ordinal) => tables.Model(name["model ".Length..]),
        var name => throw new UserErrorException($"{path}: there is no table '{name}'"),
    });

    [GeneratedRegex(@"\{\{([^}]*)\}\}\n")]
    private static partial Regex Place();
}
