using AhwaLora.Common.Files;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Runs.Programs;

/// <summary>Platform files on disk.</summary>
public static class PlatformFile
{
    /// <summary>Reads a platform file; null gives the default platform.</summary>
    /// <exception cref="UserErrorException">It cannot be read or does not fit its schema.</exception>
    public static PlatformDescription Load(string? path)
    {
        if (path is null) return new PlatformDescription();
        try
        {
            return PlatformJson.Parse(InputFile.Read(path, File.ReadAllText, "no such platform file"));
        }
        catch (PlatformException e)
        {
            throw new UserErrorException($"{path}: {e.Message}", e);
        }
    }
}
