using AhwaLora.Models.Adapters;
using AhwaLora.Models.Encoder;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Emu.Tests.Models.Encoder;

/// <summary>BERT in double precision, one example at a time, straight from the equations; exact erf by its series.</summary>
internal sealed class ReferenceBert(ModelConfig config, IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors, LoraAdapter? adapter)
{
    private readonly Dictionary<string, float[]> _tensors = tensors.ToDictionary(t => t.Name, t => t.Values);

    public double[] Classify(TokenSequence example)
    {
        var x = Hidden(example);
        var pooled = Linear("bert.pooler.dense", [x[0]])[0].Select(Math.Tanh).ToArray();
        return Linear("classifier", [pooled])[0];
    }

    public double[][] Hidden(TokenSequence example)
    {
        var size = config.HiddenSize;
        double Of(string table, int row, int i) => _tensors[$"bert.embeddings.{table}.weight"][row * size + i];
        var x = Enumerable.Range(0, example.Length)
            .Select(p => Enumerable.Range(0, size).Select(i => Of("word_embeddings", example.Ids[p], i) + Of("position_embeddings", p, i) + Of("token_type_embeddings", example.Types[p], i)).ToArray()).ToArray();
        x = Norm("bert.embeddings.LayerNorm", x);
        for (var n = 0; n < config.NumHiddenLayers; n++)
        {
            var block = $"bert.encoder.layer.{n}.";
            var (q, k, v) = (Linear(block + "attention.self.query", x), Linear(block + "attention.self.key", x), Linear(block + "attention.self.value", x));
            x = Norm(block + "attention.output.LayerNorm", Sum(x, Linear(block + "attention.output.dense", Attention(q, k, v))));
            var inner = Linear(block + "intermediate.dense", x).Select(t => t.Select(a => a / 2 * (1 + Erf(a / Math.Sqrt(2)))).ToArray()).ToArray();
            x = Norm(block + "output.LayerNorm", Sum(x, Linear(block + "output.dense", inner)));
        }

        return x;
    }

    private double[][] Attention(double[][] q, double[][] k, double[][] v)
    {
        var (heads, size) = (config.NumAttentionHeads, config.HeadSize);
        var context = q.Select(t => new double[t.Length]).ToArray();
        for (var h = 0; h < heads; h++)
        {
            for (var i = 0; i < q.Length; i++)
            {
                var weights = k.Select(key => Math.Exp(Enumerable.Range(h * size, size).Sum(e => q[i][e] * key[e]) / Math.Sqrt(size))).ToArray();
                for (var e = h * size; e < (h + 1) * size; e++) context[i][e] = weights.Select((w, j) => w / weights.Sum() * v[j][e]).Sum();
            }
        }

        return context;
    }

    private double[][] Linear(string name, double[][] x)
    {
        var bias = _tensors[name + ".bias"];
        var weight = _tensors[name + ".weight"];
        var pair = adapter?.Pairs.GetValueOrDefault(name);
        return [.. x.Select(t => bias.Select((b, o) => b + t.Select((value, i) => value * weight[o * t.Length + i]).Sum() + Branch(pair, t, o)).ToArray())];
    }

    private static double Branch(LoraPair? pair, double[] x, int output)
    {
        if (pair is null) return 0;
        return pair.Scale * Enumerable.Range(0, pair.Rank).Sum(j => x.Select((value, i) => value * pair.A[i * pair.Rank + j]).Sum() * pair.B[j * pair.Outputs + output]);
    }

    private double[][] Norm(string name, double[][] x) => [.. x.Select(t =>
    {
        var mean = t.Average();
        var deviation = Math.Sqrt(t.Average(a => (a - mean) * (a - mean)) + config.LayerNormEps);
        return t.Select((a, i) => (a - mean) / deviation * _tensors[name + ".weight"][i] + _tensors[name + ".bias"][i]).ToArray();
    })];

    private static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (s, t) => s + t).ToArray())];

    // Maclaurin series; ample for |x| below 5.
    public static double Erf(double x)
    {
        if (Math.Abs(x) > 5) return Math.Sign(x);
        double term = x, sum = x;
        for (var n = 1; n < 120; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
