namespace AhwaLora.Analog.Crossbar;

/// <summary>Neighbouring input or output lines of a matrix that lie on one crossbar.</summary>
/// <param name="First">The first line.</param>
/// <param name="Length">Number of lines.</param>
public readonly record struct LineRange(int First, int Length);

/// <summary>
/// How a matrix larger than a crossbar is cut: the sums of parts that share output lines are added in the digital domain,
/// parts that share input lines give neighbouring outputs.
/// </summary>
public static class MatrixCut
{
    /// <summary>n = ceil(size / max) ranges of size / n lines, the first size mod n of them one line longer.</summary>
    /// <param name="size">Input or output lines of the matrix.</param>
    /// <param name="max">Lines of a crossbar in that direction.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or maximum below 1.</exception>
    public static IReadOnlyList<LineRange> Along(int size, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        var count = (size - 1) / max + 1;
        var ranges = new LineRange[count];
        for (int i = 0, first = 0; i < count; i++)
        {
            ranges[i] = new(first, size / count + (i < size % count ? 1 : 0));
            first += ranges[i].Length;
        }

        return ranges;
    }
}
