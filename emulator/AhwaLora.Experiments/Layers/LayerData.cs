using AhwaLora.Common.Seeded;

namespace AhwaLora.Experiments.Layers;

/// <summary>The numbers of a layer: inputs, weights, adapter. Row-major float32.</summary>
/// <param name="Shape">The sizes of the layer.</param>
/// <param name="X">[S][m] activations.</param>
/// <param name="Weights">[n][m], as weight files hold them: [out, in].</param>
/// <param name="A">[m][r].</param>
/// <param name="B">[r][n].</param>
/// <param name="Bias">[n].</param>
/// <param name="Scale">alpha / r.</param>
public sealed record LayerData(LayerShape Shape, float[] X, float[] Weights, float[] A, float[] B, float[] Bias, float Scale)
{
    /// <summary>Where the numbers come from; null for generated ones.</summary>
    public string? Source { get; init; }

    private const float Alpha = 32;
    private const double WeightClipSigma = 3;

    /// <summary>
    /// Seeded numbers of realistic size: activations as a layer norm leaves them (normal, unit variance), weights of
    /// variance 1/m clipped at three sigma as before programming, and an adapter whose branch adds about a tenth to y.
    /// </summary>
    /// <param name="shape">The sizes of the layer.</param>
    /// <param name="seed">Seed of the numbers.</param>
    /// <param name="hasWeights">False for tiles that only keep time: then there are no weights and no reference.</param>
    public static LayerData Generate(LayerShape shape, ulong seed, bool hasWeights = true)
    {
        var normal = new NormalSource(seed);
        float[] Fill(int count, double sigma, double clip = double.PositiveInfinity)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = (float)(sigma * Math.Clamp(normal.Next(), -clip, clip));
            return values;
        }

        var scale = Alpha / shape.Rank;
        var branch = 0.1 / (scale * Math.Sqrt(shape.Rank));
        return new LayerData(
            shape,
            Fill(shape.Tokens * shape.Inputs, 1),
            hasWeights ? Fill(shape.Outputs * shape.Inputs, 1 / Math.Sqrt(shape.Inputs), WeightClipSigma) : [],
            Fill(shape.Inputs * shape.Rank, 1 / Math.Sqrt(shape.Inputs)),
            Fill(shape.Rank * shape.Outputs, branch),
            Fill(shape.Outputs, 0.1),
            scale);
    }

    /// <summary>The same numbers in other chunks.</summary>
    public LayerData With(int chunk) => this with { Shape = Shape with { Chunk = chunk } };

    /// <summary>Layers that feed each other; each has a seed of its own.</summary>
    public static IReadOnlyList<LayerData> GenerateChain(IEnumerable<LayerShape> shapes, ulong seed) =>
        [.. shapes.Select((shape, i) => Generate(shape, seed + (ulong)i))];

    /// <summary>y [S][n] of the last of several layers that feed each other, in double precision.</summary>
    public static double[] Reference(IReadOnlyList<LayerData> chain, bool withAdapter)
    {
        var x = chain[0].X.Select(v => (double)v).ToArray();
        foreach (var layer in chain) x = layer.Reference(x, withAdapter);
        return x;
    }

    /// <summary>y [S][n] in double precision: W x + bias, plus scale (x A) B if <paramref name="withAdapter"/>.</summary>
    public double[] Reference(bool withAdapter) => Reference([this], withAdapter);

    private double[] Reference(double[] inputs, bool withAdapter)
    {
        var (m, n, r) = (Shape.Inputs, Shape.Outputs, Shape.Rank);
        var (columns, a, b) = (Transposed(Weights, n, m), Array.ConvertAll(A, v => (double)v), Array.ConvertAll(B, v => (double)v));
        var y = new double[Shape.Tokens * n];
        var down = new double[r];
        for (var token = 0; token < Shape.Tokens; token++)
        {
            var outputs = y.AsSpan(token * n, n);
            for (var j = 0; j < n; j++) outputs[j] = Bias[j];
            DoubleProduct.Add(inputs.AsSpan(token * m, m), columns, outputs);
            if (!withAdapter) continue;
            Array.Clear(down);
            DoubleProduct.Add(inputs.AsSpan(token * m, m), a, down);
            for (var k = 0; k < r; k++) down[k] *= Scale;
            DoubleProduct.Add(down, b, outputs);
        }

        return y;
    }

    private static double[] Transposed(float[] matrix, int rows, int columns)
    {
        var transposed = new double[matrix.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) transposed[j * rows + i] = matrix[i * columns + j];
        }

        return transposed;
    }
}
