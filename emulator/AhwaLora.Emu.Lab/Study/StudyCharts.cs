using AhwaLora.Emu.Lab.Reports;
using AhwaLora.Emu.Lab.Sweeps;
using ScottPlot;
using ScottPlot.TickGenerators;
using static System.FormattableString;

namespace AhwaLora.Emu.Lab.Study;

/// <summary>The study's pictures.</summary>
internal static class StudyCharts
{
    private const double HighestRatio = 4;

    /// <summary>Writes the pictures of every shape; returns their names, less the extension.</summary>
    /// <exception cref="UserErrorException">A file cannot be written, or the font is not installed.</exception>
    public static void Write(string directory, StudyResults results)
    {
        PictureFont.Load();
        foreach (var shape in results.Points.GroupBy(r => (r.Inputs, r.Outputs)))
        {
            var name = Invariant($"{shape.Key.Inputs}x{shape.Key.Outputs}");
            PictureFile.WriteSvg(directory, $"harts-{name}", ByHarts(name, [.. shape]));
            PictureFile.WriteSvg(directory, $"chunk-{name}", ByChunk(name, [.. shape]));
        }
    }

    /// <summary>Latency over the tile's alone against the number of harts: the best strategy and chunk at each.</summary>
    private static Plot ByHarts(string shape, IReadOnlyList<SweepRow> rows)
    {
        var plot = Charts.New($"{shape}: latency with the adapter, by number of harts", "harts", "latency / tile alone");
        AddLines(plot, rows, r => r.Harts, h => h);
        Finish(plot, rows.Select(r => (double)r.Harts), h => h);
        return plot;
    }

    /// <summary>The same against the tokens a chunk, on the middle number of harts.</summary>
    private static Plot ByChunk(string shape, IReadOnlyList<SweepRow> rows)
    {
        int[] all = [.. rows.Select(r => r.Harts).Distinct().Order()];
        var harts = all[all.Length / 2];
        var plot = Charts.New(Invariant($"{shape}: latency with the adapter on {harts} harts, by tokens a chunk"), "t, tokens a chunk", "latency / tile alone");
        AddLines(plot, [.. rows.Where(r => r.Harts == harts)], r => r.ChunkTokens, t => Math.Log2(t));
        Finish(plot, rows.Select(r => (double)r.ChunkTokens), Math.Log2);
        return plot;
    }

    private static void AddLines(Plot plot, IReadOnlyList<SweepRow> rows, Func<SweepRow, int> x, Func<double, double> place)
    {
        foreach (var (line, n) in rows.GroupBy(r => r.IntegrationNs).OrderBy(g => g.Key).Select((g, n) => (g, n)))
        {
            var best = line.GroupBy(x).OrderBy(g => g.Key).Select(g => (X: place(g.Key), Ratio: 1 + g.Min(r => r.OverheadPercent) / 100)).ToList();
            var scatter = Charts.Line(plot, [.. best.Select(b => b.X)], [.. best.Select(b => b.Ratio)], Charts.Palette[n % Charts.Palette.Length], Invariant($"{line.Key} ns"));
            scatter.MarkerSize = 6;
        }

        var budget = plot.Add.HorizontalLine(1 + Published.LeastOverheadPercent / 100);
        (budget.Color, budget.LineWidth, budget.LinePattern, budget.LegendText) = (Colors.Gray, 1, LinePattern.Dashed, Invariant($"{Published.LeastOverheadPercent} %"));
    }

    private static void Finish(Plot plot, IEnumerable<double> values, Func<double, double> place)
    {
        double[] ticks = [.. values.Distinct().Order()];
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. ticks.Select(place)], [.. ticks.Select(t => Invariant($"{t}"))]);
        plot.Axes.SetLimits(place(ticks[0]), place(ticks[^1]), 0.9, HighestRatio);
        plot.ShowLegend(Alignment.UpperRight);
    }
}
