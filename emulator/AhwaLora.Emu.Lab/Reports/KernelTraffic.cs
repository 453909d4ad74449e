using AhwaLora.Emu.Cpu;
using AhwaLora.Emu.Engines;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Lab.Layers;
using AhwaLora.Emu.Memory;
using AhwaLora.Emu.Platform;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Lab.Reports;

/// <summary>What a kernel did on all harts together: a point of a roofline.</summary>
/// <param name="Layer">Of which layer, <c>inputs x outputs</c>.</param>
/// <param name="Kernel">Which part: <c>x A</c>, <c>(x A) B</c>, <c>y += d</c>.</param>
/// <param name="MultiplyAdds">Fused multiply-adds executed.</param>
/// <param name="Bytes">Loaded from and stored to the TCDM by harts.</param>
/// <param name="HartCycles">Cycles, summed over harts.</param>
/// <param name="Harts">How many they were.</param>
public sealed record KernelPoint(string Layer, string Kernel, long MultiplyAdds, long Bytes, long HartCycles, int Harts)
{
    /// <summary>Multiply-adds a byte.</summary>
    public double Intensity => (double)MultiplyAdds / Bytes;

    /// <summary>Multiply-adds a cycle of all harts, while they computed.</summary>
    public double MultiplyAddsPerCycle => (double)MultiplyAdds * Harts / HartCycles;
}

/// <summary>Counts multiply-adds and the bytes of banked memory within the regions that firmware marks.</summary>
public sealed class KernelTraffic : IProbe, IMachineObserver
{
    private readonly (long MultiplyAdds, long Bytes)[] _inRegion;
    private readonly Dictionary<string, (long MultiplyAdds, long Bytes, long Cycles)> _regions = [];

    private KernelTraffic(Machine machine)
    {
        _inRegion = new (long, long)[machine.Harts.Count];
        machine.Regions.Begun += (hart, _) => _inRegion[hart.Id] = default;
        machine.Observer = this;
        machine.Attach(this);
    }

    /// <summary>Runs a layer and returns its kernels in the order in which they ran; those without a multiply-add are left out.</summary>
    /// <exception cref="UserErrorException">The layer does not fit the machine.</exception>
    public static IReadOnlyList<KernelPoint> Measure(LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        KernelTraffic? traffic = null;
        _ = LayerRun.Execute(data, strategy, platform, options, machine => traffic = new KernelTraffic(machine));
        var layer = FormattableString.Invariant($"{data.Shape.Inputs} x {data.Shape.Outputs}");
        return [.. traffic!._regions.Where(r => r.Value.MultiplyAdds != 0).Select(r => new KernelPoint(layer, LayerTrace.NameOf(r.Key), r.Value.MultiplyAdds, r.Value.Bytes, r.Value.Cycles, platform.Harts))];
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
        // The four fused instructions are the ones with three floating-point sources.
        if (instruction.Shape == Shape.Float3) _inRegion[hart.Id].MultiplyAdds++;
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
        var own = _inRegion[hart];
        _regions[region] = (sum.MultiplyAdds + own.MultiplyAdds, sum.Bytes + own.Bytes, sum.Cycles + (long)(end - begin));
    }

    private void Count(Hart hart, uint address, int bytes)
    {
        if (hart.Space.FindMemory(address, 1)?.Banks > 0) _inRegion[hart.Id].Bytes += bytes;
    }
}
