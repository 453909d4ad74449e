using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Models.Checkpoints;

/// <summary>
/// A model's directory: config.json, and model.safetensors or model.safetensors.index.json with the files it names. Opening
/// reads only headers; a tensor is mapped while it is read, so a model may be larger than memory.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>File of an unsharded checkpoint.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>Index of a sharded checkpoint: which file has which tensor.</summary>
    public const string IndexName = "model.safetensors.index.json";

    // What the transformers library expects of a file it loads.
    private static readonly Dictionary<string, string> TorchMetadata = new() { ["format"] = "pt" };

    private readonly List<TensorFile> _files = [];
    private readonly Dictionary<string, TensorFile> _fileOf = [];

    private Checkpoint(string directory, ModelConfig config)
    {
        (Directory, Config) = (directory, config);
        Inventory = ModelInventory.Of(config);
    }

    /// <summary>Path of the file.</summary>
    public string Directory { get; }

    /// <summary>Its config.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>Names and shapes of the tensors that the configuration requires.</summary>
    public ModelInventory Inventory { get; }

    /// <summary>Names of the tensors in the files.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Opens a directory and checks the headers of its files.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed, or two files hold the same tensor.</exception>
    public static Checkpoint Open(string directory)
    {
        if (!System.IO.Directory.Exists(directory))
        {
            throw new UserErrorException($"{directory}: {(File.Exists(directory) ? "is a file" : "no such directory")}; "
                + $"expected a directory with {ModelConfig.FileName} and {FileName}");
        }

        var checkpoint = new Checkpoint(directory, ModelConfig.Read(directory));
        try
        {
            foreach (var file in Files(directory)) checkpoint.Add(TensorFile.Open(file));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>True if a tensor is present, by its name in the inventory.</summary>
    public bool Has(string name) => Locate(name) is not null;

    /// <summary>Reads a tensor of the inventory.</summary>
    /// <param name="name">Name in the inventory; files of a model without head leave out its prefix.</param>
    /// <param name="shape">Shape that it must have.</param>
    /// <exception cref="UserErrorException">It is missing, has another shape, its type is not one for weights, or an element is NaN or infinite.</exception>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        if (Locate(name) is not { } there) throw new UserErrorException($"{Directory}: has no tensor '{name}', which {ModelConfig.FileName} requires");
        var (file, entry) = there;
        var expected = TensorEntry.List(shape.ToArray());
        if (TensorEntry.List(entry.Shape) != expected) throw new UserErrorException($"{file.Path}: {entry.Description}: wrong shape; {ModelConfig.FileName} requires {expected}");
        return file.ReadFinite(entry);
    }

    /// <summary>Writes a checkpoint as one file, as the transformers library can load it.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string directory, ModelConfig config, IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors, ElementType? type = null)
    {
        OutputDirectory.Make(directory);
        SafetensorsFormat.Write(Path.Combine(directory, FileName), tensors, type, TorchMetadata);
        config.Write(directory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    private (TensorFile File, TensorEntry Entry)? Locate(string name)
    {
        var bare = name.StartsWith(Inventory.Prefix, StringComparison.Ordinal) ? name[Inventory.Prefix.Length..] : name;
        foreach (var spelling in new[] { name, bare })
        {
            if (_fileOf.TryGetValue(spelling, out var file)) return (file, file.TryFind(spelling)!);
        }

        return null;
    }

    private void Add(TensorFile file)
    {
        _files.Add(file);
        foreach (var entry in file.Entries)
        {
            if (!_fileOf.TryAdd(entry.Name, file)) throw new UserErrorException($"{file.Path}: {entry.Description} is in {_fileOf[entry.Name].Path} too");
        }
    }

    private static List<string> Files(string directory)
    {
        var whole = Path.Combine(directory, FileName);
        var index = Path.Combine(directory, IndexName);
        if (File.Exists(whole) || !File.Exists(index)) return [whole];
        var shards = JsonText.Read<ShardIndex>(index, JsonStyles.Foreign).WeightMap.Values.Distinct().Order(StringComparer.Ordinal).ToList();
        var outside = shards.FindIndex(s => s is null || s.Contains('\0', StringComparison.Ordinal) || Path.GetFileName(s) != s);
        if (outside >= 0) throw new UserErrorException($"{index}: weight_map names '{shards[outside]}'; expected files in the same directory");
        return [.. shards.Select(s => Path.Combine(directory, s))];
    }

    private sealed record ShardIndex([property: System.Text.Json.Serialization.JsonPropertyName("weight_map"),
        System.Text.Json.Serialization.JsonRequired] IReadOnlyDictionary<string, string> WeightMap);
}
