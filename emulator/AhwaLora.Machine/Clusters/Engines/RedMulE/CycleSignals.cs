namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>What the parts of the engine tell each other within one cycle. All follow from the registers at its beginning.</summary>
internal struct CycleSignals
{
    /// <summary>The state of the array's scheduler after this cycle.</summary>
    public Phase Next;

    /// <summary>The array stands still: an operand is missing, or Z has no buffer.</summary>
    public bool IsStalled;

    /// <summary>The array takes a row of W, real or zero.</summary>
    public bool ShiftsW;

    /// <summary>Beats that leave their stream queues: a row of X, of W, of Y.</summary>
    public bool TakesX, TakesW, TakesY;

    /// <summary>The X buffer holds a whole block; the columns of the present block are used up.</summary>
    public bool IsBlockFull, IsBlockUsedUp;

    /// <summary>The first block goes into the column sets.</summary>
    public bool SetsUp;

    /// <summary>A column of X goes into a column set.</summary>
    public bool WritesColumn;

    /// <summary>A full block makes room for the next.</summary>
    public bool DropsBlock;

    /// <summary>Ask for the next block; stop asking.</summary>
    public bool Reloads, StopsReload;

    /// <summary>Columns of the present block, padded to a multiple of H.</summary>
    public int Slots;

    /// <summary>Rows and columns of the present tile of Z, as the tiler counts them.</summary>
    public int TileRows, TileColumns;

    /// <summary>A column of Y goes into the array; a column of results comes out.</summary>
    public bool PushesY, Collects;

    /// <summary>A row of Z goes to the store stream; it is the last of its tile.</summary>
    public bool PutsRow, IsLastRow;

    /// <summary>The Z buffer is through with a tile, and the sizes of the next count.</summary>
    public bool EndsTile;

    /// <summary>The first row of W enters the array.</summary>
    public bool StartsComputing;

    /// <summary>The states of the array's scheduler.</summary>
    public enum Phase
    {
        /// <summary>No job.</summary>
        Idle,

        /// <summary>The first block of X, and a tile of Y, are on their way.</summary>
        Preload,

        /// <summary>The array takes a row of W.</summary>
        Load,

        /// <summary>The array goes through the elements of that row, one per cycle and unit.</summary>
        Wait,
    }
}
