using System.Numerics;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The values of a whole job at once: each element of Z is a chain over N, padded with zeros to a multiple of H. What v2.0.4 computes
/// for the shapes that <see cref="ShapeRules.IsRight"/> tells, in the rows after row M too; see <see cref="DataPath"/> for the others.
/// </summary>
/// <param name="array">The size of the array.</param>
/// <param name="isHardware">True to write whole tiles, as v2.0.4 does; false to write the M rows of Z alone.</param>
internal sealed class ChainProduct(RedMulEArray array, bool isHardware)
{
    // A strip of so many rows and vectors of columns is enough independent chains to keep the host busy.
    private const int StripRows = 4;

    private static readonly int _stripColumns = 2 * Vector<double>.Count;

    private double[] _x = [], _w = [], _z = [];
    private byte[] _row = [];

    /// <summary>Computes a job from memory to memory. Z must overlap neither X nor W.</summary>
    public void Run(Tiling tiling, in RedMulEJob job, EngineMemory memory)
    {
        var shape = job.Shape;
        var rows = isHardware ? tiling.RowTiles * array.Length : shape.M;
        var sizes = new StripSizes(UpTo(rows, StripRows), tiling.WRows, UpTo(shape.K, _stripColumns));
        _x = Zeros(_x, sizes.Rows * sizes.Steps);
        _w = Zeros(_w, sizes.Steps * sizes.Columns);
        _z = Zeros(_z, sizes.Rows * sizes.Columns);
        if (_row.Length < 2 * Math.Max(Math.Max(shape.N, shape.K), array.Beat)) _row = new byte[2 * Math.Max(Math.Max(shape.N, shape.K), array.Beat)];
        for (var m = 0; m < shape.M; m++) Load(memory, job.X + 2 * (uint)(m * shape.N), _x.AsSpan(m * sizes.Steps, shape.N));
        for (var m = shape.M; m < rows && m >= array.Length; m++) LoadLeftOver(memory, job, tiling, m - array.Length, _x.AsSpan(m * sizes.Steps, shape.N));
        for (var n = 0; n < shape.N; n++) Load(memory, job.W + 2 * (uint)(n * shape.K), _w.AsSpan(n * sizes.Columns, shape.K));
        for (var m = 0; m < rows && tiling.HasY; m++) Load(memory, job.Z + 2 * (uint)(m * shape.K), _z.AsSpan(m * sizes.Columns, shape.K));
        ElementSteps.Select(shape.Operation, new Strips(this, sizes));
        for (var m = 0; m < rows; m++) Store(memory, job.Z + 2 * (uint)(m * shape.K), _z.AsSpan(m * sizes.Columns, shape.K));
    }

    private static int UpTo(int size, int multiple) => (size + multiple - 1) / multiple * multiple;

    private static double[] Zeros(double[] buffer, int length)
    {
        if (buffer.Length < length) return new double[length];
        Array.Clear(buffer, 0, length);
        return buffer;
    }

    private void Load(EngineMemory memory, uint address, Span<double> values)
    {
        var bytes = _row.AsSpan(0, 2 * values.Length);
        memory.Read(address, bytes);
        HostFloat16.Widen(bytes, values);
    }

    private void Store(EngineMemory memory, uint address, ReadOnlySpan<double> values)
    {
        var bytes = _row.AsSpan(0, 2 * values.Length);
        HostFloat16.Narrow(values, bytes);
        memory.Write(address, bytes);
    }

    /// <summary>
    /// The X of a row after row M: the last block that the X buffer held of the row of the tile before, again for each block. The
    /// block reaches after the end of its row in memory.
    /// </summary>
    private void LoadLeftOver(EngineMemory memory, in RedMulEJob job, Tiling tiling, int rowBefore, Span<double> x)
    {
        Span<double> block = stackalloc double[array.Beat];
        Load(memory, job.X + 2 * (uint)(rowBefore * job.Shape.N + (tiling.XBlocks - 1) * array.Beat), block);
        for (var n = 0; n < x.Length; n++) x[n] = block[n % array.Beat];
    }

    /// <summary>Rows, steps of a chain, columns: of the matrices as they stand here, padded.</summary>
    private readonly record struct StripSizes(int Rows, int Steps, int Columns);

    private readonly struct Strips(ChainProduct product, StripSizes sizes) : IElementStepUser
    {
        public void Use<TStep>()
            where TStep : struct, IElementStep
        {
            for (var row = 0; row < sizes.Rows; row += StripRows)
            {
                for (var column = 0; column < sizes.Columns; column += _stripColumns) product.Strip<TStep>(sizes, row, column);
            }
        }
    }

    private void Strip<TStep>(in StripSizes sizes, int row, int column)
        where TStep : struct, IElementStep
    {
        var (steps, columns, width) = (sizes.Steps, sizes.Columns, Vector<double>.Count);
        ReadOnlySpan<double> x0 = _x.AsSpan(row * steps, steps), x1 = _x.AsSpan((row + 1) * steps, steps), x2 = _x.AsSpan((row + 2) * steps, steps), x3 = _x.AsSpan((row + 3) * steps, steps);
        Span<double> z0 = Z(0), z1 = Z(1), z2 = Z(2), z3 = Z(3);
        Vector<double> a0 = new(z0), a1 = new(z1), a2 = new(z2), a3 = new(z3);
        Vector<double> b0 = new(z0[width..]), b1 = new(z1[width..]), b2 = new(z2[width..]), b3 = new(z3[width..]);
        for (var n = 0; n < steps; n++)
        {
            var w = _w.AsSpan(n * columns + column, 2 * width);
            Vector<double> wa = new(w), wb = new(w[width..]);
            Vector<double> v0 = new(x0[n]), v1 = new(x1[n]), v2 = new(x2[n]), v3 = new(x3[n]);
            (a0, b0) = (TStep.Apply(v0, wa, a0), TStep.Apply(v0, wb, b0));
            (a1, b1) = (TStep.Apply(v1, wa, a1), TStep.Apply(v1, wb, b1));
            (a2, b2) = (TStep.Apply(v2, wa, a2), TStep.Apply(v2, wb, b2));
            (a3, b3) = (TStep.Apply(v3, wa, a3), TStep.Apply(v3, wb, b3));
        }

        Keep(z0, a0, b0);
        Keep(z1, a1, b1);
        Keep(z2, a2, b2);
        Keep(z3, a3, b3);

        Span<double> Z(int offset) => _z.AsSpan((row + offset) * columns + column, 2 * width);

        void Keep(Span<double> z, Vector<double> a, Vector<double> b)
        {
            a.CopyTo(z);
            b.CopyTo(z[width..]);
        }
    }
}
