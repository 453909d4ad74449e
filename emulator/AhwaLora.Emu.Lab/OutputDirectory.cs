namespace AhwaLora.Emu.Lab;

/// <summary>Directories for results.</summary>
public static class OutputDirectory
{
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
