using AhwaLora.Common.Files;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Reports;

/// <summary>All the measurements that a report shows. The same request gives the same numbers.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Layer">The layer, measured in three ways.</param>
/// <param name="Timeline">The timeline of the layer under the requested strategy.</param>
/// <param name="Causes">[hart][cause]: cycles of that run, causes in the order of <see cref="Machine.Core.Pipelines.CauseNames.All"/>.</param>
/// <param name="Points">The overhead maps' points.</param>
/// <param name="Kernels">The roofline's points.</param>
/// <param name="Tile">The analog side.</param>
public sealed record ReportData(
    ReportRequest Request, LayerComparison Layer, Timeline Timeline, IReadOnlyList<IReadOnlyList<ulong>> Causes,
    IReadOnlyList<OverheadPoint> Points, IReadOnlyList<KernelPoint> Kernels, TileMeasurements Tile)
{
    // Enough chunks that the steady state outweighs the first and the last.
    private const int KernelChunks = 4;

    /// <summary>Measures everything that a report shows.</summary>
    /// <param name="request">What to measure.</param>
    /// <param name="progress">Receives the name of each step.</param>
    /// <exception cref="UserErrorException">A figure is out of range, or a layer does not fit the machine.</exception>
    public static ReportData Measure(ReportRequest request, Action<string>? progress = null)
    {
        request.Shape.Check();
        request.Tiles.Check();
        var results = request.ResultsPath is { } path ? ResultsFile.Read(path) : null;
        progress?.Invoke($"layer {request.Shape}");
        EmulatedMachine? machine = null;
        TimelineRecorder? recorder = null;
        var data = LayerData.Generate(request.Shape, request.Options.Seed);
        var layer = LayerComparison.Run(data, request.Strategy, request.Platform, request.Options, attach: m => recorder = LayerTrace.Record(machine = m));
        progress?.Invoke("roofline");
        var kernels = MeasureKernels(request);
        var tile = TileMeasurements.Measure(request.Tiles, progress);
        var points = results ?? request.Map.Measure(progress);
        return new ReportData(request, layer, recorder!.Finish(), [.. machine!.Harts.Select(h => machine.CausesOf(h.Id).Cycles)], points, kernels, tile);
    }

    private static List<KernelPoint> MeasureKernels(ReportRequest request)
    {
        var shapes = request.Map.Shapes.Append((request.Shape.Inputs, request.Shape.Outputs)).Distinct();
        var kernels = new List<KernelPoint>();
        foreach (var (inputs, outputs) in shapes)
        {
            var shape = request.Shape with { Inputs = inputs, Outputs = outputs, Tokens = Math.Min(request.Shape.Tokens, KernelChunks * request.Shape.Chunk) };
            var platform = request.Map.PlatformFor(shape, request.Platform.Aimc!.IntegrationNs);
            kernels.AddRange(KernelTraffic.Measure(LayerData.Generate(shape, request.Options.Seed), request.Strategy, platform, request.Options));
        }

        return kernels;
    }
}
