using System.Globalization;
using AhwaLora.Analog.Crossbar;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace AhwaLora.Reports;

/// <summary>The pictures of a tile report.</summary>
internal static class Charts
{
    private const float LineWidth = 2, TitleSize = 15, LabelSize = 13, RightMargin = 30;
    private const byte BandAlpha = 40;

    // Colours of Okabe and Ito, which colour-blind readers can tell apart too.
    internal static readonly Color[] Palette = [.. new[] { "#0072B2", "#D55E00", "#009E73", "#CC79A7" }.Select(Color.FromHex)];

    private static readonly (double Seconds, string Label)[] AgeTicks =
        [(1, "1 s"), (60, "1 min"), (3_600, "1 h"), (86_400, "1 d"), (2_629_800, "1 month"), (31_557_600, "1 y"), (315_576_000, "10 y")];

    /// <summary>Error against age, with and without compensation: means, and bands from the minimum to the maximum over the seeds.</summary>
    public static Plot ErrorOverAge(TileStudy study, IReadOnlyList<ErrorAtAge> errors)
    {
        var plot = New($"MVM error against age ({study.Caption}, {study.Seeds} seeds)", "time since programming", "relative error of y, %");
        double[] ages = [.. errors.Select(e => Math.Log10(e.AgeSeconds))];
        void Add(string text, Color color, Func<ErrorAtAge, SeedSpread> of)
        {
            double[] Percent(Func<SeedSpread, double> which) => [.. errors.Select(e => 100 * which(of(e)))];
            var band = plot.Add.FillY(ages, Percent(s => s.Min), Percent(s => s.Max));
            (band.FillColor, band.LineWidth) = (color.WithAlpha(BandAlpha), 0);
            Line(plot, ages, Percent(s => s.Mean), color, text);
        }

        Add("drifting", Palette[1], e => e.Drifted);
        Add("with global drift compensation", Palette[0], e => e.Compensated);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. AgeTicks.Select(t => Math.Log10(t.Seconds))], [.. AgeTicks.Select(t => t.Label)]);
        plot.Axes.SetLimits(ages[0], ages[^1], 0, 108 * errors.Max(e => Math.Max(e.Drifted.Max, e.Compensated.Max)));
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }

    /// <summary>Conductances as programmed and as read at some ages.</summary>
    public static Plot Conductances(TileStudy study, IReadOnlyList<ConductanceHistogram> histograms)
    {
        var plot = New($"Conductances of the devices in use ({study.Caption})", "conductance, µS", "share of the devices, %");
        var width = ConductanceHistogram.RangeMicroSiemens(study.Model) / ConductanceHistogram.Bins;
        double[] edges = [.. Enumerable.Range(0, ConductanceHistogram.Bins + 1).Select(bin => bin * width)];
        for (var i = 0; i < histograms.Count; i++)
        {
            double[] shares = [.. histograms[i].Fractions.Select(f => 100 * f), 0];
            Line(plot, edges, shares, Palette[i % Palette.Length], histograms[i].Stage).ConnectStyle = ConnectStyle.StepHorizontal;
        }

        plot.Axes.SetLimits(0, edges[^1], 0, 108 * histograms.Max(h => h.Fractions.Max()));
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    /// <summary>Saturated outputs by column and ADC bound.</summary>
    public static Plot Saturation(TileStudy study, SaturationMap map)
    {
        var plot = New($"Saturated outputs of one pass ({study.Caption}; its bound is {Text(study.Preset.Adc.Bound)})", "column", "bound of the ADC, weight / maximum x input");
        var heatmap = plot.Add.Heatmap(Percent(map.Fractions));
        heatmap.Colormap = new ScottPlot.Colormaps.Viridis();
        heatmap.ManualRange = new ScottPlot.Range(0, 100);
        heatmap.FlipVertically = true;
        var half = (map.Bounds[1] - map.Bounds[0]) / 2;
        heatmap.Rectangle = new CoordinateRect(0, study.Lines, map.Bounds[0] - half, map.Bounds[^1] + half);
        var bar = plot.Add.ColorBar(heatmap);
        bar.Label = "vectors that saturate, %";
        bar.LabelStyle.FontSize = LabelSize;
        plot.Axes.SetLimits(0, study.Lines, map.Bounds[0] - half, map.Bounds[^1] + half);
        return plot;
    }

    private static double[,] Percent(double[,] fractions)
    {
        var percent = (double[,])fractions.Clone();
        for (var i = 0; i < percent.GetLength(0); i++)
        {
            for (var j = 0; j < percent.GetLength(1); j++) percent[i, j] *= 100;
        }

        return percent;
    }

    internal static Plot New(string title, string x, string y)
    {
        var plot = new Plot();
        plot.Font.Set(PictureFont.Name);
        plot.Title(title, TitleSize);
        plot.XLabel(x, LabelSize);
        plot.YLabel(y, LabelSize);
        plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        plot.Axes.Right.MinimumSize = RightMargin;
        return plot;
    }

    internal static Scatter Line(Plot plot, double[] xs, double[] ys, Color color, string text)
    {
        var line = plot.Add.ScatterLine(xs, ys, color);
        (line.LineWidth, line.LegendText) = (LineWidth, text);
        return line;
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
