using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Train.Training;

/// <summary>All that the result of a training depends on, by name.</summary>
/// <param name="All">The names with their values.</param>
public sealed record TrainingSettings(IReadOnlyList<(string Name, string Value)> All)
{
    /// <summary>Name of the file beside a trained adapter that says how it was trained.</summary>
    public const string FileName = "training.json";

    private const string TaskName = "task", CodeName = "code";

    /// <summary>Digest of the code that trains: this tool and all of the product that it uses.</summary>
    public static string Build { get; } = Product.BuildOf([typeof(TrainingSettings).Assembly, typeof(ModelInventory).Assembly, typeof(Preset).Assembly, typeof(Product).Assembly]);

    /// <summary>The settings of a training: what is trained for what, by which recipe and seed, with which code, and further ones.</summary>
    public static TrainingSettings Of(string task, Trainer trainer, params IEnumerable<(string Name, string Value)> further) =>
        new([(TaskName, task), .. trainer.Settings, .. further, (CodeName, Build)]);

    /// <summary>Fingerprint of the contents of a directory: the names and bytes of all its files.</summary>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    public static string FingerprintOf(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var file = InputFile.Open(path);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetRelativePath(directory, path)));
            hash.AppendData(SHA256.HashData(file));
        }

        return Product.Fingerprint(hash.GetHashAndReset());
    }

    /// <summary>What differs in other settings, as in "seed 2, not 1".</summary>
    /// <param name="other">The other settings, whose values come first.</param>
    public IReadOnlyList<string> DifferencesFrom(TrainingSettings other)
    {
        var values = other.All.DistinctBy(setting => setting.Name).ToDictionary(setting => setting.Name, setting => setting.Value);
        return [.. All.Where(own => values.GetValueOrDefault(own.Name) != own.Value).Select(own => $"{own.Name} {values.GetValueOrDefault(own.Name, "unknown")}, not {own.Value}")];
    }

    /// <summary>Writes them beside what was trained.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Write(string directory) =>
        AtomicFile.WriteText(Path.Combine(directory, FileName), JsonSerializer.Serialize(All.ToDictionary(setting => setting.Name, setting => setting.Value), JsonStyles.Lines) + "\n");

    /// <summary>The task that an adapter was trained for; null if its directory does not say.</summary>
    /// <exception cref="UserErrorException">The file is malformed.</exception>
    public static string? TaskOf(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return File.Exists(path) ? JsonText.Read<Dictionary<string, string>>(path, JsonStyles.Lines).GetValueOrDefault(TaskName) : null;
    }
}
