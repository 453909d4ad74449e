using System.Globalization;
using AhwaLora.Common.Files;

namespace AhwaLora.Train.Data;

/// <summary>A GLUE task: which columns of its .tsv files hold what.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="First">Heading of the sentence, or of the first of two.</param>
/// <param name="Second">Heading of the second sentence; null if the task has only one.</param>
/// <param name="Label">Heading of the class.</param>
/// <param name="Labels">The classes as the file writes them, in the order of their numbers.</param>
public sealed record GlueTask(string Name, string First, string? Second, string Label, IReadOnlyList<string> Labels)
{
    /// <summary>Stanford Sentiment Treebank: is a phrase of a film review positive?</summary>
    public static GlueTask Sst2 { get; } = new("sst2", "sentence", null, "label", ["0", "1"]);

    /// <summary>Recognizing Textual Entailment: does the second sentence follow from the first?</summary>
    public static GlueTask Rte { get; } = new("rte", "sentence1", "sentence2", "label", ["entailment", "not_entailment"]);

    /// <summary>Both tasks.</summary>
    public static IReadOnlyList<GlueTask> All { get; } = [Sst2, Rte];
}

/// <summary>GLUE's tab-separated files: a line of headings, then one line per example, without quotes.</summary>
public static class GlueTsv
{
    /// <summary>Reads train.tsv and dev.tsv of a directory.</summary>
    /// <exception cref="UserErrorException">A file, column or class is missing; the message names the line.</exception>
    public static Split<LabelledText> ReadDirectory(string directory, GlueTask task) =>
        new(Read(Path.Combine(directory, "train.tsv"), task), Read(Path.Combine(directory, "dev.tsv"), task));

    /// <summary>Reads one file.</summary>
    /// <exception cref="UserErrorException">A column or class is missing; the message names the line.</exception>
    public static IReadOnlyList<LabelledText> Read(string path, GlueTask task)
    {
        var lines = TextFiles.ReadLines(path);
        if (lines.Count == 0) throw new UserErrorException($"{path}: is empty; expected a line with the names of the columns");
        var headings = lines[0].Split('\t');
        int Column(string heading)
        {
            var column = Array.IndexOf(headings, heading);
            return column >= 0 ? column : throw new UserErrorException($"{path}: has no column '{heading}'; its columns are {string.Join(", ", headings)}");
        }

        var (first, second, label) = (Column(task.First), task.Second is { } s ? Column(s) : -1, Column(task.Label));
        var examples = new List<LabelledText>();
        for (var i = 1; i < lines.Count; i++)
        {
            if (lines[i].Length == 0) continue;
            var cells = lines[i].Split('\t');
            if (cells.Length != headings.Length) throw new UserErrorException($"{path}:{i + 1}: has {cells.Length} columns, but there are {headings.Length} headings");
            var number = task.Labels.ToList().IndexOf(cells[label]);
            if (number < 0) throw new UserErrorException($"{path}:{i + 1}: label '{cells[label]}'; expected {string.Join(" or ", task.Labels)}");
            examples.Add(new LabelledText(cells[first], second < 0 ? null : cells[second], number));
        }

        return examples.Count > 0 ? examples : throw new UserErrorException($"{path}: has no examples");
    }

    /// <summary>Writes one file, with GLUE's headings (RTE's has an index).</summary>
    public static void Write(string path, GlueTask task, IEnumerable<LabelledText> examples) => AtomicFile.WriteText(path, writer =>
    {
        writer.WriteLine(task.Second is null ? $"{task.First}\t{task.Label}" : $"index\t{task.First}\t{task.Second}\t{task.Label}");
        foreach (var (index, example) in examples.Index())
        {
            writer.WriteLine(task.Second is null
                ? $"{example.First}\t{task.Labels[example.Label]}"
                : string.Create(CultureInfo.InvariantCulture, $"{index}\t{example.First}\t{example.Second}\t{task.Labels[example.Label]}"));
        }
    });
}
