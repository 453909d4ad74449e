using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Planning;

namespace AhwaLora.Experiments.Layers;

/// <summary>A way to run a layer: its firmware app, and the app that it is measured against.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="App">Name of the firmware app.</param>
/// <param name="TileAloneApp">App of the tiles alone, with the same data movement; the app itself if it has no adapter.</param>
/// <param name="Buffers">Number of chunks that fit in TCDM at the same time.</param>
public sealed record LayerStrategy(string Name, string App, string TileAloneApp, int Buffers)
{
    /// <summary>Maximum number of copies of a matrix.</summary>
    public const int MaxCopies = LayerLimits.Copies;

    private const string Shallow = "analog_only", Buffered = "analog_deep", Chained = "analog_chain";

    /// <summary>The tile alone, with the data movement of <see cref="DoubleBuffered"/>.</summary>
    public static LayerStrategy Analog { get; } = new("tile alone", Shallow, Shallow, LayerBuffers.Double);

    /// <summary>Everything in sequence.</summary>
    public static LayerStrategy Sequential { get; } = new("sequential", "sequential", Shallow, LayerBuffers.Sequential);

    /// <summary>The tile integrates chunk k + 1 while the harts compute the LoRA branch of chunk k and add it.</summary>
    public static LayerStrategy DoubleBuffered { get; } = new("double-buffered", "lora_layer", Shallow, LayerBuffers.Double);

    /// <summary>The harts compute the branch of a chunk while the tile integrates it. They add it when the tile is done: separately, or with the second product if that comes later.</summary>
    public static LayerStrategy Eager { get; } = new("eager", "eager", Buffered, LayerBuffers.Deep) { ComputesAhead = true };

    /// <summary>Like double-buffered, with four buffers: two chunks wait at the tile, so that nobody waits for the DMA.</summary>
    public static LayerStrategy Deep { get; } = new("deep", "deep", Buffered, LayerBuffers.Deep);

    /// <summary>Like eager, with the matrix on two tiles or more. Chunks take turns, so as many chunks integrate at the same time as there are copies.</summary>
    public static LayerStrategy SeveralTiles { get; } = new("several-tiles", "eager", Buffered, LayerBuffers.Deep) { Copies = 2, ComputesAhead = true };

    /// <summary>Like eager, for layers that feed each other: the next layer's tile starts on a chunk while this layer continues with the next chunk.</summary>
    public static LayerStrategy MultiLayer { get; } = new("multi-layer", "multi_layer", Chained, LayerBuffers.Deep) { IsChain = true, ComputesAhead = true };

    /// <summary>Like eager, with the chunk and the split over harts that <see cref="LayerPlan"/> expects to finish first.</summary>
    public static LayerStrategy Balanced { get; } = Eager with { Name = "balanced", IsPlanned = true };

    /// <summary>The strategies with an adapter, by name.</summary>
    public static IReadOnlyList<LayerStrategy> All { get; } = [Sequential, DoubleBuffered, Balanced, Deep, Eager, SeveralTiles, MultiLayer];

    /// <summary>False for the tiles alone.</summary>
    public bool HasAdapter => App != TileAloneApp;

    /// <summary>Number of copies of the matrix, each on tiles of its own; 1 to 6.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>This strategy with that many copies, and enough buffers to keep them busy (<c>layer_buffers</c> of firmware/layer/steps.c).</summary>
    public LayerStrategy WithCopies(int copies) => this with { Copies = copies, Buffers = copies > LayerSchedule.Ahead ? LayerBuffers.Most : Buffers };

    /// <summary>True if (x A) B has a buffer of its own beside the tile's output.</summary>
    public bool ComputesAhead { get; init; }

    /// <summary>True if the strategy chooses the chunk and ignores the layer's.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>True if the strategy runs layers that feed each other, at most <see cref="LayerLimits.Chain"/>.</summary>
    public bool IsChain { get; init; }

    /// <summary>The strategy of the tiles alone.</summary>
    public LayerStrategy TileAlone => !HasAdapter ? this : this with
    {
        Name = Analog.Name,
        App = TileAloneApp,
        Buffers = TileAloneApp == Shallow ? Analog.Buffers : Buffers,
        ComputesAhead = false,
    };
}
