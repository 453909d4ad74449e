namespace AhwaLora.Common.Files;

/// <summary>Directories for results.</summary>
public static class OutputDirectory
{
    /// <summary>Checks before long work that a directory exists or can be made; null means none.</summary>
    /// <exception cref="UserErrorException">There is a file of that name, or nothing can be written there.</exception>
    public static void CheckPlace(string? path)
    {
        if (path is null) return;
        if (File.Exists(path)) throw new UserErrorException($"{path}: cannot be made a directory (it is a file)");
        var parent = Path.GetFullPath(path);
        while (!Directory.Exists(parent) && !File.Exists(parent)) parent = Path.GetDirectoryName(parent)!;
        var trial = Path.Combine(parent, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            Directory.CreateDirectory(trial);
            Directory.Delete(trial);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be made a directory, or written into ({e.Message.TrimEnd('.')})", e);
        }
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
