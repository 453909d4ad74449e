using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Observe;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>Timelines of layer runs.</summary>
public static class LayerTrace
{
    private static readonly Dictionary<string, string> RegionNames =
        ConstantGroup.Of(typeof(LayerRegion)).Constants.ToDictionary(c => RegionRecorder.NumberedName((uint)c.Value), c => c.Meaning);

    /// <summary>What a region of the layer apps computes; the region's own name if it is not one of theirs.</summary>
    public static string NameOf(string region) => RegionNames.GetValueOrDefault(region, region);

    /// <summary>Multiply-adds of a layer in a region of the layer apps: m r per token in <c>x A</c>, r n in <c>(x A) B</c>.</summary>
    public static long MultiplyAddsOf(string region, LayerShape shape)
    {
        if (region == RegionRecorder.NumberedName((uint)LayerRegion.Down)) return (long)shape.Tokens * shape.Inputs * shape.Rank;
        return region == RegionRecorder.NumberedName((uint)LayerRegion.Up) ? (long)shape.Tokens * shape.Rank * shape.Outputs : 0;
    }

    /// <summary>A recorder that names the regions of the layer apps after what they compute.</summary>
    public static TimelineRecorder Record(EmulatedMachine machine) => new(machine, RegionNames);

    /// <summary>The trace of a finished run of a layer, or of layers that feed each other.</summary>
    public static RunTrace Finish(TimelineRecorder recorder, EmulatedMachine machine, IEnumerable<LayerShape> chain, LayerStrategy strategy)
    {
        var layers = string.Join(", then ", chain);
        return RunTrace.Of($"layer {layers}, {strategy.Name}", machine, recorder, ("layer", layers), ("strategy", strategy.Name));
    }
}
