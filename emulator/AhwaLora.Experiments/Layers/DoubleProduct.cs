using System.Numerics;
using System.Runtime.CompilerServices;

namespace AhwaLora.Experiments.Layers;

/// <summary>Vector times matrix in double precision, for references: each sum is formed in the order of its terms, so that the bits do not depend on the host's vectors.</summary>
internal static class DoubleProduct
{
    /// <summary>sums[j] += x[i] * matrix[i][j], for one i after the other.</summary>
    /// <param name="x">[m].</param>
    /// <param name="matrix">[m][n].</param>
    /// <param name="sums">[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> matrix, Span<double> sums)
    {
        var (lanes, j) = (Vector<double>.Count, 0);
        for (; j + 4 * lanes <= sums.Length; j += 4 * lanes)
        {
            var to = sums[j..];
            var (s0, s1, s2, s3) = (new Vector<double>(to), new Vector<double>(to[lanes..]), new Vector<double>(to[(2 * lanes)..]), new Vector<double>(to[(3 * lanes)..]));
            for (var i = 0; i < x.Length; i++)
            {
                var row = matrix.Slice(i * sums.Length + j, 4 * lanes);
                var factor = new Vector<double>(x[i]);
                s0 += factor * new Vector<double>(row);
                s1 += factor * new Vector<double>(row[lanes..]);
                s2 += factor * new Vector<double>(row[(2 * lanes)..]);
                s3 += factor * new Vector<double>(row[(3 * lanes)..]);
            }

            s0.CopyTo(to);
            s1.CopyTo(to[lanes..]);
            s2.CopyTo(to[(2 * lanes)..]);
            s3.CopyTo(to[(3 * lanes)..]);
        }

        for (; j < sums.Length; j++)
        {
            for (var i = 0; i < x.Length; i++) sums[j] += x[i] * matrix[i * sums.Length + j];
        }
    }
}
