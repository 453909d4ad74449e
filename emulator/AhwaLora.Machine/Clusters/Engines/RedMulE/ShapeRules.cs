using AhwaLora.Common.Seeded;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>What is known of shapes without computing them (docs/redmule.md).</summary>
public static class ShapeRules
{
    // The arrays whose shapes were compared with the hardware, or with the data path.
    private static readonly RedMulEArray[] _measured = [new(4, 12, 3), new(4, 8, 3), new(8, 24, 3), new(8, 32, 3)];

    /// <summary>
    /// True if v2.0.4, cleared and never denied the port, either computes what is asked for this shape or hangs. False says
    /// nothing: the rule leaves out some shapes that it computes right.
    /// </summary>
    internal static bool IsRight(Tiling tiling)
    {
        var (array, shape) = (tiling.Array, tiling.Shape);
        var (h, d) = (array.Height, array.Beat);
        if (!_measured.Contains(array)) return false;

        // Only the last P + 1 of the padded rows of W are forced to zero, so that what lies after W may count.
        if (tiling.PadsW && h > array.Pipeline + 1) return false;

        // The last columns of K go wrong on 4x8 if there are several tiles each way.
        var isOneRowTile = shape.M <= array.Length;
        if (!isOneRowTile && shape.K > d && shape.K % d != 0) return false;

        // A last block of X of at most H columns goes wrong, and so does a tile of few rows of W.
        if (shape.N % d != 0 && shape.N % d <= h) return false;
        return shape.N > 2 * h || isOneRowTile || (h == 4 && shape.K > d);
    }

    /// <summary>The next shape whose N the hardware takes without a hang in ideal memory: more columns of zeros for X.</summary>
    internal static RedMulEShape Padded(RedMulEArray array, RedMulEShape shape)
    {
        var n = Math.Max(shape.N + 1, 2 * array.Height + 1);
        while (n % array.Beat != 0 && n % array.Beat <= array.Height) n++;
        return shape with { N = n };
    }

    /// <summary>The nearest shape that v2.0.4 computes right: more zeros in X and W, or GEMM onto zeros in place of MATMUL.</summary>
    public static RedMulEShape NearestRight(RedMulEArray array, RedMulEShape shape)
    {
        var d = array.Beat;
        if (shape.Operation == RedMulEOperation.Matmul && new Tiling(array, shape).Tiles > 1) shape = shape with { Operation = RedMulEOperation.Gemm };
        foreach (var k in (ReadOnlySpan<int>)[shape.K, (shape.K + d - 1) / d * d])
        {
            for (var n = shape.N; n < shape.N + 2 * d; n++)
            {
                var candidate = shape with { N = n, K = k };
                if (IsRight(new Tiling(array, candidate))) return candidate;
            }
        }

        return Padded(array, shape);
    }

    /// <summary>True if v2.0.4 computes something else than what is asked, found by one job of random numbers through its data path, in ideal memory and after a clear. False for a shape that hangs.</summary>
    public static bool IsWrong(RedMulEArray array, RedMulEShape shape)
    {
        var tiling = new Tiling(array, shape);
        if (IsRight(tiling)) return false;
        var (x, w) = (2 * shape.M * shape.N + Room(array), 2 * shape.N * shape.K + Room(array));
        var job = new RedMulEJob { Shape = shape, X = 0, W = (uint)x, Z = (uint)(x + w) };
        var zBytes = 2 * shape.M * shape.K;
        var bytes = (uint)(x + w + 2 * tiling.RowTiles * array.Length * shape.K + Room(array));
        MemoryRegion Memory()
        {
            var memory = new MemoryRegion("probe", 0, bytes);
            var state = 1UL;
            for (var address = 0u; address + 1 < bytes; address += 2)
            {
                // Numbers from -1 to -0.5 and from 0.5 to 1.
                memory.Store(address, 2, (uint)SplitMix64.Next(state) & 0x83FF | 0x3800, Initiators.Host);
                state += SplitMix64.Gamma;
            }

            return memory;
        }

        var (hardware, wanted) = (Memory(), Memory());
        if (JobTiming.Run(new RedMulEEngine(array, job, new DataPath(array)), null, Port(hardware)).IsHung) return false;
        new ChainProduct(array, isHardware: false).Run(tiling, job, Port(wanted));
        return !hardware.Data.AsSpan((int)job.Z, zBytes).SequenceEqual(wanted.Data.AsSpan((int)job.Z, zBytes));
    }

    private static int Room(RedMulEArray array) => 4 * array.Beat;

    private static EngineMemory Port(MemoryRegion memory) => new(new AddressSpace([memory], []), Initiators.Host, storesAreLost: false);

    /// <summary>One line about a shape at which the hardware hangs: the shape, the rule, what works.</summary>
    public static string DescribeHang(RedMulEArray array, RedMulEShape shape)
    {
        var tiling = new Tiling(array, shape);
        var rule = shape.Operation == RedMulEOperation.Matmul && tiling.Tiles > 1 ? "MATMUL hangs with more than one tile"
            : shape.N <= array.Height ? $"N of at most H = {array.Height} hangs with several tiles"
            : $"N of at most {array.Beat - array.Height} may hang with M above L = {array.Length}";
        return $"RedMulE v2.0.4 of {array} hangs at {shape}: {rule}; {NearestRight(array, shape)} works";
    }
}
