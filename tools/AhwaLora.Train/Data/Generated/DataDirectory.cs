using AhwaLora.Common.Files;

namespace AhwaLora.Train.Data.Generated;

/// <summary>The generated sets as a directory: vocab.txt, sst2/ and rte/ (GLUE), squad/ (SQuAD v1.1), instruct/ and reward/ (JSONL).</summary>
public static class DataDirectory
{
    /// <summary>Folders of the causal model's data.</summary>
    public const string Instructions = "instruct", Rewards = "reward";

    /// <summary>Default numbers of examples.</summary>
    public const int Train = 8000, Dev = 500;

    /// <summary>Writes everything; the same seed and sizes give the same bytes.</summary>
    /// <param name="directory">Created if it is missing.</param>
    /// <param name="seed">The seed of all sets.</param>
    /// <param name="train">Training examples of each set except reward, which has 720 tasks in all.</param>
    /// <param name="dev">Dev examples of each set, to measure on.</param>
    /// <exception cref="UserErrorException">The directory cannot be written.</exception>
    public static void Write(string directory, int seed, int train, int dev)
    {
        string Folder(string name)
        {
            var folder = Path.Combine(directory, name);
            OutputDirectory.Make(folder);
            return folder;
        }

        OutputDirectory.Make(directory);
        AtomicFile.WriteText(Path.Combine(directory, TextEncoder.FileName), string.Join('\n', Words.Vocabulary()) + "\n");
        WriteGlue(Folder(GlueTask.Sst2.Name), GlueTask.Sst2, GeneratedTasks.Sentiment(seed, train, dev));
        WriteGlue(Folder(GlueTask.Rte.Name), GlueTask.Rte, GeneratedTasks.Entailment(seed, train, dev));

        var (squad, reading) = (Folder("squad"), GeneratedTasks.Reading(seed, train, dev));
        SquadJson.Write(Path.Combine(squad, "train-v1.1.json"), "generated", reading.Train);
        SquadJson.Write(Path.Combine(squad, "dev-v1.1.json"), "generated", reading.Dev);

        WriteLines(Folder(Instructions), GeneratedTasks.Instructions(seed, Math.Min(train, GeneratedTasks.InstructionCount - dev), dev));
        WriteLines(Folder(Rewards), GeneratedTasks.Verifiable(seed, GeneratedTasks.VerifiableTrain, GeneratedTasks.VerifiableDev));
    }

    private static void WriteGlue(string folder, GlueTask task, Split<LabelledText> split)
    {
        GlueTsv.Write(Path.Combine(folder, "train.tsv"), task, split.Train);
        GlueTsv.Write(Path.Combine(folder, "dev.tsv"), task, split.Dev);
    }

    private static void WriteLines(string folder, Split<Instruction> split)
    {
        InstructionLines.Write(Path.Combine(folder, "train.jsonl"), split.Train);
        InstructionLines.Write(Path.Combine(folder, "dev.jsonl"), split.Dev);
    }
}
