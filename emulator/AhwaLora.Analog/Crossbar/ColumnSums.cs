using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Analog.Crossbar;

/// <summary>The form in which a weight enters the sum over its column.</summary>
internal interface IWeightForm
{
    static abstract Lanes Of(Lanes weights);
    static abstract Vector256<float> Of(Vector256<float> weights);
    static abstract float Of(float weight);
}

/// <summary>The weight itself: the MVM.</summary>
internal readonly struct Signed : IWeightForm
{
    public static Lanes Of(Lanes weights) => weights;
    public static Vector256<float> Of(Vector256<float> weights) => weights;
    public static float Of(float weight) => weight;
}

/// <summary>Its magnitude: the currents that IR drop and read noise depend on.</summary>
internal readonly struct Magnitude : IWeightForm
{
    public static Lanes Of(Lanes weights) => Vector512.Abs(weights);
    public static Vector256<float> Of(Vector256<float> weights) => Vector256.Abs(weights);
    public static float Of(float weight) => MathF.Abs(weight);
}

/// <summary>
/// The work of a crossbar: each column adds up the currents of all rows. A column adds its rows in order,
/// first to last, with one fused multiply-add each, starting from zero: sum = fma(w[row, column], x[row], sum).
/// Neighbouring columns share a register and neighbouring vectors share a load, but sums never mix, so the
/// blocking below decides only the speed.
/// </summary>
internal static class ColumnSums
{
    private const int Width = 16, VectorBlock = 4;

    /// <summary>sums[v, column] = sum over rows of Form(w[row, column]) x[v, row].</summary>
    /// <param name="w">Weights from the part's first cell on; rows are <paramref name="stride"/> elements apart.</param>
    /// <param name="stride">Elements from one row of <paramref name="w"/> to the next: the columns of the tile.</param>
    /// <param name="rows">Rows of the part.</param>
    /// <param name="columns">Columns of the part.</param>
    /// <param name="vectors">Vectors in <paramref name="x"/>.</param>
    /// <param name="x">[vectors, rows], dense.</param>
    /// <param name="sums">[vectors, sumStride].</param>
    /// <param name="sumStride">Elements from one vector's sums to the next; at least <paramref name="columns"/>.</param>
    public static void Compute<TForm>(
        ReadOnlySpan<float> w, int stride, int rows, int columns, int vectors, ReadOnlySpan<float> x, Span<float> sums, int sumStride)
        where TForm : struct, IWeightForm
    {
        // The blocks below index without bounds checks, so the sizes are checked here.
        if (w.Length < (rows - 1) * stride + columns || x.Length < vectors * rows || sums.Length < (vectors - 1) * sumStride + columns || columns > sumStride)
            throw new ArgumentException($"{rows} rows, {columns} columns, {vectors} vectors do not fit spans of {w.Length}, {x.Length}, {sums.Length}");
        Debug.Assert(Width == Lanes.Count && Width == 2 * Vector256<float>.Count, "a block of columns is one register, or two halves");
        Debug.Assert(rows > 0 && columns > 0 && vectors > 0 && stride >= columns, "spans are measured by their last row");
        ref float w0 = ref MemoryMarshal.GetReference(w), x0 = ref MemoryMarshal.GetReference(x), y0 = ref MemoryMarshal.GetReference(sums);

        if (columns < Width)
        {
            for (int v = 0; v < vectors; v++)
                OneByOne<TForm>(w, stride, columns, x.Slice(v * rows, rows), sums[(v * sumStride)..]);
            return;
        }
        int together = vectors - vectors % VectorBlock;
        int column = 0;
        for (int width = Vector512.IsHardwareAccelerated ? 4 * Width : Width; column + width <= columns; column += width)
            for (int v = 0; v < together; v += VectorBlock)
            {
                ref float block = ref Unsafe.Add(ref w0, column), x4 = ref Unsafe.Add(ref x0, v * rows), y4 = ref Unsafe.Add(ref y0, v * sumStride + column);
                if (Vector512.IsHardwareAccelerated)
                    FourVectors512<TForm>(ref block, stride, rows, ref x4, ref y4, sumStride);
                else
                    FourVectors256<TForm>(ref block, stride, rows, ref x4, ref y4, sumStride);
            }
        for (int v = 0; v < vectors; v++)
            OneVector<TForm>(ref w0, stride, rows, v < together ? column : 0, columns, ref Unsafe.Add(ref x0, v * rows), ref Unsafe.Add(ref y0, v * sumStride));
    }

