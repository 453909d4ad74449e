using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;

namespace AhwaLora.Experiments.Deployment;

/// <summary>A task: an adapter and examples of it.</summary>
/// <param name="Directory">Where the adapter lies.</param>
/// <param name="Adapter">The adapter.</param>
/// <param name="Examples">What to answer.</param>
public sealed record TaskFiles(string Directory, LoraAdapter Adapter, IReadOnlyList<LabelledExample> Examples)
{
    /// <summary>Its directory's name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Directory));

    /// <summary>Reads a task for a base.</summary>
    /// <param name="directory">The adapter's.</param>
    /// <param name="checkpoint">The base.</param>
    /// <param name="examples">File of examples; null for <see cref="LabelledExample.FileName"/> beside the adapter.</param>
    /// <param name="limit">At most so many examples; null for all.</param>
    /// <exception cref="UserErrorException">A file is missing or malformed, or the adapter does not fit the base.</exception>
    public static TaskFiles Read(string directory, Checkpoint checkpoint, string? examples = null, int? limit = null)
    {
        var adapter = PeftFormat.Read(directory);
        adapter.CheckFits(checkpoint.Config, directory);
        var all = LabelledExample.Read(examples ?? Path.Combine(directory, LabelledExample.FileName), adapter.ConfigOf(checkpoint.Config).Head);
        return new TaskFiles(directory, adapter, limit is { } most ? [.. all.Take(most)] : all);
    }

    /// <summary>
    /// The base of an adapter: what <paramref name="given"/> says, or else base_model_name_or_path, taken from the adapter's
    /// directory, from beside it, or from the working directory.
    /// </summary>
    /// <exception cref="UserErrorException">There is no such directory.</exception>
    public static string BaseOf(string directory, string? given)
    {
        if (given is not null) return given;
        var named = LoraConfig.Read(directory).BaseModelNameOrPath;
        return FindBase(directory, named)
            ?? throw new SettingException($"{directory}: there is no directory of its base '{named}'; name the base's checkpoint with {ExperimentSettings.Base} DIR");
    }

    /// <summary>The directory of a base by its name, looked for in the places that <see cref="BaseOf"/> says; null if there is none.</summary>
    public static string? FindBase(string directory, string? named)
    {
        string[] places = named is null ? [] : [Path.Combine(directory, named), Path.Combine(directory, "..", named), named];
        return places.FirstOrDefault(System.IO.Directory.Exists);
    }
}
