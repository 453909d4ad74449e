namespace AhwaLora.Train.Training;

/// <summary>How the models of docs/training.md are trained.</summary>
public static class Recipes
{
    /// <summary>The encoder, digitally.</summary>
    public static Recipe Base { get; } = new(2400, 16, 1e-3);

    /// <summary>An adapter beside the encoder.</summary>
    public static Recipe Adapter { get; } = new(600, 16, 2e-3);

    /// <summary>All weights of the encoder through the noise.</summary>
    public static Recipe AllWeights { get; } = new(600, 16, 5e-4);

    /// <summary>The causal model, digitally.</summary>
    public static Recipe Instruct { get; } = new(300, 16, 2e-3);

    /// <summary>An adapter beside it.</summary>
    public static Recipe InstructAdapter { get; } = new(400, 16, 2e-3);

    /// <summary>An adapter beside it, by reward: so many prompts a step, each with a group of responses.</summary>
    public static Recipe Reward { get; } = new(150, 8, 2e-3);
}
