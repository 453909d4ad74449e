using AhwaLora.Train.Training;

namespace AhwaLora.Train.Study;

/// <summary>What the tables of docs/training.md are made of, and how large everything is.</summary>
public sealed record StudyPlan
{
    /// <summary>Examples of each set to train on, and to measure on.</summary>
    public int TrainExamples { get; init; } = 8000;
    /// <summary>Examples to measure on.</summary>
    public int DevExamples { get; init; } = 300;
    /// <summary>Seed of data, base and causal model, which all seeds of the study share: they are what is given.</summary>
    public int GivenSeed { get; init; } = 1;
    /// <summary>The task of the tables over ranks and converters, which is the published study's.</summary>
    public string MainTask { get; init; } = "squad";
    /// <summary>Ranks.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [1, 2, 4, 8, 16];
    /// <summary>The rank of all other tables.</summary>
    public int UsualRank { get; init; } = 4;
    /// <summary>Bits of the converters before and after they are cut.</summary>
    public int Bits { get; init; } = 8;
    /// <summary>Bits after.</summary>
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
    /// <summary>Its adapter.</summary>
    public Recipe InstructAdapter { get; init; } = Recipes.InstructAdapter;
    /// <summary>Its adapter by reward.</summary>
    public Recipe Reward { get; init; } = Recipes.Reward;
}
