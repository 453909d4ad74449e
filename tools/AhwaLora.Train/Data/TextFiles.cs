using AhwaLora.Emu.Lab;

namespace AhwaLora.Train.Data;

/// <summary>Reading text files, with errors that a user understands.</summary>
internal static class TextFiles
{
    /// <summary>The lines of a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static IReadOnlyList<string> ReadLines(string path) => Guarded(path, File.ReadAllLines);

    /// <summary>All of a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static string Read(string path) => Guarded(path, File.ReadAllText);

    private static T Guarded<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: {(File.Exists(path) ? "cannot be read" : "no such file; 'ahwalora-train data --out DIR' makes a set of data")}", e);
        }
    }
}
