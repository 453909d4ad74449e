using AhwaLora.Train.Training;

namespace AhwaLora.Train.Study;

/// <summary>The plan of the study in docs/training.md: its tasks, sizes and recipes.</summary>
public sealed record StudyPlan
{
    /// <summary>Examples per set to train on.</summary>
    public int TrainExamples { get; init; } = 8000;
    /// <summary>Examples per set to measure on.</summary>
    public int DevExamples { get; init; } = 300;
    /// <summary>Seed of the data, the base and the causal model, which all seeds of the study share.</summary>
    public int GivenSeed { get; init; } = 1;
    /// <summary>The task of the tables over ranks and converters; it is that of the published study.</summary>
    public string MainTask { get; init; } = "squad";
    /// <summary>The ranks of the table over ranks.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [1, 2, 4, 8, 16];
    /// <summary>The rank of all other tables.</summary>
    public int UsualRank { get; init; } = 4;
    /// <summary>Bits of the converters before their resolution is reduced.</summary>
    public int Bits { get; init; } = 8;
    /// <summary>Bits of the converters after it is reduced.</summary>
    public int FewerBits { get; init; } = 6;
    /// <summary>Size of the planted outlier channel.</summary>
    public float Outlier { get; init; } = 80;
    /// <summary>Digital training of the base.</summary>
    public Recipe Base { get; init; } = Recipes.Base;
    /// <summary>Training of adapters.</summary>
    public Recipe Adapter { get; init; } = Recipes.Adapter;
    /// <summary>Training of all weights.</summary>
    public Recipe AllWeights { get; init; } = Recipes.AllWeights;
    /// <summary>Digital training of the causal model.</summary>
    public Recipe Instruct { get; init; } = Recipes.Instruct;
    /// <summary>Training of the causal model's adapter on instructions.</summary>
    public Recipe InstructAdapter { get; init; } = Recipes.InstructAdapter;
    /// <summary>Training of the causal model's adapter by reward.</summary>
    public Recipe Reward { get; init; } = Recipes.Reward;
}
