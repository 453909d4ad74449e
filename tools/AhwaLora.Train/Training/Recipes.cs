namespace AhwaLora.Train.Training;

/// <summary>How the models of docs/training.md are trained.</summary>
public static class Recipes
{
    /// <summary>The digital training of the encoder.</summary>
    public static Recipe Base { get; } = new(2400, 16, 1e-3);

    /// <summary>An adapter beside the encoder.</summary>
    public static Recipe Adapter { get; } = new(600, 16, 2e-3);

    /// <summary>All weights of the encoder, trained under noise.</summary>
    public static Recipe AllWeights { get; } = new(600, 16, 5e-4);

    /// <summary>The digital training of the causal model.</summary>
    public static Recipe Instruct { get; } = new(300, 16, 2e-3);

    /// <summary>An adapter beside the causal model.</summary>
    public static Recipe InstructAdapter { get; } = new(400, 16, 2e-3);

    /// <summary>An adapter beside the causal model, trained by reward. The batch size is in prompts per step; each has a group of responses.</summary>
    public static Recipe Reward { get; } = new(150, 8, 2e-3);
}
