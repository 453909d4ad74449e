using System.Numerics.Tensors;
using AhwaLora.Analog.Crossbar;
using BenchmarkDotNet.Attributes;

namespace AhwaLora.Emu.Benchmarks;

/// <summary>
/// A tile of 512 x 512, preset ahwa-lora, against P, the matrix-vector product that the host does best: 512 dot products
/// of 512 floats. Asked for: an MVM within 1.5 P, 32 of them within 16 P, programming within 500 P, nothing allocated.
/// </summary>
[MemoryDiagnoser, MinColumn, MedianColumn]
public class AimcBenchmarks
{
    private const int Lines = 512, Vectors = 32;

    private readonly CrossbarArray _tile = new(new CrossbarOptions(Lines, Lines) { Seed = 1 });
    private readonly float[] _weights = Normal(1, Lines * Lines), _x = Normal(2, Vectors * Lines), _y = new float[Vectors * Lines];
    private readonly MvmResult[] _results = new MvmResult[Vectors];

    [GlobalSetup]
    public void Program()
    {
        _tile.Program(_tile.Whole, _weights);
        _tile.MvmBatch(_tile.Whole, _x, _y, _results);
        if (_results.Any(r => r.Passes != 1)) throw new InvalidOperationException("an output saturated; the figures are for MVMs of one pass");
    }

    [Benchmark(Baseline = true, Description = "P: 512 TensorPrimitives.Dot")]
    public float Yardstick()
    {
        float sum = 0;
        for (var row = 0; row < Lines; row++) sum += _y[row] = TensorPrimitives.Dot(_weights.AsSpan(row * Lines, Lines), _x.AsSpan(0, Lines));
        return sum;
    }

    [Benchmark(Description = "one MVM, at most 1.5 P")]
    public MvmResult Mvm() => _tile.Mvm(_tile.Whole, _x.AsSpan(0, Lines), _y.AsSpan(0, Lines));

    [Benchmark(Description = "a batch of 32, at most 16 P")]
    public void Batch() => _tile.MvmBatch(_tile.Whole, _x, _y, _results);

    [Benchmark(Description = "programming, at most 500 P")]
    public void Programming() => _tile.Program(_tile.Whole, _weights);

    // The sum of four uniforms is normal enough for speed.
    private static float[] Normal(int seed, int count)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
        return values;
    }
}
