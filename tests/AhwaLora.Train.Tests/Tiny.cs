using AhwaLora.Models.Inventory;
using AhwaLora.Train.Data;
using AhwaLora.Train.Data.Generated;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;

// torch's number of threads and generators belong to the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace AhwaLora.Train.Tests;

/// <summary>Models and data of a size for tests.</summary>
internal static class Tiny
{
    public static TextEncoder Tokenizer()
    {
        var directory = Directory.CreateTempSubdirectory("ahwalora-");
        try
        {
            var path = Path.Combine(directory.FullName, TextEncoder.FileName);
            File.WriteAllLines(path, Words.Vocabulary());
            return TextEncoder.Read(path);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    public static ModelConfig EncoderShape(int vocabulary) => Shapes.Encoder(vocabulary) with { HiddenSize = 32, IntermediateSize = 64, NumHiddenLayers = 1 };

    public static BaseModel Base(TextEncoder tokenizer, int seed = 1) => BaseModel.Create(EncoderShape(tokenizer.Size), TrainingTask.All, tokenizer, seed);

    public static TaskData Reading(TextEncoder tokenizer, int train = 200, int dev = 20)
    {
        var split = GeneratedTasks.Reading(1, train, dev);
        return new TaskData(TrainingTask.Of("squad"), new Split<Features>([.. split.Train.Select(tokenizer.Encode)], [.. split.Dev.Select(tokenizer.Encode)]));
    }

    public static CausalModel Causal(TextEncoder tokenizer) =>
        CausalModel.Create(Shapes.Decoder(tokenizer.Size) with { HiddenSize = 32, IntermediateSize = 32, NumHiddenLayers = 1 }, tokenizer, 1);

    public static Dialogue[] Dialogues(TextEncoder tokenizer, int count) => [.. GeneratedTasks.Instructions(1, count, 1).Train.Select(i => Dialogue.Of(i, tokenizer))];

    /// <summary>Every value of some tensors, for comparisons to the bit.</summary>
    public static float[] AllValues(this Weights weights) => [.. weights.Values().SelectMany(t => t.Values)];
}

/// <summary>A directory for a test, gone afterwards.</summary>
public abstract class InDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ahwalora-");

    protected string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
