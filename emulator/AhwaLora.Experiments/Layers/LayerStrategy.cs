using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Planning;

namespace AhwaLora.Experiments.Layers;

/// <summary>A way to run a layer: which firmware app, and what it is measured against.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="App">The app.</param>
/// <param name="TileAloneApp">The tiles alone, with the same movement of data; the app itself if it has no adapter.</param>
/// <param name="Buffers">Chunks that have a place in TCDM at a time.</param>
public sealed record LayerStrategy(string Name, string App, string TileAloneApp, int Buffers)
{
    /// <summary>Most copies of a matrix.</summary>
    public const int MaxCopies = LayerLimits.Copies;

    private const string Shallow = "analog_only", Buffered = "analog_deep", Chained = "analog_chain";

    /// <summary>The tile alone, with the data movement of <see cref="DoubleBuffered"/>.</summary>
    public static LayerStrategy Analog { get; } = new("analog-only", Shallow, Shallow, LayerBuffers.Double);

    /// <summary>Everything in sequence.</summary>
    public static LayerStrategy Sequential { get; } = new("sequential", "sequential", Shallow, LayerBuffers.Sequential);

    /// <summary>The tile integrates chunk k + 1 while the harts compute the branch of chunk k and add.</summary>
    public static LayerStrategy DoubleBuffered { get; } = new("double-buffered", "lora_layer", Shallow, LayerBuffers.Double);

    /// <summary>The harts compute the branch of a chunk while the tile integrates it, and add when it is done: by itself, or with the second product if they come to it later.</summary>
    public static LayerStrategy Eager { get; } = new("eager", "eager", Buffered, LayerBuffers.Deep) { ComputesAhead = true };

    /// <summary>As double-buffered with four buffers: two chunks wait at the tile, so that nobody waits for the DMA.</summary>
    public static LayerStrategy Deep { get; } = new("deep", "deep", Buffered, LayerBuffers.Deep);

    /// <summary>As eager, with the matrix on two tiles or more: chunks take turns, and so as many integrate at a time.</summary>
    public static LayerStrategy SeveralTiles { get; } = new("several-tiles", "eager", Buffered, LayerBuffers.Deep) { Copies = 2, ComputesAhead = true };

    /// <summary>As eager, for layers that feed each other: the next layer's tile starts on a chunk while this layer goes on with the next one.</summary>
    public static LayerStrategy MultiLayer { get; } = new("multi-layer", "multi_layer", Chained, LayerBuffers.Deep) { IsChain = true, ComputesAhead = true };

    /// <summary>As eager, with the chunk and the split over harts of <see cref="LayerPlan"/>: those with which it expects to end first.</summary>
    public static LayerStrategy Balanced { get; } = Eager with { Name = "balanced", IsPlanned = true };

    /// <summary>Those with an adapter, by name.</summary>
    public static IReadOnlyList<LayerStrategy> All { get; } = [Sequential, DoubleBuffered, Balanced, Deep, Eager, SeveralTiles, MultiLayer];

    /// <summary>False for the tiles alone.</summary>
    public bool HasAdapter => App != TileAloneApp;

    /// <summary>How often the matrix is held, each time on tiles of its own; 1 to 6.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>The same with that many copies, and the buffers to keep them busy (<c>layer_buffers</c> of firmware/layer/steps.c).</summary>
    public LayerStrategy WithCopies(int copies) => this with { Copies = copies, Buffers = copies > LayerSchedule.Ahead ? LayerBuffers.Most : Buffers };

    /// <summary>True if (x A) B has a place of its own beside the tile's output.</summary>
    public bool ComputesAhead { get; init; }

    /// <summary>True if the chunk is chosen, whatever the layer says.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>True if it runs layers that feed each other, at most <see cref="LayerLimits.Chain"/>.</summary>
    public bool IsChain { get; init; }

    /// <summary>The tiles alone.</summary>
    public LayerStrategy TileAlone => !HasAdapter ? this : this with
    {
        Name = Analog.Name,
        App = TileAloneApp,
        Buffers = TileAloneApp == Shallow ? Analog.Buffers : Buffers,
        ComputesAhead = false,
    };
}
