using AhwaLora.Common.Files;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;
using ScottPlot;
using ScottPlot.TickGenerators;
using static System.FormattableString;

namespace AhwaLora.Reports.Study;

/// <summary>The study's pictures.</summary>
internal static class StudyCharts
{
    private const string OverheadAxis = "overhead against the tile alone";

    // Limits and margin of the logarithmic axis of overheads, in percent.
    private const double Least = 0.1, Most = 1000, Margin = 0.03;

    private static readonly double[] OverheadTicks = [0.1, 0.3, 1, Published.LeastOverheadPercent, 10, 30, 100, 300, 1000];

    /// <summary>Writes the pictures of every shape. Their font must be loaded already.</summary>
    /// <exception cref="UserErrorException">A file cannot be written.</exception>
    public static void Write(string directory, StudyResults results)
    {
        foreach (var shape in results.Points.GroupBy(r => (r.Inputs, r.Outputs)))
        {
            var name = Invariant($"{shape.Key.Inputs}x{shape.Key.Outputs}");
            PictureFile.WriteSvg(directory, $"harts-{name}", ByHarts(name, [.. shape]));
            PictureFile.WriteSvg(directory, $"chunk-{name}", ByChunk(name, [.. shape]));
        }
    }

    /// <summary>Overhead against the number of harts, with the best strategy and chunk for each number.</summary>
    private static Plot ByHarts(string shape, IReadOnlyList<SweepRow> rows)
    {
        var plot = Charts.New($"{shape}: overhead of the adapter by number of harts", "harts", OverheadAxis);
        AddLines(plot, rows, r => r.Harts, h => h);
        Finish(plot, rows.Select(r => (double)r.Harts), h => h);
        return plot;
    }

    /// <summary>Overhead against the tokens per chunk, for the middle number of harts.</summary>
    private static Plot ByChunk(string shape, IReadOnlyList<SweepRow> rows)
    {
        int[] all = [.. rows.Select(r => r.Harts).Distinct().Order()];
        var harts = all[all.Length / 2];
        var plot = Charts.New(Invariant($"{shape}: overhead of the adapter on {harts} harts by tokens a chunk"), "tokens a chunk, t", OverheadAxis);
        AddLines(plot, [.. rows.Where(r => r.Harts == harts)], r => r.ChunkTokens, t => Math.Log2(t));
        Finish(plot, rows.Select(r => (double)r.ChunkTokens), Math.Log2);
        return plot;
    }

    private static void AddLines(Plot plot, IReadOnlyList<SweepRow> rows, Func<SweepRow, int> x, Func<double, double> place)
    {
        foreach (var (line, n) in rows.GroupBy(r => r.IntegrationNs).OrderBy(g => g.Key).Select((g, n) => (g, n)))
        {
            var best = line.GroupBy(x).OrderBy(g => g.Key).Select(g => (X: place(g.Key), Y: OfOverhead(g.Min(r => r.OverheadPercent)))).ToList();
            var scatter = Charts.Line(plot, [.. best.Select(b => b.X)], [.. best.Select(b => b.Y)], Charts.Palette[n % Charts.Palette.Length], Invariant($"MVM of {line.Key} ns"));
            scatter.MarkerSize = 6;
        }

        var budget = plot.Add.HorizontalLine(OfOverhead(Published.LeastOverheadPercent));
        (budget.Color, budget.LineWidth, budget.LinePattern, budget.LegendText) = (Colors.Gray, 1, LinePattern.Dashed, Invariant($"{Published.LeastOverheadPercent} %, published"));
    }

    private static double OfOverhead(double percent) => Math.Log10(Math.Clamp(percent, Least, Most));

    private static void Finish(Plot plot, IEnumerable<double> values, Func<double, double> place)
    {
        double[] ticks = [.. values.Distinct().Order()];
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. ticks.Select(place)], [.. ticks.Select(t => Invariant($"{t}"))]);
        plot.Axes.Left.TickGenerator = new NumericManual([.. OverheadTicks.Select(OfOverhead)], [.. OverheadTicks.Select(t => Invariant($"{t} %"))]);
        var (left, right) = (place(ticks[0]), place(ticks[^1]));
        plot.Axes.SetLimits(left - Margin * (right - left), right + Margin * (right - left), OfOverhead(Least), OfOverhead(Most));
        plot.ShowLegend(Alignment.UpperRight);
    }
}
