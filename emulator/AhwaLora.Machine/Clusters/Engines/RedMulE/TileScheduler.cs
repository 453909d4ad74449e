using AhwaLora.Machine.State;
using Phase = AhwaLora.Machine.Clusters.Engines.RedMulE.CycleSignals.Phase;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The scheduler of the array: it counts blocks of X, rows of W and tiles of Z, and stalls the array while an operand is missing
/// or the Z buffer is not ready.
/// </summary>
internal sealed class TileScheduler(Tiling tiling) : IStateful
{
    private readonly int _height = tiling.Array.Height, _pipeline = tiling.Array.Pipeline, _beat = tiling.Array.Beat;

    private Phase _phase;
    private int _waited;
    private bool _hasStarted, _isComputing, _ran;

    // X: the block, the tile along K, the tile along M; the row of W within a group of H.
    private int _xBlock, _xColumnTile, _xRowTile, _shift;
    private bool _isXDone, _isReloading, _isBlockMissing, _refills;

    // W: the row, the tile along K, the tile along M.
    private int _wRow, _wColumnTile, _wRowTile;
    private bool _isWDone;

    // Z: the tile, and the pipeline between the last row of W of a tile, its results and the next Y.
    private int _zColumnTile, _zRowTile, _drain, _collect, _push;
    private bool _drains, _collects, _pushes;
    private int _rows, _columns;

    public Phase State => _phase;

    /// <summary>Rows and columns of the tile that the array computes.</summary>
    public int Rows => _rows;

    public int Columns => _columns;

    /// <summary>True if the array moved in the cycle before.</summary>
    public bool Ran => _ran;

    public bool Pushes => _pushes;

    public bool IsComputing => _isComputing;

    /// <summary>Columns of X that are not padding, in the present block.</summary>
    public int RealColumns => IsLastBlock ? tiling.LastXColumns : _beat;

    /// <summary>Columns and rows of W that are not padding, in the present row and group.</summary>
    public int WColumns => _wColumnTile == tiling.ColumnTiles - 1 ? tiling.LastColumns : _beat;

    public int WRowsInGroup => _wRow >= tiling.WRows - (_pipeline + 1) ? tiling.LastWRows : _height;

    private bool IsLastBlock => _xBlock == tiling.XBlocks - 1;

    /// <summary>What stalls the array, for the debugger.</summary>
    public string? StallOf(bool hasW, bool isXMissing, bool isYMissing) =>
        _phase == Phase.Preload ? "first block" : !hasW && !_isWDone ? "W" : isXMissing ? "X" : isYMissing ? "Y" : null;

    /// <summary>Finds the signals of a cycle.</summary>
    public void Evaluate(ref CycleSignals now, XBuffer x, ZBuffer z, bool isStarting, bool hasX, bool hasW, bool hasY)
    {
        now.Slots = IsLastBlock ? tiling.LastXSlots : _beat;
        now.TileColumns = _zColumnTile == tiling.ColumnTiles - 1 ? tiling.LastColumns : _beat;

        // The tile's row is compared with the number of rows of W, and N stands for M: an error of v2.0.4 that jobs of few rows of W meet.
        now.TileRows = tiling.PadsW && _zRowTile == tiling.WRows - 1 ? tiling.LastWRows : tiling.Array.Length;
        var blockRows = _xRowTile == tiling.RowTiles - 1 ? tiling.LastXRows : tiling.Array.Length;
        now.IsBlockFull = x.Rows == blockRows;
        var isLoaded = z.IsLoaded(now.TileRows, hasY);
        now.IsStalled = _phase == Phase.Load && (MissesW(hasW) || MissesX(now.IsBlockFull) || MissesY(isLoaded));
        now.ShiftsW = _phase == Phase.Load && !now.IsStalled;
        now.Next = _phase switch
        {
            Phase.Idle => isStarting ? Phase.Preload : Phase.Idle,
            Phase.Preload => now.IsBlockFull && (isLoaded || !tiling.HasY) ? Phase.Load : Phase.Preload,
            Phase.Load => now.IsStalled ? Phase.Load : Phase.Wait,
            _ => _waited == _pipeline ? Phase.Load : Phase.Wait,
        };
        now.StartsComputing = !_hasStarted && now.Next == Phase.Load && !now.IsStalled;
        now.SetsUp = _phase == Phase.Preload && now.Next == Phase.Load;
        now.IsBlockUsedUp = x.ColumnsRead >= now.Slots && now.ShiftsW;
        now.WritesColumn = x.WritesColumn(now.ShiftsW);
        now.Reloads = (_phase == Phase.Idle && isStarting) || now.IsBlockUsedUp || (_isBlockMissing && !now.IsBlockFull);
        now.StopsReload = now.IsBlockFull && !now.Reloads;
        now.TakesX = _isReloading && !now.StopsReload && hasX;
        now.TakesW = now.ShiftsW && hasW;
        now.DropsBlock = now.ShiftsW && _shift == _height - 1 && now.IsBlockFull;
        now.PushesY = _pushes && !now.IsStalled;
        now.Collects = _collects && _ran;
        now.TakesY = z.TakesY(now.Collects) && hasY;
        now.IsLastRow = z.StoreRow == _rows - 1;
    }

