using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The addresses of one stream, in order: rows of a block, blocks along the columns, that again for each repeat, then the next tile of rows.</summary>
internal sealed class AddressWalk(uint start) : IStateful
{
    private int _row, _column, _repeat, _tile;

    public required int Rows { get; init; }

    /// <summary>Rows of the blocks in the last tile.</summary>
    public required int LastRows { get; init; }

    public required uint RowStride { get; init; }

    public required int Columns { get; init; }

    public required uint ColumnStride { get; init; }

    public required int Repeats { get; init; }

    public required int Tiles { get; init; }

    public required uint TileStride { get; init; }

    /// <summary>Rows of the present block.</summary>
    public int BlockRows => _tile == Tiles - 1 ? LastRows : Rows;

    /// <summary>The present address; moves on to the next, and to the first after the last.</summary>
    public uint Next()
    {
        var address = start + (uint)_row * RowStride + (uint)_column * ColumnStride + (uint)_tile * TileStride;
        if (++_row < BlockRows) return address;
        _row = 0;
        if (++_column < Columns) return address;
        _column = 0;
        if (++_repeat < Repeats) return address;
        _repeat = 0;
        if (++_tile == Tiles) _tile = 0;
        return address;
    }

    public void SaveOrRestore(StateStream state)
    {
        state.Field(ref _row);
        state.Field(ref _column);
        state.Field(ref _repeat);
        state.Field(ref _tile);
    }
}
