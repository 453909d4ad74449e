using AhwaLora.Common.Files;

namespace AhwaLora.Train.Data;

/// <summary>Reads text files, with errors that a user understands.</summary>
internal static class TextFiles
{
    private const string Absent = "no such file; 'ahwalora-train data --out DIR' makes a set of data";
    private const long MostBytes = 256L << 20;

    /// <summary>The lines of a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static IReadOnlyList<string> ReadLines(string path) => InputFile.Lines(path, MostBytes, Absent);

    /// <summary>The whole text of a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static string Read(string path) => InputFile.Text(path, MostBytes, Absent);
}
