using AhwaLora.Machine.Isa;
using BenchmarkDotNet.Attributes;

namespace AhwaLora.Emu.Benchmarks;

/// <summary>A chain of fused multiply-adds: through bits, and as floats, both with exact flags.</summary>
public class FloatBenchmarks
{
    private const int Chain = 1000;

    private readonly float _x = 0.9990234f, _y = 0.125f;

    [Benchmark(OperationsPerInvoke = Chain, Baseline = true)]
    public uint ThroughBits()
    {
        var flags = 0u;
        var (x, y, z) = (BitConverter.SingleToUInt32Bits(_x), BitConverter.SingleToUInt32Bits(_y), 0u);
        for (var n = 0; n < Chain; n++) z = Float32.Fma(z, x, y, RoundingMode.NearestEven, ref flags);
        return z + flags;
    }

    [Benchmark(OperationsPerInvoke = Chain)]
    public float Exact()
    {
        var flags = 0u;
        var z = 0f;
        for (var n = 0; n < Chain; n++) z = HostFloat32.Fma(z, _x, _y, RoundingMode.NearestEven, ref flags);
        return z + flags;
    }
}
