namespace AhwaLora.Emu.Aimc.Crossbar;

/// <summary>One device of each pair, [row, column], microsiemens.</summary>
public sealed class DevicePlane(int cells)
{
    /// <summary>g_T, what programming aimed at.</summary>
    public readonly float[] Target = new float[cells];
    /// <summary>g_P, what it reached.</summary>
    public readonly float[] Programmed = new float[cells];
    /// <summary>nu, the drift exponent.</summary>
    public readonly float[] DriftExponent = new float[cells];
    /// <summary>g at the last age evaluation, read noise included.</summary>
    public readonly float[] Read = new float[cells];
}

/// <summary>All a tile remembers, as plain data: copy every field and the copy goes on with the same bits.</summary>
/// <param name="rows">Input lines.</param>
/// <param name="columns">Output lines.</param>
public sealed class CrossbarState(int rows, int columns)
{
    /// <summary>Input lines.</summary>
    public readonly int Rows = rows;
    /// <summary>Output lines.</summary>
    public readonly int Columns = columns;

    /// <summary>The devices that add to an output.</summary>
    public readonly DevicePlane Plus = new(rows * columns);
    /// <summary>The devices that subtract from it.</summary>
    public readonly DevicePlane Minus = new(rows * columns);

    /// <summary>The weights an MVM sees, [row, column]: (g+ - g-) times <see cref="WeightPerMicroSiemens"/>.</summary>
    public readonly float[] Weights = new float[rows * columns];
    /// <summary>Weight per conductance of each cell, from when it was programmed; 0: never programmed.</summary>
    public readonly float[] WeightPerMicroSiemens = new float[rows * columns];
    /// <summary>Digital scale each cell was mapped with; an MVM takes that of its region's first row.</summary>
    public readonly float[] Scale = new float[rows * columns];
    /// <summary>How much older each cell is than <see cref="AgeSeconds"/>: it stayed when others were programmed.</summary>
    public readonly float[] OlderBySeconds = new float[rows * columns];

    /// <summary>Seconds since the last programming, as of the last age evaluation.</summary>
    public double AgeSeconds;
    /// <summary>The number the next event gets, see <c>Draws</c>; wraps to 0.</summary>
    public uint NextEvent;
    /// <summary>GDC: the response right after programming, R_0; 0 until measured.</summary>
    public float ReferenceResponse;
    /// <summary>GDC: what outputs are multiplied by.</summary>
    public float Alpha = 1;
}
