namespace AhwaLora.Analog.Crossbar;

/// <summary>A part of a crossbar: some of its input lines (rows) by some of its output lines (columns).</summary>
/// <param name="FirstRow">First input line.</param>
/// <param name="Rows">Number of input lines.</param>
/// <param name="FirstColumn">First output line.</param>
/// <param name="Columns">Number of output lines.</param>
public readonly record struct CrossbarPart(int FirstRow, int Rows, int FirstColumn, int Columns)
{
    /// <summary>True if the part is not empty and lies within a crossbar of that size.</summary>
    public bool LiesIn(int crossbarRows, int crossbarColumns) =>
        FirstRow >= 0 && FirstColumn >= 0 && Rows > 0 && Columns > 0 && Rows <= crossbarRows - FirstRow && Columns <= crossbarColumns - FirstColumn;

    /// <summary>True if every cell of <paramref name="other"/> is one of this part's.</summary>
    public bool Covers(in CrossbarPart other) =>
        FirstRow <= other.FirstRow && other.FirstRow + other.Rows <= FirstRow + Rows &&
        FirstColumn <= other.FirstColumn && other.FirstColumn + other.Columns <= FirstColumn + Columns;
}
