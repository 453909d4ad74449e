using AhwaLora.Common.Files;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Layers;

/// <summary>The firmware that the project builds.</summary>
public static class FirmwareImages
{
    /// <summary>Loads an app by name.</summary>
    /// <exception cref="UserErrorException">The app has not been built.</exception>
    public static ElfImage Load(string app)
    {
        foreach (var directory in Directories())
        {
            var path = Path.Combine(directory, app + ".elf");
            if (File.Exists(path)) return ElfImage.Load(path);
        }

        throw new UserErrorException($"firmware '{app}' is not built; run 'make firmware', or set AHWALORA_FIRMWARE to the folder of {app}.elf");
    }

    /// <summary>Fingerprint of the loaded bytes of a strategy's app and of the app of the tiles alone.</summary>
    /// <exception cref="UserErrorException">An app has not been built.</exception>
    public static string FingerprintOf(LayerStrategy strategy) => ElfImage.FingerprintOf([Load(strategy.App), Load(strategy.TileAloneApp)]);

    private static IEnumerable<string> Directories()
    {
        if (Environment.GetEnvironmentVariable("AHWALORA_FIRMWARE") is { Length: > 0 } chosen)
        {
            yield return chosen;
            yield break;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            yield return Path.Combine(directory.FullName, "firmware", "out");
        }

        yield return Path.Combine(AppContext.BaseDirectory, "firmware");
    }
}
