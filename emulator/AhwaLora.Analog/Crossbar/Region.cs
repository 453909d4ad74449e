namespace AhwaLora.Analog.Crossbar;

/// <summary>A rectangle of a tile. A row is an input line, a column an output line.</summary>
public readonly record struct Region(int FirstRow, int Rows, int FirstColumn, int Columns)
{
    /// <summary>Whether the region is not empty and lies within a tile of that size.</summary>
    public bool LiesIn(int tileRows, int tileColumns) =>
        FirstRow >= 0 && FirstColumn >= 0 && Rows > 0 && Columns > 0 && Rows <= tileRows - FirstRow && Columns <= tileColumns - FirstColumn;

    /// <summary>Whether every cell of <paramref name="other"/> is one of this region's.</summary>
    public bool Covers(in Region other) =>
        FirstRow <= other.FirstRow && other.FirstRow + other.Rows <= FirstRow + Rows &&
        FirstColumn <= other.FirstColumn && other.FirstColumn + other.Columns <= FirstColumn + Columns;
}

/// <summary>A run of lines of a matrix that one tile takes.</summary>
public readonly record struct Split(int First, int Length);

/// <summary>Matrices larger than a tile: row splits are summed in the digital domain, column splits joined.</summary>
public static class MatrixSplit
{
    /// <summary>n = ceil(size / max) splits of size / n lines, the first size mod n one longer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size or maximum below 1.</exception>
    public static IReadOnlyList<Split> Along(int size, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        int count = (size - 1) / max + 1;
        var splits = new Split[count];
        for (int i = 0, first = 0; i < count; i++)
        {
            splits[i] = new(first, size / count + (i < size % count ? 1 : 0));
            first += splits[i].Length;
        }
        return splits;
    }
}
