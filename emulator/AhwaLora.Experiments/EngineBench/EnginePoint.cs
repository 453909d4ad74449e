using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Machine.Clusters.Engines.RedMulE;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>A row of a file of points: an array, a job, and which accesses of the port are denied.</summary>
/// <param name="Array">The array.</param>
/// <param name="Job">The job.</param>
/// <param name="Denials">Which accesses are denied; null for none.</param>
public sealed record EnginePoint(RedMulEArray Array, EngineJob Job, Denials? Denials)
{
    // Addresses of rows that have none, far enough apart for the sizes that are common.
    private const uint XBase = 0x10_0000, WBase = 0x40_0000, ZBase = 0x80_0000;

    private const int MostSize = 65535;

    /// <summary>Bytes of memory that the job needs, the rows after row M included.</summary>
    public ulong Bytes
    {
        get
        {
            var (_, m, n, k) = Job.Shape;
            var beat = 2UL * (ulong)Array.Beat;
            var rows = (ulong)((m + Array.Length - 1) / Array.Length * Array.Length);
            return Math.Max(Job.X + 2UL * (ulong)m * (ulong)n, Math.Max(Job.W + 2UL * (ulong)n * (ulong)k, Job.Z + 2UL * rows * (ulong)k)) + beat;
        }
    }

    /// <summary>Reads a row.</summary>
    /// <param name="cells">Its cells, by column.</param>
    /// <param name="where">The file and the line.</param>
    /// <exception cref="UserErrorException">A cell is missing or does not fit.</exception>
    public static EnginePoint Parse(IReadOnlyDictionary<string, string> cells, string where)
    {
        var array = new RedMulEArray(Number("h"), Number("l"), Number("p", RedMulEArray.Default.Pipeline));
        if (array.Fault is { } fault) throw new UserErrorException($"{where}: array {array}: {fault}");
        var shape = new RedMulEShape(Operation(), Size("m"), Size("n"), Size("k"));
        var align = (uint)Number("align", 0, 0, 4095);
        var (x, w, z) = Places(shape);
        var job = new EngineJob(shape, Address("x", x + align), Address("w", w + align), Address("z", z + align), Number("gap", 0, 0, EngineMachine.MostGap));
        var point = new EnginePoint(array, job, Cell("kind") is { } kind ? DenialsOf(kind) : null);
        return point.Bytes <= EngineMachine.MostBytes ? point : throw new UserErrorException($"{where}: the matrices reach to address 0x{point.Bytes:x}; expected at most 0x{EngineMachine.MostBytes:x}");

        string? Cell(string column) => cells.GetValueOrDefault(column) is { Length: > 0 } text ? text : null;

        int Number(string column, int? otherwise = null, int least = 1, int most = 1000)
        {
            if (Cell(column) is not { } text) return otherwise ?? throw new UserErrorException($"{where}: column '{column}' is missing");
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            throw new UserErrorException($"{where}: {column} '{text}': expected a whole number from {least} to {most}");
        }

        int Size(string column) => Number(column, null, 1, MostSize);

        uint Address(string column, uint otherwise)
        {
            if (Cell(column) is not { } text) return otherwise;
            return uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : throw new UserErrorException($"{where}: {column} '{text}': expected a hexadecimal address");
        }

        RedMulEOperation Operation() => Operations.TryParse(Cell("op") ?? "GEMM", out var operation) ? operation
            : throw new UserErrorException($"{where}: op '{Cell("op")}': expected {string.Join(", ", Operations.Names)}");

        Denials DenialsOf(string kind)
        {
            if (kind is not (Denials.ByCycle or Denials.ByBank)) throw new UserErrorException($"{where}: kind '{kind}': expected {Denials.ByCycle} or {Denials.ByBank}");
            var text = Cell("prob") ?? throw new UserErrorException($"{where}: column 'prob' is missing");
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) || share is not (>= 0 and <= 1)) throw new UserErrorException($"{where}: prob '{text}': expected a number from 0 to 1");
            return new Denials(kind, share, (uint)Number("seed", null, 0, int.MaxValue));
        }
    }

    private static (uint X, uint W, uint Z) Places(RedMulEShape shape)
    {
        var (x, w) = (2UL * (ulong)shape.M * (ulong)shape.N, 2UL * (ulong)shape.N * (ulong)shape.K);
        if (x <= WBase - XBase - 0x1_0000 && w <= ZBase - WBase - 0x1_0000) return (XBase, WBase, ZBase);
        var afterX = XBase + x + 0x1_0000 & ~0xFFFFUL;
        var afterW = afterX + w + 0x1_0000 & ~0xFFFFUL;
        return ((uint)XBase, (uint)Math.Min(afterX, uint.MaxValue), (uint)Math.Min(afterW, uint.MaxValue));
    }
}
