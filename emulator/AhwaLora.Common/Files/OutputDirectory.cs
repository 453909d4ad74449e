namespace AhwaLora.Common.Files;

/// <summary>Directories for results.</summary>
public static class OutputDirectory
{
    /// <summary>Checks, before long work, that a directory can be there; null is none.</summary>
    /// <exception cref="UserErrorException">A file is.</exception>
    public static void CheckPlace(string? path)
    {
        if (File.Exists(path)) throw new UserErrorException($"{path}: cannot be made a directory (it is a file)");
    }

    /// <summary>Makes a directory if it is not there.</summary>
    /// <exception cref="UserErrorException">It cannot be made.</exception>
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
