namespace AhwaLora.Common.Files;

/// <summary>Directories for results.</summary>
public static class OutputDirectory
{
    /// <summary>Checks before long work that a directory exists or can be made; null means none.</summary>
    /// <exception cref="UserErrorException">There is a file of that name.</exception>
    public static void CheckPlace(string? path)
    {
        if (File.Exists(path)) throw new UserErrorException($"{path}: cannot be made a directory (it is a file)");
    }

    /// <summary>Makes a directory if it does not exist.</summary>
    /// <exception cref="UserErrorException">The directory cannot be made.</exception>
    public static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be made a directory ({e.Message.TrimEnd('.')})", e);
        }
    }
}
