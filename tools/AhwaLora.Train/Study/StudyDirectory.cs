using AhwaLora.Models.Inventory;
using AhwaLora.Train.Data;
using AhwaLora.Train.Data.Generated;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Study;

/// <summary>A directory in which a study is built step by step: data/, base/, causal/, seed-N.json. A part that exists is not made again.</summary>
/// <param name="directory">Created if it is missing.</param>
/// <param name="plan">How large everything is.</param>
public sealed class StudyDirectory(string directory, StudyPlan plan)
{
    /// <summary>The directory of the data.</summary>
    public string Data => Path.Combine(directory, "data");

    /// <summary>The directory of the base.</summary>
    public string Base => Path.Combine(directory, "base");

    /// <summary>The directory of the causal model.</summary>
    public string Causal => Path.Combine(directory, "causal");

    /// <summary>The path of a seed's result.</summary>
    public string ResultOf(int seed) => Path.Combine(directory, $"seed-{seed}.json");

    /// <summary>Makes what all seeds share: data, base, causal model.</summary>
    public void MakeGiven()
    {
        if (!Directory.Exists(Data)) DataDirectory.Write(Data, plan.GivenSeed, plan.TrainExamples, plan.DevExamples);
        if (!File.Exists(Path.Combine(Base, ModelConfig.FileName))) MakeBase();
        if (!File.Exists(Path.Combine(Causal, ModelConfig.FileName))) MakeCausal();
    }

    private void MakeBase()
    {
        var tokenizer = TextEncoder.Read(Path.Combine(Data, TextEncoder.FileName));
        using var model = BaseModel.Create(Shapes.Encoder(tokenizer.Size), TrainingTask.All, tokenizer, plan.GivenSeed);
        using var training = EncoderTraining.OfBase(model, [.. TrainingTask.All.Select(t => TaskData.Read(Data, t, tokenizer))], plan.Base, plan.GivenSeed);
        TrainingSession.Run("base", plan.Base.Steps, training.Trainer, training.Run, CheckpointOf("base", training.Trainer));
        if (plan.Outlier > 0) Outliers.Plant(model, plan.Outlier);
        model.Write(Base);
    }

    private void MakeCausal()
    {
        var tokenizer = TextEncoder.Read(Path.Combine(Data, TextEncoder.FileName));
        using var model = CausalModel.Create(Shapes.Decoder(tokenizer.Size), tokenizer, plan.GivenSeed);
        var dialogues = Dialogue.Read(Path.Combine(Data, DataDirectory.Instructions), tokenizer).Train;
        using var training = CausalTraining.OfBase(model, dialogues, plan.Instruct, plan.GivenSeed);
        TrainingSession.Run("causal model", plan.Instruct.Steps, training.Trainer, training.Run, CheckpointOf("causal", training.Trainer));
        model.Write(Causal);
    }

    private TrainingCheckpoint CheckpointOf(string part, Trainer trainer) =>
        new(Path.Combine(directory, part + ".checkpoint"), TrainingSettings.Of(part, trainer, ("data", TrainingSettings.FingerprintOf(Data))));
}
