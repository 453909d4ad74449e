using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>A job with its operands and what the hardware made of them, FP16 in hexadecimal.</summary>
/// <param name="H">Units in series.</param>
/// <param name="L">Rows of the array.</param>
/// <param name="P">Pipeline registers.</param>
/// <param name="Op">Name of the operation.</param>
/// <param name="M">Rows of X and Z.</param>
/// <param name="N">Columns of X.</param>
/// <param name="K">Columns of Z.</param>
/// <param name="X">M x N numbers.</param>
/// <param name="W">N x K numbers.</param>
/// <param name="Y">M x K numbers.</param>
/// <param name="Z">M x K results.</param>
/// <param name="RowsAfter">What the hardware wrote after row M: whole rows up to a multiple of L.</param>
public sealed record NumericsCase(int H, int L, int P, string Op, int M, int N, int K, string X, string W, string Y, string Z, string RowsAfter);

/// <summary>Compares results bit for bit with those of the hardware.</summary>
public static class NumericsCheck
{
    /// <summary>Runs every case of a file on a machine.</summary>
    /// <returns>Cases, and a line for each that differs.</returns>
    /// <exception cref="UserErrorException">The file cannot be read, or a case does not fit.</exception>
    public static (int Cases, IReadOnlyList<string> Differences) Run(string path)
    {
        var cases = JsonText.Read<NumericsCase[]>(path, JsonStyles.Results);
        var differences = cases.Index().Select(c => Difference(c.Item, $"{path}: case {c.Index}")).OfType<string>();
        return (cases.Length, [.. differences]);
    }

    /// <summary>The first number that differs, or null.</summary>
    private static string? Difference(NumericsCase job, string where)
    {
        var array = new RedMulEArray(job.H, job.L, job.P);
        if (array.Fault is { } fault) throw new UserErrorException($"{where}: array {array}: {fault}");
        if (!Operations.TryParse(job.Op, out var operation)) throw new UserErrorException($"{where}: op '{job.Op}': expected {string.Join(", ", Operations.Names)}");
        var shape = new RedMulEShape(operation, job.M, job.N, job.K);
        if (shape is not { M: > 0 and < 65536, N: > 0 and < 65536, K: > 0 and < 65536 }) throw new UserErrorException($"{where}: {shape}: expected sizes from 1 to 65535");
        var rowsAfter = (array.Length - job.M % array.Length) % array.Length;
        var bench = new NumericsBench(array, shape)
        {
            X = Numbers("x", job.X, job.M * job.N),
            W = Numbers("w", job.W, job.N * job.K),
            Y = Numbers("y", job.Y, job.M * job.K),
        };
        var (z, after) = (Numbers("z", job.Z, job.M * job.K), Numbers("rows_after", job.RowsAfter, rowsAfter * job.K));
        if (bench.Run(after) is not { } result) return $"{where}: {shape} on {array} hangs; expected results";
        return First("z", result.Z, z) ?? First("rows_after", result.After, after);

        ushort[] Numbers(string field, string text, int count)
        {
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != count) throw new UserErrorException($"{where}: {field} has {words.Length} numbers; expected {count}");
            return [.. words.Select(word => Bits(field, word))];
        }

        ushort Bits(string field, string word) => ushort.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            ? bits
            : throw new UserErrorException($"{where}: {field} '{word}': expected FP16 in hexadecimal");

        string? First(string field, ushort[] got, ushort[] expected)
        {
            var index = got.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            return index == got.Length ? null : $"{where}: {shape} on {array}: {field}[{index}] is {got[index]:x4}; expected {expected[index]:x4}";
        }
    }
}
