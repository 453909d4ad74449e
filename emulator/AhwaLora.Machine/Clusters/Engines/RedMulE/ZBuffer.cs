using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The control of the Z buffer, which holds one tile: it is loaded with Y row by row, gives Y to the array column by column, takes
/// the results column by column, and is stored row by row.
/// </summary>
internal sealed class ZBuffer(RedMulEArray array) : IStateful
{
    private enum Phase
    {
        Loading,
        Loaded,
        Storing,
    }

    private Phase _phase;
    private int _loaded, _pushed, _collected, _stored;

    /// <summary>The row that the next beat of Y goes to.</summary>
    public int LoadRow => _loaded;

    /// <summary>The column that goes into the array next.</summary>
    public int PushColumn => _pushed;

    /// <summary>The column that the next results go to.</summary>
    public int CollectColumn => _collected;

    /// <summary>The row that is stored next.</summary>
    public int StoreRow => _stored;

    public bool IsStoring => _phase == Phase.Storing;

    /// <summary>True if it takes a row of Y, unless results come.</summary>
    public bool TakesY(bool collects) => _phase == Phase.Loading && !collects && _pushed == 0 && _collected == 0;

    /// <summary>True if the tile of Y is there, or comes with this cycle's beat.</summary>
    public bool IsLoaded(int tileRows, bool hasBeat) => _phase == Phase.Loaded || (_phase == Phase.Loading && _loaded == tileRows - 1 && hasBeat);

    /// <summary>True if the last column of Y goes into the array.</summary>
    public bool PushesLast(int tileColumns) => _phase == Phase.Loaded && _pushed == tileColumns - 1;

    /// <summary>The store row of the next cycle, if a row is put in this one.</summary>
    public int NextStoreRow(bool isLast) => isLast ? 0 : RowAfter(_stored);

    /// <param name="now">The cycle's signals.</param>
    /// <param name="columns">Columns of the tile whose results come.</param>
    public void Clock(in CycleSignals now, int columns)
    {
        var phase = _phase;
        switch (_phase)
        {
            case Phase.Loading:
                if (_loaded == now.TileRows - 1 && now.TakesY) phase = Phase.Loaded;
                break;
            case Phase.Loaded:
                if (_pushed == now.TileColumns - 1 && now.PushesY && !now.Collects) phase = Phase.Loading;
                break;
            case Phase.Storing:
                if (now.IsLastRow && now.PutsRow) phase = Phase.Loading;
                break;
        }

        if (_phase != Phase.Storing && now.Collects && _collected == columns - 1) phase = Phase.Storing;
        if (now.TakesY) _loaded = _loaded == now.TileRows - 1 ? 0 : RowAfter(_loaded);
        if (now.Collects) _collected = _collected == columns - 1 ? 0 : (_collected + 1) % array.Beat;
        if (now.PushesY) _pushed = _pushed == now.TileColumns - 1 ? 0 : (_pushed + 1) % array.Beat;
        if (now.PutsRow) _stored = NextStoreRow(now.IsLastRow);
        _phase = phase;
    }

    public void SaveOrRestore(StateStream state)
    {
        state.Field(ref _phase);
        state.Field(ref _loaded);
        state.Field(ref _pushed);
        state.Field(ref _collected);
        state.Field(ref _stored);
    }

    private int RowAfter(int row) => (row + 1) & RowMask;

    /// <summary>The bits of a row counter.</summary>
    private int RowMask => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)array.Length) - 1;
}
