using AhwaLora.Common.Files;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Models.Adapters;

/// <summary>
/// The files of an adapter in PEFT's format: adapter_config.json, and adapter_model.safetensors with
/// <c>base_model.model.MODULE.lora_A.weight</c> [r, in], <c>.lora_B.weight</c> [out, r], and <c>.weight</c> and <c>.bias</c>
/// of modules_to_save. docs/adapters.md lists the facts about PEFT that this relies on.
/// </summary>
public static class PeftFormat
{
    /// <summary>File of the tensors.</summary>
    public const string FileName = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight", SuffixB = ".lora_B.weight", SuffixWeight = ".weight", SuffixBias = ".bias";

    private static readonly Dictionary<string, string> TorchMetadata = new() { ["format"] = "pt" };

    /// <summary>Reads an adapter's directory.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed, a tensor has the wrong name, shape or a NaN, or the adapter asks for something that is not supported.</exception>
    public static LoraAdapter Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new UserErrorException($"{directory}: {(File.Exists(directory) ? "is a file" : "no such directory")}; "
                + $"expected a directory with {LoraConfig.FileName} and {FileName}");
        }

        var config = LoraConfig.Read(directory);
        using var file = TensorFile.Open(Path.Combine(directory, FileName));
        var pairs = new SortedDictionary<string, LoraPair>(StringComparer.Ordinal);
        var saved = new SortedDictionary<string, SavedModule>(StringComparer.Ordinal);
        foreach (var entry in file.Entries)
        {
            UserErrorException Refused(string why) => new($"{file.Path}: {entry.Description}: {why}");

            if (!entry.Name.StartsWith(Prefix, StringComparison.Ordinal)) throw Refused($"its name does not begin with {Prefix}");
            var name = entry.Name[Prefix.Length..];
            if (name.EndsWith(SuffixA, StringComparison.Ordinal))
            {
                var module = name[..^SuffixA.Length];
                pairs.Add(module, ReadPair(file, config, module, entry));
            }
            else if (name.EndsWith(SuffixB, StringComparison.Ordinal))
            {
                if (file.TryFind(Prefix + name[..^SuffixB.Length] + SuffixA) is null) throw Refused("its module has no lora_A");
            }
            else if (name.EndsWith(SuffixWeight, StringComparison.Ordinal) && config.Saves(name[..^SuffixWeight.Length]))
            {
                var module = name[..^SuffixWeight.Length];
                saved.Add(module, ReadSaved(file, entry, Prefix + module + SuffixBias));
            }
            else if (name.EndsWith(SuffixBias, StringComparison.Ordinal) && config.Saves(name[..^SuffixBias.Length]))
            {
                if (file.TryFind(Prefix + name[..^SuffixBias.Length] + SuffixWeight) is null) throw Refused("its module has no weight");
            }
            else
            {
                throw Refused("it is neither lora_A, lora_B nor a tensor of a module in modules_to_save");
            }
        }

        return new LoraAdapter(config, pairs, saved);
    }

    /// <summary>Writes an adapter's directory, tensors in float32 and by name.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public static void Write(string directory, LoraAdapter adapter, ElementType? type = null)
    {
        OutputDirectory.Make(directory);
        var tensors = new SortedDictionary<string, (int[] Shape, float[] Values)>(StringComparer.Ordinal);
        foreach (var (module, pair) in adapter.Pairs)
        {
            var (loraA, loraB) = pair.ToWeights();
            tensors.Add(Prefix + module + SuffixA, ([pair.Rank, pair.Inputs], loraA));
            tensors.Add(Prefix + module + SuffixB, ([pair.Outputs, pair.Rank], loraB));
        }

        foreach (var (module, saved) in adapter.Saved)
        {
            tensors.Add(Prefix + module + SuffixWeight, ([saved.Outputs, saved.Inputs], saved.Weights));
            if (saved.Bias is not null) tensors.Add(Prefix + module + SuffixBias, ([saved.Outputs], saved.Bias));
        }

        SafetensorsFormat.Write(Path.Combine(directory, FileName), [.. tensors.Select(t => (t.Key, t.Value.Shape, t.Value.Values))], type, TorchMetadata);
        adapter.Config.Write(directory);
    }

    private static LoraPair ReadPair(TensorFile file, LoraConfig config, string module, TensorEntry a)
    {
        UserErrorException Refused(TensorEntry entry, string why) => new($"{file.Path}: {entry.Description}: {why}");

        if (!config.Targets(module)) throw Refused(a, $"target_modules in {LoraConfig.FileName} does not name its module");
        var b = file.TryFind(Prefix + module + SuffixB) ?? throw Refused(a, "its module has no lora_B");
        var rank = config.RankOf(module);
        if (a.Shape is not [var rankA, var inputs and > 0] || rankA != rank) throw Refused(a, $"wrong shape; expected [r, in] with r = {rank}");
        if (b.Shape is not [var outputs and > 0, var rankB] || rankB != rank) throw Refused(b, $"wrong shape; expected [out, r] with r = {rank}");
        return LoraPair.OfWeights(file.ReadFinite(a), file.ReadFinite(b), (int)inputs, rank, (int)outputs, config.ScaleOf(module));
    }

    private static SavedModule ReadSaved(TensorFile file, TensorEntry weight, string biasName)
    {
        if (weight.Shape is not [var outputs and > 0, var inputs and > 0]) throw new UserErrorException($"{file.Path}: {weight.Description}: wrong shape; expected [out, in] of a linear layer");
        var bias = file.TryFind(biasName);
        if (bias is not null && (bias.Shape is not [var elements] || elements != outputs)) throw new UserErrorException($"{file.Path}: {bias.Description}: wrong shape; expected [{outputs}]");
        return new SavedModule((int)outputs, (int)inputs, file.ReadFinite(weight), bias is null ? null : file.ReadFinite(bias));
    }
}
