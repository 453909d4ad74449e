using AhwaLora.Common.Files;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Observe;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Reports;

/// <summary>What a kernel did on all harts together: one point of a roofline plot.</summary>
/// <param name="Layer">The layer, as <c>inputs x outputs</c>.</param>
/// <param name="Kernel">The product: <c>x A</c> or <c>(x A) B</c>.</param>
/// <param name="MultiplyAdds">Multiply-adds of the product, whichever instructions did them: the first of a chain may be a multiplication.</param>
/// <param name="Bytes">Bytes that harts loaded from and stored to the TCDM.</param>
/// <param name="HartCycles">Cycles, summed over harts.</param>
/// <param name="Harts">The number of harts.</param>
public sealed record KernelPoint(string Layer, string Kernel, long MultiplyAdds, long Bytes, long HartCycles, int Harts)
{
    /// <summary>Multiply-adds per byte.</summary>
    public double Intensity => (double)MultiplyAdds / Bytes;

    /// <summary>Multiply-adds per cycle, of all harts together, while they computed.</summary>
    public double MultiplyAddsPerCycle => (double)MultiplyAdds * Harts / HartCycles;
}

/// <summary>Counts what harts load from and store to banked memory within the regions that firmware marks.</summary>
public sealed class KernelTraffic : IProbe, IMachineObserver
{
    private readonly long[] _bytesInRegion;
    private readonly Dictionary<string, (long Bytes, long Cycles)> _regions = [];

    private KernelTraffic(EmulatedMachine machine)
    {
        _bytesInRegion = new long[machine.Harts.Count];
        machine.Regions.Begun += (hart, _) => _bytesInRegion[hart.Id] = 0;
        machine.Observer = this;
        machine.Attach(this);
    }

    /// <summary>Runs a layer and returns its products in the order in which they ran.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static IReadOnlyList<KernelPoint> Measure(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        KernelTraffic? traffic = null;
        _ = LayerRun.Execute(data, strategy, platform, options, machine => traffic = new KernelTraffic(machine));
        var layer = FormattableString.Invariant($"{data.Shape.Inputs} x {data.Shape.Outputs}");
        return
        [
            .. from region in traffic!._regions
               let multiplyAdds = LayerTrace.MultiplyAddsOf(region.Key, data.Shape)
               where multiplyAdds != 0
               select new KernelPoint(layer, LayerTrace.NameOf(region.Key), multiplyAdds, region.Value.Bytes, region.Value.Cycles, platform.Harts),
        ];
    }

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction) => true;

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value) => Count(hart, address, bytes);

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value) => Count(hart, address, bytes);

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
    }

    /// <inheritdoc/>
    public void Waited(int hart, Cause cause, ulong begin, ulong end)
    {
    }

    /// <inheritdoc/>
    public void Acted(string device, in Activity activity)
    {
    }

    /// <inheritdoc/>
    public void LeftRegion(int hart, string region, ulong begin, ulong end)
    {
        var sum = _regions.GetValueOrDefault(region);
        _regions[region] = (sum.Bytes + _bytesInRegion[hart], sum.Cycles + (long)(end - begin));
    }

    private void Count(Hart hart, uint address, int bytes)
    {
        if (hart.Space.FindMemory(address, 1)?.Banks > 0) _bytesInRegion[hart.Id] += bytes;
    }
}
