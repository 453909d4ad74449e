using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Sweeps;

/// <summary>One run of a sweep: a layer, and the machine settings that a sweep varies.</summary>
/// <param name="Platform">The machine; the other members override its settings.</param>
public sealed record SweepPoint(PlatformDescription Platform)
{
    /// <summary>The layer.</summary>
    public LayerShape Shape { get; init; } = new(Inputs: 128, Outputs: 128, Rank: 8, Tokens: 320, Chunk: 8);

    /// <summary>Integration time of one MVM, ns.</summary>
    public int IntegrationNs { get; init; } = 256;

    /// <summary>Number of harts.</summary>
    public int Harts { get; init; } = 8;

    /// <summary>How the adapter is scheduled beside the tile.</summary>
    public LayerStrategy Strategy { get; init; } = LayerStrategy.DoubleBuffered;

    /// <summary>Clock of harts, memories and interfaces, MHz.</summary>
    public double ClockMhz { get; init; } = Platform.ClockMhz;

    /// <summary>Timing profile: the latencies of instructions.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Named("cv32e40p");

    /// <summary>How bank conflicts are counted.</summary>
    public Contention Contention { get; init; }

    /// <summary>Preset of the tile's converters and noise.</summary>
    public string Preset { get; init; } = (Platform.Aimc ?? new AimcDescription()).Preset;

    /// <summary>Seed of the numbers, the tile and the machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Size of the TCDM, bytes.</summary>
    public uint TcdmBytes { get; init; } = LayerFootprint.TcdmOf(Platform)?.Size ?? 0;

    /// <summary>Bytes that the DMA moves per cycle.</summary>
    public int DmaBytesPerCycle { get; init; } = (Platform.Dma ?? new DmaDescription()).BytesPerCycle;

    /// <summary>Number of TCDM banks; 0 for none.</summary>
    public int TcdmBanks { get; init; } = LayerFootprint.TcdmOf(Platform)?.Banks ?? 0;

    /// <summary>Words per cycle that a tile's streamers move in each direction.</summary>
    public int StreamWordsPerCycle { get; init; } = (Platform.Aimc ?? new AimcDescription()).StreamWordsPerCycle;

    /// <summary>The tile alone, on the same machine with the same chunks; the point's overhead is measured against it.</summary>
    public SweepPoint TileAlone => this with { Strategy = Strategy.TileAlone };

    /// <summary>The machine, with as many tiles as the strategy needs.</summary>
    public PlatformDescription BuildPlatform() => LayerMapping.WithTiles(
        (Platform with
        {
            Harts = Harts,
            ClockMhz = ClockMhz,
            Dma = (Platform.Dma ?? new DmaDescription()) with { BytesPerCycle = DmaBytesPerCycle },
            Aimc = Aimc,
        }).WithMemory(LayerFootprint.TcdmBase, m => m with { Size = TcdmBytes, Banks = TcdmBanks }),
        [Shape],
        Strategy);

    /// <summary>The tiles of the machine.</summary>
    public AimcDescription Aimc
    {
        get
        {
            var tiles = (Platform.Aimc ?? new AimcDescription()) with { IntegrationNs = IntegrationNs, StreamWordsPerCycle = StreamWordsPerCycle };
            return Preset == tiles.Preset ? tiles : tiles.WithPreset(Preset);
        }
    }

    /// <summary>Which part of the matrix lies on which tile.</summary>
    internal LayerMapping Mapping => LayerMapping.Of([Shape], Strategy, Platform with { Aimc = Aimc })[0];

    /// <summary>The options of the run.</summary>
    public MachineOptions BuildOptions(EngineKind engine) => new() { Engine = engine, Timing = Timing, Contention = Contention, Seed = Seed };
}
