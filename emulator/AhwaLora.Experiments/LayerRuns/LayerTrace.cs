using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Runs.Traces;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>Timelines of layer runs.</summary>
public static class LayerTrace
{
    // enum layer_region of firmware/layer/steps.h, as the formula y = AIMC(x) + (alpha/r) (x A) B has them.
    private static readonly Dictionary<string, string> RegionNames = new()
    {
        ["region_1"] = "x A",
        ["region_2"] = "(x A) B",
        ["region_3"] = "tile wait",
        ["region_4"] = "y += d",
    };

    /// <summary>What a region of the layer apps computes; its own name where it is none of theirs.</summary>
    public static string NameOf(string region) => RegionNames.GetValueOrDefault(region, region);

    /// <summary>Multiply-adds of a layer in a region of the layer apps: m r a token in <c>x A</c>, r n in <c>(x A) B</c>.</summary>
    public static long MultiplyAddsOf(string region, LayerShape shape) => NameOf(region) switch
    {
        "x A" => (long)shape.Tokens * shape.Inputs * shape.Rank,
        "(x A) B" => (long)shape.Tokens * shape.Rank * shape.Outputs,
        _ => 0,
    };

    /// <summary>A recorder that calls the regions of the layer apps by what they compute.</summary>
    public static TimelineRecorder Record(EmulatedMachine machine) => new(machine, RegionNames);

    /// <summary>The trace of a run of a layer, or of layers that feed each other, that has ended.</summary>
    public static RunTrace Finish(TimelineRecorder recorder, EmulatedMachine machine, IEnumerable<LayerShape> chain, LayerStrategy strategy)
    {
        var layers = string.Join(", then ", chain);
        return RunTrace.Of($"layer {layers}, {strategy.Name}", machine, recorder, ("layer", layers), ("strategy", strategy.Name));
    }
}
