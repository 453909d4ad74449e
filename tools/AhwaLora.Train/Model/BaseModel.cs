using AhwaLora.Common.Files;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;
using AhwaLora.Train.Data;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Model;

/// <summary>
/// A digitally trained encoder with a head for each task, as a directory: config.json, model.safetensors (F16, with the first
/// task's head, so that any reader of Hugging Face's files can load it), heads.safetensors (TASK.MODULE.weight) and vocab.txt.
/// </summary>
/// <param name="Config">The configuration with the first task's head.</param>
/// <param name="Encoder">All tensors except the heads.</param>
/// <param name="Heads">The heads, by task name.</param>
/// <param name="Tokenizer">The tokenizer with the model's vocabulary.</param>
public sealed record BaseModel(ModelConfig Config, Weights Encoder, IReadOnlyDictionary<string, Weights> Heads, TextEncoder Tokenizer) : IDisposable
{
    /// <summary>The file name of the heads.</summary>
    public const string HeadsName = "heads.safetensors";

    // Weights beyond three standard deviations of their layer would reduce the conductances of all others.
    private const float ClipSigma = 3;

    /// <summary>The number of parameters of the encoder and one head.</summary>
    public long Parameters => Encoder.Parameters + Heads.Values.First().Parameters;

    /// <summary>Creates an untrained model.</summary>
    public static BaseModel Create(ModelConfig shape, IReadOnlyList<TrainingTask> tasks, TextEncoder tokenizer, int seed)
    {
        // A classifier has a pooler and question answering does not. The base serves both kinds of tasks, so it has a pooler.
        var config = tasks.OrderBy(t => t.Architecture == "BertForQuestionAnswering").First().ConfigOf(shape);
        var encoder = CheckpointGenerator.Tensors(config, (ulong)seed).Where(t => t.Name.StartsWith("bert.", StringComparison.Ordinal));
        return new BaseModel(config, Weights.Of(encoder), tasks.ToDictionary(t => t.Name, t => FreshHead(t.ConfigOf(shape), seed)), tokenizer);
    }

    /// <summary>Reads a directory. Without heads.safetensors, as in a checkpoint from elsewhere, new heads are created.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed, or the model is not a bert.</exception>
    public static BaseModel Read(string directory)
    {
        using var checkpoint = Checkpoint.Open(directory);
        if (checkpoint.Config.ModelType != "bert") throw new UserErrorException($"{directory}: model_type '{checkpoint.Config.ModelType}'; only encoders of type bert can be trained");
        var config = TrainingTask.All[0].ConfigOf(checkpoint.Config);
        var inventory = ModelInventory.Of(config);
        var fresh = CheckpointGenerator.Tensors(config, 0).Where(t => t.Name.StartsWith(inventory.Prefix, StringComparison.Ordinal));
        var encoder = Weights.Of(fresh.Select(t => (t.Name, t.Shape, checkpoint.Read(t.Name, t.Shape))));
        return new BaseModel(config, encoder, ReadHeads(directory, config), TextEncoder.Read(Path.Combine(directory, TextEncoder.FileName)));
    }

    /// <summary>Writes a directory.</summary>
    /// <exception cref="UserErrorException">The directory cannot be written.</exception>
    public void Write(string directory)
    {
        OutputDirectory.Make(directory);
        var classifier = Heads.Values.First(h => h.Has("classifier.weight"));
        Checkpoint.Write(directory, Config, [.. Encoder.Values(), .. classifier.Values()], ElementType.Float16);
        SafetensorsFormat.Write(Path.Combine(directory, HeadsName), [.. Heads.SelectMany(h => h.Value.Values().Select(t => ($"{h.Key}.{t.Name}", t.Shape, t.Values)))]);
        AtomicFile.WriteText(Path.Combine(directory, TextEncoder.FileName), string.Join('\n', Tokenizer.Vocabulary) + "\n");
    }

    /// <summary>Clips the weights of all layers on tiles to three standard deviations of their layer.</summary>
    public static void Clip(ModelInventory inventory, Weights weights)
    {
        using var frozen = TorchSharp.torch.no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        foreach (var layer in inventory.Linears.Where(l => l.Role != LinearRole.Head))
        {
            var bound = ClipSigma * weights[layer.Weight].std();
            weights[layer.Weight].clamp_(-bound, bound);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Encoder.Dispose();
        foreach (var head in Heads.Values) head.Dispose();
    }

    private static Weights FreshHead(ModelConfig config, int seed)
    {
        var head = ModelInventory.Of(config).Linears.First(l => l.Role == LinearRole.Head);
        return Weights.Of(CheckpointGenerator.Tensors(config, (ulong)seed).Where(t => t.Name == head.Weight || t.Name == head.Bias));
    }

    private static Dictionary<string, Weights> ReadHeads(string directory, ModelConfig config)
    {
        var path = Path.Combine(directory, HeadsName);
        if (!File.Exists(path)) return TrainingTask.All.ToDictionary(t => t.Name, t => FreshHead(t.ConfigOf(config), 0));
        using var file = TensorFile.Open(path);
        return file.Entries.GroupBy(e => e.Name[..e.Name.IndexOf('.', StringComparison.Ordinal)]).ToDictionary(
            task => task.Key,
            task => Weights.Of(task.Select(e => (e.Name[(task.Key.Length + 1)..], e.Shape.Select(n => (int)n).ToArray(), file.Read(e)))));
    }
}
