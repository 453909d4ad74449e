using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>One run of a sweep: a layer, and what of the machine a sweep varies.</summary>
/// <param name="Platform">The machine, but for the other members.</param>
public sealed record SweepPoint(PlatformDescription Platform)
{
    /// <summary>The layer.</summary>
    public LayerShape Shape { get; init; } = new(Inputs: 128, Outputs: 128, Rank: 8, Tokens: 320, Chunk: 8);

    /// <summary>Integration time of one MVM, ns.</summary>
    public int IntegrationNs { get; init; } = 256;

    /// <summary>Harts.</summary>
    public int Harts { get; init; } = 8;

    /// <summary>How the adapter is scheduled beside the tile.</summary>
    public LayerStrategy Strategy { get; init; } = LayerStrategy.DoubleBuffered;

    /// <summary>Clock of harts, memories and interfaces, MHz.</summary>
    public double ClockMhz { get; init; } = Platform.ClockMhz;

    /// <summary>What an instruction costs.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Named("cv32e40p");

    /// <summary>Bank conflicts.</summary>
    public Contention Contention { get; init; }

    /// <summary>Converters and noise of the tile.</summary>
    public string Preset { get; init; } = (Platform.Aimc ?? new AimcDescription()).Preset;

    /// <summary>Seed of numbers, tile and machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Size of the TCDM, bytes.</summary>
    public uint TcdmBytes { get; init; } = LayerFootprint.TcdmOf(Platform)?.Size ?? 0;

    /// <summary>Bytes the DMA moves per cycle.</summary>
    public int DmaBytesPerCycle { get; init; } = (Platform.Dma ?? new DmaDescription()).BytesPerCycle;

    /// <summary>Banks of the TCDM; 0 for none.</summary>
    public int TcdmBanks { get; init; } = LayerFootprint.TcdmOf(Platform)?.Banks ?? 0;

    /// <summary>Words per cycle that a tile's streamers move, each way.</summary>
    public int StreamWordsPerCycle { get; init; } = (Platform.Aimc ?? new AimcDescription()).StreamWordsPerCycle;

    /// <summary>The tile alone, on the same machine with the same chunks: what the point's overhead is measured against.</summary>
    public SweepPoint TileAlone => this with { Strategy = Strategy.TileAlone };

    /// <summary>The machine, with as many tiles as the strategy takes.</summary>
    public PlatformDescription BuildPlatform() => LayerMapping.WithTiles(
        Platform with
        {
            Harts = Harts,
            ClockMhz = ClockMhz,
            Memories = [.. Platform.Memories.Select(m => m.Base == LayerFootprint.TcdmBase ? m with { Size = TcdmBytes, Banks = TcdmBanks } : m)],
            Dma = (Platform.Dma ?? new DmaDescription()) with { BytesPerCycle = DmaBytesPerCycle },
            Aimc = Aimc,
        },
        [Shape],
        Strategy);

    /// <summary>Its tiles.</summary>
    public AimcDescription Aimc
    {
        get
        {
            var tiles = (Platform.Aimc ?? new AimcDescription()) with { IntegrationNs = IntegrationNs, StreamWordsPerCycle = StreamWordsPerCycle };
            return Preset == tiles.Preset ? tiles : tiles.WithPreset(Preset);
        }
    }

    /// <summary>What of the matrix lies on which tile.</summary>
    internal LayerMapping Mapping => LayerMapping.Of([Shape], Strategy, Platform with { Aimc = Aimc })[0];

    /// <summary>How it is run.</summary>
    public MachineOptions BuildOptions(EngineKind engine) => new() { Engine = engine, Timing = Timing, Contention = Contention, Seed = Seed };
}
