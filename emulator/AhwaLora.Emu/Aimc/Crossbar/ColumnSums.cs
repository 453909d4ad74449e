using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Emu.Aimc.Crossbar;

/// <summary>How a weight enters a sum over its column.</summary>
internal interface IWeightForm
{
    static abstract Lanes Of(Lanes weights);
    static abstract float Of(float weight);
}

/// <summary>The weight itself: the MVM.</summary>
internal readonly struct Signed : IWeightForm
{
    public static Lanes Of(Lanes weights) => weights;
    public static float Of(float weight) => weight;
}

/// <summary>Its magnitude: the currents that IR drop and read noise depend on.</summary>
internal readonly struct Magnitude : IWeightForm
{
    public static Lanes Of(Lanes weights) => Vector512.Abs(weights);
    public static float Of(float weight) => MathF.Abs(weight);
}

/// <summary>
/// The crossbar's work: currents of all rows added up in every column. Every column adds its rows one after the other,
/// first to last, with one fused multiply-add each, starting from zero: sum = fma(w[row, column], x[row], sum).
/// Neighbouring columns share a register and neighbouring vectors share a load, but no two sums ever meet, so the
/// blocking below decides only the speed.
/// </summary>
internal static class ColumnSums
{
    private const int BlockColumns = 4 * LaneMath.Width, BlockVectors = 4;

    /// <summary>sums[v, column] = sum over rows of Form(w[row, column]) x[v, row].</summary>
    /// <param name="w">From the region's first cell on; rows lie <paramref name="stride"/> apart.</param>
    /// <param name="stride">Columns of the tile.</param>
    /// <param name="rows">Rows of the region.</param>
    /// <param name="columns">Columns of the region.</param>
    /// <param name="vectors">Vectors in <paramref name="x"/>.</param>
    /// <param name="x">[vectors, rows], dense.</param>
    /// <param name="sums">[vectors, sumStride].</param>
    /// <param name="sumStride">At least <paramref name="columns"/>.</param>
    public static void Compute<TForm>(
        ReadOnlySpan<float> w, int stride, int rows, int columns, int vectors, ReadOnlySpan<float> x, Span<float> sums, int sumStride)
        where TForm : struct, IWeightForm
    {
        // The blocks index without bounds checks: these are theirs.
        if (w.Length < (rows - 1) * stride + columns || x.Length < vectors * rows || sums.Length < (vectors - 1) * sumStride + columns || columns > sumStride)
            throw new ArgumentException($"{rows} rows, {columns} columns, {vectors} vectors do not fit spans of {w.Length}, {x.Length}, {sums.Length}");
        ref float w0 = ref MemoryMarshal.GetReference(w), x0 = ref MemoryMarshal.GetReference(x), y0 = ref MemoryMarshal.GetReference(sums);

        if (columns < LaneMath.Width)
        {
            for (int v = 0; v < vectors; v++)
                OneByOne<TForm>(w, stride, columns, x.Slice(v * rows, rows), sums[(v * sumStride)..]);
            return;
        }
        int blocked = columns - columns % BlockColumns;
        for (int column = 0; column < blocked; column += BlockColumns)
        {
            ref float block = ref Unsafe.Add(ref w0, column);
            int v = 0;
            for (; v + BlockVectors <= vectors; v += BlockVectors)
                FourVectors<TForm>(ref block, stride, rows, ref Unsafe.Add(ref x0, v * rows), ref Unsafe.Add(ref y0, v * sumStride + column), sumStride);
            for (; v < vectors; v++)
                OneVector<TForm>(ref block, stride, rows, ref Unsafe.Add(ref x0, v * rows), ref Unsafe.Add(ref y0, v * sumStride + column));
        }
        for (int column = blocked; column < columns; column += LaneMath.Width)
        {
            int first = Math.Min(column, columns - LaneMath.Width); // the last lanes may repeat columns: same sums, same bits
            for (int v = 0; v < vectors; v++)
                SixteenColumns<TForm>(ref Unsafe.Add(ref w0, first), stride, rows, ref Unsafe.Add(ref x0, v * rows), ref Unsafe.Add(ref y0, v * sumStride + first));
        }
    }

    /// <summary>64 columns of 4 vectors: 16 sums in registers, each weight loaded once for four uses.</summary>
    private static void FourVectors<TForm>(ref float w, int stride, int rows, ref float x, ref float y, int sumStride)
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
            a0 = LaneMath.Fma(w0, input, a0); a1 = LaneMath.Fma(w1, input, a1); a2 = LaneMath.Fma(w2, input, a2); a3 = LaneMath.Fma(w3, input, a3);
            input = Vector512.Create(Unsafe.Add(ref xb, row));
            b0 = LaneMath.Fma(w0, input, b0); b1 = LaneMath.Fma(w1, input, b1); b2 = LaneMath.Fma(w2, input, b2); b3 = LaneMath.Fma(w3, input, b3);
            input = Vector512.Create(Unsafe.Add(ref xc, row));
            c0 = LaneMath.Fma(w0, input, c0); c1 = LaneMath.Fma(w1, input, c1); c2 = LaneMath.Fma(w2, input, c2); c3 = LaneMath.Fma(w3, input, c3);
            input = Vector512.Create(Unsafe.Add(ref xd, row));
            d0 = LaneMath.Fma(w0, input, d0); d1 = LaneMath.Fma(w1, input, d1); d2 = LaneMath.Fma(w2, input, d2); d3 = LaneMath.Fma(w3, input, d3);
        }
        StoreFour(ref y, a0, a1, a2, a3);
        StoreFour(ref Unsafe.Add(ref y, sumStride), b0, b1, b2, b3);
        StoreFour(ref Unsafe.Add(ref y, 2 * sumStride), c0, c1, c2, c3);
        StoreFour(ref Unsafe.Add(ref y, 3 * sumStride), d0, d1, d2, d3);
    }

    /// <summary>64 columns of one vector.</summary>
    private static void OneVector<TForm>(ref float w, int stride, int rows, ref float x, ref float y)
        where TForm : struct, IWeightForm
    {
        Lanes y0 = default, y1 = default, y2 = default, y3 = default;
        for (nint row = 0; row < rows; row++, w = ref Unsafe.Add(ref w, stride))
        {
            Lanes input = Vector512.Create(Unsafe.Add(ref x, row));
            y0 = LaneMath.Fma(TForm.Of(Vector512.LoadUnsafe(ref w)), input, y0);
            y1 = LaneMath.Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 16)), input, y1);
            y2 = LaneMath.Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 32)), input, y2);
            y3 = LaneMath.Fma(TForm.Of(Vector512.LoadUnsafe(ref w, 48)), input, y3);
        }
        StoreFour(ref y, y0, y1, y2, y3);
    }

    private static void SixteenColumns<TForm>(ref float w, int stride, int rows, ref float x, ref float y)
        where TForm : struct, IWeightForm
    {
        Lanes sum = default;
        for (nint row = 0; row < rows; row++, w = ref Unsafe.Add(ref w, stride))
            sum = LaneMath.Fma(TForm.Of(Vector512.LoadUnsafe(ref w)), Vector512.Create(Unsafe.Add(ref x, row)), sum);
        sum.StoreUnsafe(ref y);
    }

    /// <summary>Regions narrower than a register, and the definition in its plainest form.</summary>
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
    private static void StoreFour(ref float y, Lanes y0, Lanes y1, Lanes y2, Lanes y3)
    {
        y0.StoreUnsafe(ref y);
        y1.StoreUnsafe(ref y, 16);
        y2.StoreUnsafe(ref y, 32);
        y3.StoreUnsafe(ref y, 48);
    }
}
