using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;

namespace AhwaLora.Experiments.Deployment;

/// <summary>A task: an adapter and its examples.</summary>
/// <param name="Directory">Directory of the adapter.</param>
/// <param name="Adapter">The adapter.</param>
/// <param name="Examples">The examples to answer.</param>
public sealed record TaskFiles(string Directory, LoraAdapter Adapter, IReadOnlyList<LabelledExample> Examples)
{
    /// <summary>Name of the task: that of its directory.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Directory));

    /// <summary>Reads a task for a base.</summary>
    /// <param name="directory">Directory of the adapter.</param>
    /// <param name="checkpoint">The base.</param>
    /// <param name="examples">File of examples; null for <see cref="LabelledExample.FileName"/> beside the adapter.</param>
    /// <param name="limit">Maximum number of examples; null for all.</param>
    /// <exception cref="UserErrorException">A file is missing or malformed, or the adapter does not fit the base.</exception>
    public static TaskFiles Read(string directory, Checkpoint checkpoint, string? examples = null, int? limit = null)
    {
        var adapter = PeftFormat.Read(directory);
        adapter.CheckFits(checkpoint.Config, directory);
        var all = LabelledExample.Read(examples ?? Path.Combine(directory, LabelledExample.FileName), adapter.ConfigOf(checkpoint.Config).Head);
        return new TaskFiles(directory, adapter, limit is { } most ? [.. all.Take(most)] : all);
    }

    /// <summary>
    /// The directory of an adapter's base: <paramref name="given"/> if it is given, or else base_model_name_or_path, looked up in the adapter's
    /// directory, beside it, and in the working directory.
    /// </summary>
    /// <exception cref="UserErrorException">There is no such directory.</exception>
    public static string BaseOf(string directory, string? given)
    {
        if (given is not null) return given;
        var named = LoraConfig.Read(directory).BaseModelNameOrPath;
        return FindBase(directory, named)
            ?? throw new SettingException($"{directory}: the directory of its base '{named}' does not exist; give the base's checkpoint with {ExperimentSettings.Base} DIR");
    }

    /// <summary>The directory of a base by its name, searched for in the places that <see cref="BaseOf"/> lists; null if there is none.</summary>
    public static string? FindBase(string directory, string? named)
    {
        string[] places = named is null ? [] : [Path.Combine(directory, named), Path.Combine(directory, "..", named), named];
        return places.FirstOrDefault(System.IO.Directory.Exists);
    }
}
