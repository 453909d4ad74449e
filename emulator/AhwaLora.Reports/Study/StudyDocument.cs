using System.Text.RegularExpressions;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Reports.Study;

/// <summary>
/// docs/study.md: the text of docs/study/study.md.in with a table in place of each line <c>{{name}}</c>, and pictures beside
/// it. The same results give the same bytes.
/// </summary>
public sealed partial class StudyDocument
{
    private const string TextFile = "study.md.in";

    private static readonly Dictionary<string, Func<StudyTables, string>> Tables = new()
    {
        ["findings"] = tables => tables.Findings(),
        ["tcdm"] = tables => tables.Tcdm(),
        ["latency"] = tables => tables.Latency(),
        ["harts"] = tables => tables.Harts(),
        ["many-harts"] = tables => tables.ManyHarts(),
        ["worst"] = tables => tables.Worst(),
        ["balanced"] = tables => tables.Balanced(),
        ["kernels"] = tables => tables.Kernels(),
        ["what-if"] = tables => tables.WhatIf(),
        [$"model {KnownModels.MobileBert.Name}"] = tables => tables.Model(KnownModels.MobileBert.Name),
        [$"model {KnownModels.Llama.Name}"] = tables => tables.Model(KnownModels.Llama.Name),
    };

    private readonly string _directory;
    private readonly string _text;

    private StudyDocument(string directory, string text) => (_directory, _text) = (directory, text);

    /// <summary>The path of the document: beside its directory, with the directory's name and <c>.md</c>.</summary>
    public string Path => System.IO.Path.GetFullPath(_directory).TrimEnd(System.IO.Path.DirectorySeparatorChar) + ".md";

    /// <summary>Reads the text, so that faults in it are reported before anything is measured.</summary>
    /// <param name="directory">The directory that holds the text and receives the pictures.</param>
    /// <exception cref="UserErrorException">The text is missing or names tables that do not exist, the document cannot be written, or the pictures' font is not installed.</exception>
    public static StudyDocument Load(string directory)
    {
        var path = System.IO.Path.Combine(directory, TextFile);
        var text = InputFile.Text(path, absent: "no such file; the study's text is expected there").ReplaceLineEndings("\n");
        var faults = new FileFaults(path);
        foreach (Match place in Place().Matches(text))
        {
            var name = place.Groups[1].Value;
            if (!Tables.ContainsKey(name)) faults.Add($"there is no table '{name}'; the nearest is '{Spelling.Nearest(name, Tables.Keys)}'");
        }

        faults.ThrowIfAny();
        var document = new StudyDocument(directory, text);
        AtomicFile.CheckPlace(document.Path);
        PictureFont.Load();
        return document;
    }

    /// <summary>Writes the document and its pictures.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public void Write(StudyResults results)
    {
        var tables = new StudyTables(results);
        var document = Place().Replace(_text, place => Tables[place.Groups[1].Value](tables).TrimEnd('\n'));
        StudyCharts.Write(_directory, results);
        AtomicFile.WriteText(Path, document);
    }

    [GeneratedRegex(@"(?m)^[ \t]*\{\{[ \t]*([^}\n]*?)[ \t]*\}\}[ \t]*$")]
    private static partial Regex Place();
}
