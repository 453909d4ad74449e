using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Settings;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Experiments.TileBench;

/// <summary>MVMs on tiles without a machine.</summary>
/// <param name="Inputs">Inputs of the matrix.</param>
/// <param name="Outputs">Outputs of the matrix.</param>
/// <param name="Vectors">Number of MVMs.</param>
/// <param name="Tiles">Number of tiles that hold the matrix.</param>
/// <param name="Work">Passes, clips and saturations of all MVMs.</param>
/// <param name="RelativeError">||y - W x|| / ||W x||, with W x in double precision; 0 if both are zero, NaN if only W x is zero.</param>
/// <param name="Error">The same error in decibels, by MVM and column.</param>
public sealed record TileProduct(int Inputs, int Outputs, int Vectors, int Tiles, MvmResult Work, double RelativeError, MvmError Error)
{
    private const int MaxLines = 1 << 14;

    /// <summary>Multiplies the matrix of one file by the vectors of another, and writes the outputs as .npy.</summary>
    /// <param name="options">The options of a tile; a larger matrix takes several tiles.</param>
    /// <param name="ageSeconds">Seconds since programming.</param>
    /// <param name="isCompensated">True for global drift compensation at that age.</param>
    /// <param name="weights"><c>FILE[:tensor]</c>, [out, in].</param>
    /// <param name="input"><c>FILE[:tensor]</c>, [vectors, in] or [in].</param>
    /// <param name="output">Path for the outputs, [vectors, out] or [out].</param>
    /// <exception cref="UserErrorException">A file cannot be used (the message names its tensor and shape), or a size is out of range.</exception>
    public static TileProduct Run(CrossbarOptions options, double ageSeconds, bool isCompensated, string weights, string input, string output)
    {
        SettingException.ThrowIf(SettingFault.OfRange(ExperimentSettings.Rows, options.Rows, 1, MaxLines));
        SettingException.ThrowIf(SettingFault.OfRange(ExperimentSettings.Columns, options.Columns, 1, MaxLines));
        var (shape, w) = Read(weights, s => s is [> 0, > 0], "not a matrix; expected [out, in]");
        var (outputs, inputs) = ((int)shape[0], (int)shape[1]);
        var (inputShape, x) = Read(input, s => s is [> 0, _] or [_] && s[^1] == inputs, $"does not fit weights of {inputs} inputs; expected [vectors, {inputs}] or [{inputs}]");

        var vectors = x.Length / inputs;
        if ((long)vectors * outputs > Array.MaxLength) throw new UserErrorException($"{input}: {vectors} vectors of {outputs} outputs are more than fit into one array; split the file");
        var mapping = new TiledMatrix(options, inputs, outputs, w);
        mapping.SetAge(ageSeconds, isCompensated);
        var y = new float[vectors * outputs];
        MvmResult work = default;
        for (var v = 0; v < vectors; v++) work += mapping.Mvm(x.AsSpan(v * inputs, inputs), y.AsSpan(v * outputs, outputs));
        NpyFormat.Write(output, inputShape is [_] ? [outputs] : [vectors, outputs], y);

        var exact = Multiply(w, x, inputs, outputs);
        double[] error = [.. exact.Zip(y, (e, a) => a - e)];
        return new TileProduct(inputs, outputs, vectors, mapping.Parts.Count, work, Relative(error, exact), MvmError.Of(outputs, exact, error));
    }

    private static (IReadOnlyList<long> Shape, float[] Values) Read(string text, Func<IReadOnlyList<long>, bool> isFitting, string otherwise)
    {
        var (path, tensor) = TensorFile.SplitName(text);
        using var file = TensorFile.Open(path);
        var entry = file.Find(tensor);
        return isFitting(entry.Shape) ? (entry.Shape, file.ReadFinite(entry)) : throw new UserErrorException($"{path}: {entry.Description}: {otherwise}");
    }

    private static double Relative(double[] error, double[] exact)
    {
        double Power(double[] values) => values.Sum(v => v * v);
        var (errors, signal) = (Power(error), Power(exact));
        return errors == 0 ? 0 : signal == 0 ? double.NaN : Math.Sqrt(errors / signal);
    }

    private static double[] Multiply(float[] w, float[] x, int inputs, int outputs)
    {
        var y = new double[x.Length / inputs * outputs];
        for (var i = 0; i < y.Length; i++)
        {
            ReadOnlySpan<float> row = w.AsSpan(i % outputs * inputs, inputs), vector = x.AsSpan(i / outputs * inputs, inputs);
            for (var k = 0; k < inputs; k++) y[i] += (double)row[k] * vector[k];
        }

        return y;
    }
}
