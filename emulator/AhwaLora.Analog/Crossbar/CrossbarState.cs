namespace AhwaLora.Analog.Crossbar;

/// <summary>One device of each pair, [row, column], microsiemens.</summary>
public sealed class DevicePlane(int cells)
{
    /// <summary>g_T, the target of programming.</summary>
    public readonly float[] Target = new float[cells];
    /// <summary>g_P, the conductance that programming reached.</summary>
    public readonly float[] Programmed = new float[cells];
    /// <summary>nu, the drift exponent.</summary>
    public readonly float[] DriftExponent = new float[cells];
    /// <summary>g at the last age evaluation, read noise included.</summary>
    public readonly float[] Read = new float[cells];
}

/// <summary>One programming of a part; kept until later ones have overwritten all of it.</summary>
/// <param name="Part">The cells programmed.</param>
/// <param name="Scale">Digital factor of each column in an MVM.</param>
/// <param name="WeightPerMicroSiemens">Weight per microsiemens, by column.</param>
/// <param name="OlderBySeconds">Seconds it is older than the tile's age, which is the age of the last programming.</param>
public sealed record Programming(CrossbarPart Part, float[] Scale, float[] WeightPerMicroSiemens, double OlderBySeconds);

/// <summary>The whole state of a tile, as plain data: a copy of every field goes on with the same bits.</summary>
/// <param name="rows">Input lines.</param>
/// <param name="columns">Output lines.</param>
/// <param name="holdsWeights">False for a tile that only keeps time: its planes are empty.</param>
/// <exception cref="OverflowException">The tile has more cells than an array can hold.</exception>
public sealed class CrossbarState(int rows, int columns, bool holdsWeights = true)
{
    /// <summary>Input lines.</summary>
    public readonly int Rows = rows;
    /// <summary>Output lines.</summary>
    public readonly int Columns = columns;

    /// <summary>The devices that add to an output.</summary>
    public readonly DevicePlane Plus = new(holdsWeights ? checked(rows * columns) : 0);
    /// <summary>The devices that subtract from it.</summary>
    public readonly DevicePlane Minus = new(holdsWeights ? checked(rows * columns) : 0);

    /// <summary>The weights an MVM sees, [row, column]: g+ - g-, in units of the column's scale.</summary>
    public readonly float[] Weights = new float[holdsWeights ? checked(rows * columns) : 0];
    /// <summary>What was programmed, in order; where two overlap, the later one counts.</summary>
    public readonly List<Programming> Programmings = [];

    /// <summary>Seconds since the last programming, as of the last age evaluation.</summary>
    public double AgeSeconds;
    /// <summary>The number the next event gets, see <c>Draws</c>; wraps to 0.</summary>
    public uint NextEvent;
    /// <summary>GDC: the response right after programming, R_0; 0 until measured.</summary>
    public float ReferenceResponse;
    /// <summary>GDC: alpha, the factor of all outputs.</summary>
    public float Alpha = 1;
}
