using AhwaLora.Common.Files;
using AhwaLora.Common.Work;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Reports;

/// <summary>A small sweep of layers of a few shapes over tokens per chunk and integration times, all on one kind of machine.</summary>
/// <param name="Platform">The machine; its TCDM is enlarged to what a point needs.</param>
/// <param name="Options">How the machine is run.</param>
/// <param name="Strategy">How the adapter is scheduled.</param>
public sealed record OverheadMap(PlatformDescription Platform, MachineOptions Options, LayerStrategy Strategy)
{
    // The study's size: all published points in FP32, double-buffered, fit.
    private const uint TcdmBytes = 1 << 20;

    // Room for what the firmware links into the TCDM beside a layer's buffers.
    private const long LinkedBytes = 16 << 10;

    /// <summary>Rank of the adapters.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>Tokens of a layer.</summary>
    public int Tokens { get; init; } = 320;

    /// <summary>Inputs x outputs; the published ones by default.</summary>
    public IReadOnlyList<(int Inputs, int Outputs)> Shapes { get; init; } = [(128, 128), (512, 128)];

    /// <summary>Tokens per chunk; the published range by default.</summary>
    public IReadOnlyList<int> Chunks { get; init; } = [8, 16, 32, 64, 128];

    /// <summary>Integration times, ns; the published ones by default.</summary>
    public IReadOnlyList<int> IntegrationTimesNs { get; init; } = [128, 256, 512];

    /// <summary>Runs every point on all of the host's cores; the results do not depend on the number of cores.</summary>
    /// <param name="progress">Receives the number of points done.</param>
    /// <exception cref="UserErrorException">A layer does not fit the machine.</exception>
    public IReadOnlyList<OverheadPoint> Measure(Action<string>? progress = null)
    {
        var data = Shapes.ToDictionary(s => s, s => LayerData.Generate(new LayerShape(s.Inputs, s.Outputs, Rank, Tokens, 1), Options.Seed));
        (LayerData Data, int IntegrationNs)[] layers =
        [
            .. from shape in Shapes
               from chunk in Chunks.Where(c => c <= Tokens)
               from time in IntegrationTimesNs
               select (data[shape] with { Shape = data[shape].Shape with { Chunk = chunk } }, time),
        ];
        var points = new OverheadPoint[layers.Length];
        var done = 0;
        HostCores.ForEach(
            [.. layers.Index()],
            Environment.ProcessorCount,
            layer => points[layer.Index] = Measure(layer.Item.Data, layer.Item.IntegrationNs),
            () => progress?.Invoke(FormattableString.Invariant($"overhead maps, {++done} of {layers.Length} points")));
        return points;
    }

    /// <summary>The machine of a point, with its integration time, as many tiles as the strategy needs, and a TCDM that holds the buffers.</summary>
    public PlatformDescription PlatformFor(LayerShape shape, int integrationNs)
    {
        var needed = (LayerFootprint.Bytes(shape, Strategy) + LinkedBytes + 1023) / 1024 * 1024;
        var point = new SweepPoint(Platform) { Shape = shape, IntegrationNs = integrationNs, Harts = Platform.Harts, Strategy = Strategy };
        return (point with { TcdmBytes = (uint)Math.Max(needed, Math.Max(point.TcdmBytes, TcdmBytes)) }).BuildPlatform();
    }

    private OverheadPoint Measure(LayerData data, int integrationNs)
    {
        var (shape, platform) = (data.Shape, PlatformFor(data.Shape, integrationNs));
        var alone = LayerRun.Execute(data, Strategy.TileAlone, platform, Options).Result;
        var pipelined = LayerRun.Execute(data, Strategy, platform, Options).Result;
        return new OverheadPoint(
            shape.Inputs, shape.Outputs, shape.Rank, shape.Tokens, shape.Chunk, integrationNs, platform.Harts, Strategy.Name,
            alone.Cycles, pipelined.Cycles, pipelined.HartBusyCycles.Max(), pipelined.TcdmBytes);
    }
}
