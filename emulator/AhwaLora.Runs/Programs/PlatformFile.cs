using AhwaLora.Common.Files;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Runs.Programs;

/// <summary>Platforms by name, and platform files on disk.</summary>
public static class PlatformFile
{
    /// <summary>True for the reference platform, by its name or because the user named none.</summary>
    public static bool IsDefault(string? nameOrPath) => nameOrPath is null or NamedPlatform.Default;

    /// <summary>The platform of a name, or else that of a file; so <c>./paper</c> is a file. Null gives the default platform.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or does not fit; the message lists every fault, one per line.</exception>
    public static PlatformDescription Load(string? nameOrPath)
    {
        if (nameOrPath is null) return new PlatformDescription();
        if (NamedPlatform.Find(nameOrPath) is { } named) return named.Load();
        return Read(nameOrPath);
    }

    private static PlatformDescription Read(string path)
    {
        try
        {
            return PlatformJson.Parse(InputFile.Text(path, absent: $"no such platform file, and no platform has this name ({string.Join(", ", NamedPlatform.All.Select(platform => platform.Name))})"));
        }
        catch (PlatformException e)
        {
            var faults = new FileFaults(path);
            foreach (var fault in e.Faults) faults.Add(fault);
            faults.ThrowIfAny();
            throw;
        }
    }
}
