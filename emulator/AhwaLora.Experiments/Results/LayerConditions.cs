using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Results;

/// <summary>A layer that was run, as all commands that run one write it.</summary>
public record LayerConditions : RunConditions
{
    private LayerConditions(LayerShape shape, RunConditions run)
        : base(run) => (Inputs, Outputs, ChunkTokens) = (shape.Inputs, shape.Outputs, shape.Chunk);

    /// <summary>m.</summary>
    public int Inputs { get; }

    /// <summary>n.</summary>
    public int Outputs { get; }

    /// <summary>t.</summary>
    public int ChunkTokens { get; }

    /// <summary>The conditions of a layer on a machine.</summary>
    public static LayerConditions Of(LayerShape shape, LayerStrategy strategy, PlatformDescription platform, MachineOptions options) => new(
        shape,
        new RunConditions(shape.Rank, shape.Tokens, platform.Aimc!.IntegrationNs, platform.Aimc.Preset, strategy.Name, platform.Harts, options.Timing.Name, NameOf(options.Contention), options.Seed));
}
