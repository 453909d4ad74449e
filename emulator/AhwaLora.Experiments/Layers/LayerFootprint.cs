using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Settings;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Experiments.Layers;

/// <summary>
/// The TCDM that a layer needs, computed without running it: the layout of firmware/layer (<c>lay_out</c>). A test compares it with
/// what the firmware reports.
/// </summary>
public static class LayerFootprint
{
    private const int Panel = (int)LoraLayout.Panel, Alignment = (int)LayerSchedule.Alignment, WordBytes = sizeof(float);

    /// <summary>Address at which the firmware has the TCDM.</summary>
    public static uint TcdmBase => LinkerScript.Tcdm.Base;

    /// <summary>The message to a user whose platform has no memory there.</summary>
    internal static string NoTcdm { get; } = $"the platform has no memory at {AddressJsonConverter.ToText(TcdmBase)}, where the firmware has its TCDM; give the platform file a 'tcdm' with that base";

    /// <summary>The platform's TCDM; null if it has none at the firmware's address.</summary>
    public static MemoryDescription? TcdmOf(PlatformDescription platform) => platform.AllMemories.FirstOrDefault(m => m.Base == TcdmBase);

    /// <summary>
    /// Bytes that a strategy's buffers take, as the firmware reports them: float32, padded rows, the adapter in panels, a bias. If the
    /// strategy chooses its chunk, this is the minimum: with chunks of one token.
    /// </summary>
    /// <param name="shape">The layer.</param>
    /// <param name="strategy">How it is run.</param>
    /// <param name="inputSplits">Number of tiles that share its inputs, each with outputs of its own.</param>
    public static long Bytes(LayerShape shape, LayerStrategy strategy, int inputSplits = 1) => Bytes([(shape, inputSplits)], strategy);

    /// <summary>Bytes that the buffers of layers take that feed each other: the outputs of one are the inputs of the next.</summary>
    /// <param name="chain">The layers, each with the number of tiles that share its inputs.</param>
    /// <param name="strategy">How they are run.</param>
    public static long Bytes(IReadOnlyList<(LayerShape Shape, int InputSplits)> chain, LayerStrategy strategy) =>
        chain.Index().Sum(layer => OwnBytes(layer.Item.Shape, strategy, layer.Item.InputSplits, hasInputs: layer.Index == 0));

    /// <summary>The largest chunk, in tokens and at most the layer's own, whose buffers fit into the available bytes; 0 if not even one token fits.</summary>
    public static int LargestChunk(LayerShape shape, LayerStrategy strategy, int inputSplits, long available) => LargestChunk([(shape, inputSplits)], strategy, available);

    private static int LargestChunk(List<(LayerShape Shape, int InputSplits)> chain, LayerStrategy strategy, long available)
    {
        var (fits, tooMany) = (0, chain[0].Shape.Chunk + 1);
        while (tooMany - fits > 1)
        {
            var middle = (fits + tooMany) / 2;
            if (Bytes([.. chain.Select(layer => (layer.Shape with { Chunk = middle }, layer.InputSplits))], strategy) <= available) fits = middle;
            else tooMany = middle;
        }

        return fits;
    }

    /// <summary>Bytes of a TCDM that an app leaves for its buffers.</summary>
    public static long Available(ElfImage app, uint tcdmBytes) =>
        app.TryGetSymbol("__tcdm_heap_start", out var heap) ? tcdmBytes - (long)(heap.Value - TcdmBase) : tcdmBytes;

    /// <summary>Checks that the buffers of a layer, or of layers that feed each other, fit in every run that is to be made of them, before anything runs.</summary>
    /// <param name="runs">The layers and strategy of each run.</param>
    /// <param name="platform">The platform.</param>
    /// <exception cref="UserErrorException">The buffers of a run do not fit (the message names the largest chunk with which all do), or the platform has no TCDM.</exception>
    public static void Check(IEnumerable<(IReadOnlyList<LayerShape> Chain, LayerStrategy Strategy)> runs, PlatformDescription platform)
    {
        var tcdm = TcdmOf(platform) ?? throw new UserErrorException(NoTcdm);
        SettingText? fault = null;
        var chunk = int.MaxValue;
        foreach (var (chain, strategy) in runs)
        {
            var mappings = LayerMapping.Of(chain, strategy, platform);
            var layers = chain.Zip(mappings, (shape, mapping) => (shape, mapping.Inputs.Count)).ToList();
            var available = Available(FirmwareImages.Load(strategy.App), tcdm.Size);
            var bytes = Bytes(layers, strategy);
            chunk = Math.Min(chunk, LargestChunk(layers, strategy, available));
            if (bytes > available) fault ??= new($"layer {string.Join(", then ", chain)}, {strategy.Name}: its buffers take {bytes:N0} bytes of TCDM, and {available:N0} are there");
        }

        if (fault is null) return;
        SettingText advice = chunk > 0 ? new($"use {ExperimentSettings.Chunk} {chunk} or less, or a larger tcdm in the platform file") : new($"use a larger tcdm in the platform file");
        throw new SettingException($"{fault}; {advice}");
    }

    /// <summary>Checks that the buffers of one layer fit under one strategy.</summary>
    /// <exception cref="UserErrorException">They do not.</exception>
    public static void Check(LayerShape shape, LayerStrategy strategy, PlatformDescription platform) => Check([([shape], strategy)], platform);

    private static long OwnBytes(LayerShape shape, LayerStrategy strategy, int inputSplits, bool hasInputs)
    {
        if (strategy.IsPlanned) shape = shape with { Chunk = 1 };
        var (xStride, xaStride, yStride) = (Stride(shape.Inputs), Stride(shape.Rank), Stride(shape.Outputs));
        var bytes = Block(1, shape.Outputs) + strategy.Buffers * ((hasInputs ? Block(shape.Chunk, xStride) : 0) + Block(inputSplits * shape.Chunk, yStride));
        if (strategy.HasAdapter) bytes += Block(shape.Inputs, Padded(shape.Rank)) + Block(shape.Rank, Padded(shape.Outputs)) + Block(shape.Chunk, xaStride);
        if (strategy.ComputesAhead) bytes += Block(shape.Chunk, yStride);
        return bytes;
    }

    private static long Block(int rows, int columns) => ((long)rows * columns * WordBytes + Alignment - 1) / Alignment * Alignment;

    private static int Padded(int columns) => (columns + Panel - 1) / Panel * Panel;

    private static int Stride(int columns) => Padded(columns) + (int)LoraLayout.RowPad;
}
