namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The sizes that the tiler derives from a job. Z is cut into tiles of L rows and D columns, by rows first. A tile takes one row of W
/// after the other, and X in blocks of L rows and D columns.
/// </summary>
internal sealed class Tiling
{
    public Tiling(RedMulEArray array, RedMulEShape shape)
    {
        var (h, l, d) = (array.Height, array.Length, array.Beat);
        (Array, Shape) = (array, shape);
        RowTiles = Parts(shape.M, l);
        ColumnTiles = Parts(shape.K, d);
        XBlocks = Parts(shape.N, d);
        WRows = Parts(shape.N, h) * h;
        LastXRows = Rest(shape.M, l);
        LastXColumns = Rest(shape.N, d);
        LastXSlots = Parts(LastXColumns, h) * h;
        LastWRows = Rest(shape.N, h);
        LastColumns = Rest(shape.K, d);
    }

    public RedMulEArray Array { get; }

    public RedMulEShape Shape { get; }

    /// <summary>Tiles along M, tiles along K, and blocks of X along N.</summary>
    public int RowTiles { get; }

    public int ColumnTiles { get; }

    public int XBlocks { get; }

    /// <summary>N, padded to a multiple of H: rows of W that a tile takes.</summary>
    public int WRows { get; }

    /// <summary>Rows of X in the last tile along M.</summary>
    public int LastXRows { get; }

    /// <summary>Columns of X in the last block along N, and the same padded to a multiple of H.</summary>
    public int LastXColumns { get; }

    public int LastXSlots { get; }

    /// <summary>Rows of W in the last group of H.</summary>
    public int LastWRows { get; }

    /// <summary>True if N is not a multiple of H.</summary>
    public bool PadsW => LastWRows != Array.Height;

    /// <summary>Columns in the last tile along K.</summary>
    public int LastColumns { get; }

    public bool HasY => Shape.Operation != RedMulEOperation.Matmul;

    public int Tiles => RowTiles * ColumnTiles;

    /// <summary>Beats of all streams: blocks of X, beats of W, rows of Y and Z.</summary>
    public int XBlockFetches => Tiles * XBlocks;

    public int WBeats => Tiles * WRows;

    public int ZRows => Tiles * Array.Length;

    private uint XStride => 2 * (uint)Shape.N;

    private uint WStride => 2 * (uint)Shape.K;

    private uint BeatBytes => 2 * (uint)Array.Beat;

    /// <summary>The addresses of X: each block again for each tile along K.</summary>
    public AddressWalk WalkX(uint start) => new(start)
    {
        Rows = Array.Length,
        LastRows = LastXRows,
        RowStride = XStride,
        Columns = XBlocks,
        ColumnStride = BeatBytes,
        Repeats = ColumnTiles,
        Tiles = RowTiles,
        TileStride = (uint)Array.Length * XStride,
    };

    /// <summary>The addresses of W: all of it again for each tile along M.</summary>
    public AddressWalk WalkW(uint start) => new(start)
    {
        Rows = WRows,
        LastRows = WRows,
        RowStride = WStride,
        Columns = ColumnTiles,
        ColumnStride = BeatBytes,
        Repeats = 1,
        Tiles = RowTiles,
        TileStride = 0,
    };

    /// <summary>The addresses of Y and Z: always L rows of a tile, also after row M.</summary>
    public AddressWalk WalkZ(uint start) => new(start)
    {
        Rows = Array.Length,
        LastRows = Array.Length,
        RowStride = WStride,
        Columns = ColumnTiles,
        ColumnStride = BeatBytes,
        Repeats = 1,
        Tiles = RowTiles,
        TileStride = (uint)Array.Length * WStride,
    };

    private static int Parts(int size, int part) => (size + part - 1) / part;

    /// <summary>The size of the last part.</summary>
    private static int Rest(int size, int part) => size % part == 0 ? part : size % part;
}