    /// <summary>64 columns of 4 vectors: 16 sums in registers, each weight loaded once for four uses.</summary>
    private static void FourVectors512<TForm>(ref float w, int stride, int rows, ref float x, ref float y, int sumStride)
        where TForm : struct, IWeightForm
    {
        Lanes a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Lanes c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        ref float xb = ref Unsafe.Add(ref x, rows), xc = ref Unsafe.Add(ref x, 2 * rows), xd = ref Unsafe.Add(ref x, 3 * rows);
        for (nint row = 0; row < rows; row++, w = ref Unsafe.Add(ref w, stride))
        {
            Lanes w0 = TForm.Of(Vector512.LoadUnsafe(ref w)), w1 = TForm.Of(Vector512.LoadUnsafe(ref w, 16));
            Lanes w2 = TForm.Of(Vector512.LoadUnsafe(ref w, 32)), w3 = TForm.Of(Vector512.LoadUnsafe(ref w, 48));
            Lanes input = Vector512.Create(Unsafe.Add(ref x, row));
            a0 = Fma(w0, input, a0); a1 = Fma(w1, input, a1); a2 = Fma(w2, input, a2); a3 = Fma(w3, input, a3);
            input = Vector512.Create(Unsafe.Add(ref xb, row));
            b0 = Fma(w0, input, b0); b1 = Fma(w1, input, b1); b2 = Fma(w2, input, b2); b3 = Fma(w3, input, b3);
            input = Vector512.Create(Unsafe.Add(ref xc, row));
            c0 = Fma(w0, input, c0); c1 = Fma(w1, input, c1); c2 = Fma(w2, input, c2); c3 = Fma(w3, input, c3);
            input = Vector512.Create(Unsafe.Add(ref xd, row));
            d0 = Fma(w0, input, d0); d1 = Fma(w1, input, d1); d2 = Fma(w2, input, d2); d3 = Fma(w3, input, d3);
        }
        Store(ref y, a0, a1, a2, a3);
        Store(ref Unsafe.Add(ref y, sumStride), b0, b1, b2, b3);
        Store(ref Unsafe.Add(ref y, 2 * sumStride), c0, c1, c2, c3);
        Store(ref Unsafe.Add(ref y, 3 * sumStride), d0, d1, d2, d3);
    }

    /// <summary>16 columns of 4 vectors, for machines of sixteen 256-bit registers.</summary>
    private static void FourVectors256<TForm>(ref float w, int stride, int rows, ref float x, ref float y, int sumStride)
        where TForm : struct, IWeightForm
    {
        Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        ref float xb = ref Unsafe.Add(ref x, rows), xc = ref Unsafe.Add(ref x, 2 * rows), xd = ref Unsafe.Add(ref x, 3 * rows);
        for (nint row = 0; row < rows; row++, w = ref Unsafe.Add(ref w, stride))
        {
            Vector256<float> w0 = TForm.Of(Vector256.LoadUnsafe(ref w)), w1 = TForm.Of(Vector256.LoadUnsafe(ref w, 8));
            Vector256<float> input = Vector256.Create(Unsafe.Add(ref x, row));
            a0 = LaneMath.Fma(w0, input, a0); a1 = LaneMath.Fma(w1, input, a1);
            input = Vector256.Create(Unsafe.Add(ref xb, row));
            b0 = LaneMath.Fma(w0, input, b0); b1 = LaneMath.Fma(w1, input, b1);
            input = Vector256.Create(Unsafe.Add(ref xc, row));
            c0 = LaneMath.Fma(w0, input, c0); c1 = LaneMath.Fma(w1, input, c1);
            input = Vector256.Create(Unsafe.Add(ref xd, row));
            d0 = LaneMath.Fma(w0, input, d0); d1 = LaneMath.Fma(w1, input, d1);
        }
        Store(ref y, a0, a1);
        Store(ref Unsafe.Add(ref y, sumStride), b0, b1);
        Store(ref Unsafe.Add(ref y, 2 * sumStride), c0, c1);
        Store(ref Unsafe.Add(ref y, 3 * sumStride), d0, d1);
    }

