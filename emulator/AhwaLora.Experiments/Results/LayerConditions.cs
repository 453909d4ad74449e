using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Results;

/// <summary>The layer of a run, as every command that runs one layer writes it.</summary>
public record LayerConditions : RunConditions
{
    private LayerConditions(LayerShape shape, RunConditions run)
        : base(run) => (Inputs, Outputs, ChunkTokens) = (shape.Inputs, shape.Outputs, shape.Chunk);

    /// <summary>m, inputs of the layer.</summary>
    public int Inputs { get; }

    /// <summary>n, outputs of the layer.</summary>
    public int Outputs { get; }

    /// <summary>t, tokens per chunk.</summary>
    public int ChunkTokens { get; }

    /// <summary>The conditions of a layer on a machine.</summary>
    public static LayerConditions Of(LayerShape shape, LayerStrategy strategy, PlatformDescription platform, MachineOptions options) => new(
        shape,
        new RunConditions(shape.Rank, shape.Tokens, platform.Aimc!.IntegrationNs, platform.Aimc.Preset, strategy.Name, platform.Harts, options.Timing.Name, NameOf(options.Contention), options.Seed,
            FirmwareImages.FingerprintOf(strategy)));
}
