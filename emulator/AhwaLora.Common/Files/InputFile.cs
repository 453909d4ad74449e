namespace AhwaLora.Common.Files;

/// <summary>Files that users name.</summary>
public static class InputFile
{
    /// <summary>Reads a file; what the file system answers becomes the user's line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="absent">What to say where it is not there.</param>
    /// <exception cref="UserErrorException">It is not there, is a directory, or cannot be read.</exception>
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
