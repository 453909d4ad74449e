namespace AhwaLora.Common.Files;

/// <summary>Input files that users name.</summary>
public static class InputFile
{
    /// <summary>Reads a file; an error of the file system becomes a one-line message for the user.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads the file at the path given.</param>
    /// <param name="absent">The message if the file does not exist.</param>
    /// <exception cref="UserErrorException">The file does not exist, is a directory, or cannot be read.</exception>
    public static T Read<T>(string path, Func<string, T> read, string absent = "no such file")
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: {(File.Exists(path) ? "cannot be read" : Directory.Exists(path) ? "is a directory" : absent)}", e);
        }
    }
}