    /// <summary>One vector's sums from column <paramref name="column"/> on; the part has at least 16 columns.</summary>
    private static void OneVector<TForm>(ref float w, int stride, int rows, int column, int columns, ref float x, ref float y)
        where TForm : struct, IWeightForm
    {
        Debug.Assert(columns >= Width && column >= 0, "the last block begins at or after column 0");
        for (; column + 8 * Width <= columns; column += 8 * Width)
            EightBlocks<TForm>(ref Unsafe.Add(ref w, column), stride, rows, ref x, ref Unsafe.Add(ref y, column));
        for (; column < columns; column += Width)
        {
            int first = Math.Min(column, columns - Width); // the last lanes may repeat columns: same sums, same bits
            SixteenColumns<TForm>(ref Unsafe.Add(ref w, first), stride, rows, ref x, ref Unsafe.Add(ref y, first));
        }
    }

    /// <summary>128 columns of one vector.</summary>
    private static void EightBlocks<TForm>(ref float w, int stride, int rows, ref float x, ref float y)
        where TForm : struct, IWeightForm
    {
        Lanes y0 = default, y1 = default, y2 = default, y3 = default, y4 = default, y5 = default, y6 = default, y7 = default;
        for (nint row = 0; row < rows; row++, w = ref Unsafe.Add(ref w, stride))
        {
            Lanes input = Vector512.Create(Unsafe.Add(ref x, row));
            y0 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w)), input, y0);
            y1 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 16)), input, y1);
            y2 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 32)), input, y2);
            y3 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 48)), input, y3);
            y4 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 64)), input, y4);
            y5 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 80)), input, y5);
            y6 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 96)), input, y6);
            y7 = Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 112)), input, y7);
        }
        Store(ref y, y0, y1, y2, y3);
        Store(ref Unsafe.Add(ref y, 64), y4, y5, y6, y7);
    }

    private static void SixteenColumns<TForm>(ref float w, int stride, int rows, ref float x, ref float y)
        where TForm : struct, IWeightForm
    {
        Lanes sum = default;
        for (nint row = 0; row < rows; row++, w = ref Unsafe.Add(ref w, stride))
            sum = Fma(TForm.Of(Vector512.LoadUnsafe(ref w)), Vector512.Create(Unsafe.Add(ref x, row)), sum);
        sum.StoreUnsafe(ref y);
    }

    /// <summary>Parts narrower than a register; also the plainest form of the definition.</summary>
    private static void OneByOne<TForm>(ReadOnlySpan<float> w, int stride, int columns, ReadOnlySpan<float> x, Span<float> y)
        where TForm : struct, IWeightForm
    {
        for (int column = 0; column < columns; column++)
        {
            float sum = 0;
            for (int row = 0; row < x.Length; row++)
                sum = MathF.FusedMultiplyAdd(TForm.Of(w[row * stride + column]), x[row], sum);
            y[column] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Fma(Lanes a, Lanes b, Lanes c) => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float y, Lanes y0, Lanes y1, Lanes y2, Lanes y3)
    {
        y0.StoreUnsafe(ref y);
        y1.StoreUnsafe(ref y, 16);
        y2.StoreUnsafe(ref y, 32);
        y3.StoreUnsafe(ref y, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref float y, Vector256<float> y0, Vector256<float> y1)
    {
        y0.StoreUnsafe(ref y);
        y1.StoreUnsafe(ref y, 8);
    }
}