    private bool MissesW(bool hasW) => !hasW && !_isWDone;

    private bool MissesX(bool isBlockFull) => !isBlockFull && _refills && _shift == _height - 1 && !_isXDone;

    private bool MissesY(bool isLoaded) => !isLoaded && _drain == _pipeline && !_isWDone;

    /// <summary>Whether the Z buffer is through with a tile: its last row is put, or the last column of the first Y has gone.</summary>
    public bool EndsTile(in CycleSignals now, ZBuffer z) =>
        (now.IsLastRow && now.PutsRow) || (z.PushesLast(now.TileColumns) && now.PushesY && _zColumnTile == 0 && _zRowTile == 0);

    public void Clock(in CycleSignals now)
    {
        ClockX(now);
        var endsW = ClockW(now);
        ClockZ(now, endsW);
        if (_phase >= Phase.Load && !now.IsStalled) _waited = _waited == _pipeline ? 0 : _waited + 1;
        _ran = _isComputing && !now.IsStalled;
        _hasStarted |= now.ShiftsW;
        _isComputing |= now.SetsUp;
        _phase = now.Next;
    }

    public void SaveOrRestore(StateStream state)
    {
        state.Field(ref _phase);
        state.Field(ref _waited);
        state.Field(ref _hasStarted);
        state.Field(ref _isComputing);
        state.Field(ref _ran);
        state.Field(ref _xBlock);
        state.Field(ref _xColumnTile);
        state.Field(ref _xRowTile);
        state.Field(ref _shift);
        state.Field(ref _isXDone);
        state.Field(ref _isReloading);
        state.Field(ref _isBlockMissing);
        state.Field(ref _refills);
        state.Field(ref _wRow);
        state.Field(ref _wColumnTile);
        state.Field(ref _wRowTile);
        state.Field(ref _isWDone);
        state.Field(ref _zColumnTile);
        state.Field(ref _zRowTile);
        state.Field(ref _drain);
        state.Field(ref _collect);
        state.Field(ref _push);
        state.Field(ref _drains);
        state.Field(ref _collects);
        state.Field(ref _pushes);
        state.Field(ref _rows);
        state.Field(ref _columns);
    }

    private void ClockX(in CycleSignals now)
    {
        if (!now.IsBlockFull) _isBlockMissing = false;
        else if (now.IsBlockUsedUp) _isBlockMissing = true;
        if (now.StopsReload) _isReloading = false;
        else if (now.Reloads) _isReloading = true;
        if (now.DropsBlock) _refills = false;
        else if (now.IsBlockUsedUp) _refills = true;
        if (now.IsBlockUsedUp && !_isXDone && Steps(ref _xBlock, tiling.XBlocks) && Steps(ref _xColumnTile, tiling.ColumnTiles))
        {
            _isXDone = ++_xRowTile == tiling.RowTiles;
        }

        if (now.ShiftsW) Steps(ref _shift, _height);
    }

    /// <returns>True if the last row of W of a tile enters the array.</returns>
    private bool ClockW(in CycleSignals now)
    {
        if (!now.TakesW) return false;
        var isLast = _wRow == tiling.WRows - 1;
        if (!_isWDone && Steps(ref _wRow, tiling.WRows) && Steps(ref _wColumnTile, tiling.ColumnTiles)) _isWDone = ++_wRowTile == tiling.RowTiles;
        return isLast;
    }

    private void ClockZ(in CycleSignals now, bool endsW)
    {
        var (moves, lastDrain) = (!now.IsStalled, _drain == _pipeline);
        var drained = _drains && moves && lastDrain;
        var collected = _collects && moves && _collect == _columns - 1;
        var pushed = _pushes && moves && _push == now.TileColumns - 1;
        var startsPush = (_drains && moves && _drain == _pipeline - 1) || now.StartsComputing;
        if (_collects && moves) Counts(ref _collect, _columns);
        if (_pushes && moves) Counts(ref _push, now.TileColumns);
        if (_drains && moves) _drain = lastDrain ? 0 : _drain + 1;
        _drains = !drained && (endsW || _drains);
        _collects = !collected && (drained || _collects);
        _pushes = !pushed && (startsPush || _pushes);
        if (now.EndsTile || now.StartsComputing) (_rows, _columns) = (now.TileRows, now.TileColumns);
        if (now.EndsTile && Steps(ref _zColumnTile, tiling.ColumnTiles)) _zRowTile = _zRowTile == tiling.WRows - 1 ? 0 : _zRowTile + 1;
    }

    /// <summary>Counts up to a number, and begins anew; true if it does.</summary>
    private static bool Steps(ref int counter, int number)
    {
        var isLast = counter == number - 1;
        counter = isLast ? 0 : counter + 1;
        return isLast;
    }

    /// <summary>As <see cref="Steps"/>, with a counter as wide as a beat.</summary>
    private void Counts(ref int counter, int number) => counter = counter == number - 1 ? 0 : (counter + 1) % _beat;
}
