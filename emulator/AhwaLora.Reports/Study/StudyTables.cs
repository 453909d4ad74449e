using System.Globalization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using static System.FormattableString;

namespace AhwaLora.Reports.Study;

/// <summary>The study's tables, in Markdown. Overheads are those of the best strategy and chunk, unless a table names them.</summary>
/// <param name="results">The study's measurements.</param>
internal sealed class StudyTables(StudyResults results)
{
    private const double KiB = 1024;

    /// <summary>TCDM of the published points: as published, and as the firmware uses it.</summary>
    public string Tcdm()
    {
        string[] strategies = [.. results.Points.Select(r => r.Strategy).Distinct()];
        var table = new TextTable(["<layer", "t", "published, KiB", "2r(m+n) + 2t(m+r+n), KiB", .. strategies.Select(s => s + ", KiB")]);
        foreach (var point in results.Points.GroupBy(r => (r.Inputs, r.Outputs, r.ChunkTokens)).OrderBy(g => g.Key))
        {
            var published = Published.TcdmKib.TryGetValue(point.Key, out var kib) ? kib : "";
            var taken = strategies.Select(s => point.FirstOrDefault(r => r.Strategy == s) is { } row ? Flagged(row) : "-");
            table.Add([Shape(point.First()), Invariant($"{point.Key.ChunkTokens}"), published, Invariant($"{point.First().PublishedTcdmBytes / KiB:F1}"), .. taken]);
        }

        return Markdown(table);
    }

    /// <summary>Overheads of the published points by number of harts.</summary>
    public string Latency()
    {
        int[] harts = [.. results.Points.Select(r => r.Harts).Distinct().Order()];
        var table = new TextTable(["<layer", "MVM, ns", "t", "tile alone, µs", .. harts.Select(h => Invariant($"{h} harts"))]);
        foreach (var point in results.Points.GroupBy(r => (r.Inputs, r.Outputs, r.IntegrationNs, r.ChunkTokens)).OrderBy(g => g.Key))
        {
            var overheads = harts.Select(h => point.Where(r => r.Harts == h).MinBy(r => r.OverheadPercent) is { } row ? Percent(row) : "-");
            var alone = point.Min(r => r.TileAloneCycles / r.ClockMhz);
            table.Add([Shape(point.First()), Invariant($"{point.Key.IntegrationNs}"), Invariant($"{point.Key.ChunkTokens}"), Invariant($"{alone:F1}"), .. overheads]);
        }

        return Markdown(table);
    }

    /// <summary>The smallest number of harts whose overhead is within the published best case.</summary>
    public string Harts()
    {
        var table = new TextTable("<layer", "MVM, ns", "<harts", "overhead", "<strategy", "t", "TCDM, KiB", "multiply-adds per cycle and hart");
        foreach (var need in results.Needs)
        {
            var row = need.Best;
            var harts = need.IsMet ? Invariant($"{row.Harts}") : Invariant($"not within {PlatformRules.MaximumHarts}; least at {row.Harts}");
            table.Add(Shape(row), Invariant($"{row.IntegrationNs}"), harts, Percent(row), row.Strategy, Invariant($"{row.ChunkTokens}"), Flagged(row), Invariant($"{row.MultiplyAddsPerCycleAndHart:F2}"));
        }

        return Markdown(table);
    }

    /// <summary>The published worst case beside the same layer on as many harts as the assumed matrix engine has multipliers.</summary>
    public string Worst()
    {
        var (inputs, outputs, ns) = Published.Worst;
        var rows = results.Points.Where(r => (r.Inputs, r.Outputs, r.IntegrationNs) == Published.Worst).ToList();
        var table = new TextTable("<who", "<what computes the adapter", "latency / tile alone", "<strategy", "t");
        table.Add("published [P]", Invariant($"Snitch cores and a RedMulE of unknown size [?]"), Invariant($"{Published.WorstLatencyRatio:F2}"), "", "");
        var harts = rows.Select(r => r.Harts).Distinct().OrderBy(h => Math.Abs(h - Published.MatrixEngineMultiplyAdds)).FirstOrDefault();
        foreach (var row in rows.Where(r => r.Harts == harts).GroupBy(r => r.Strategy).Select(g => g.MinBy(r => r.OverheadPercent)!).OrderBy(r => r.OverheadPercent))
        {
            table.Add("measured here", Invariant($"{row.Harts} harts, peak {row.Harts} multiply-adds per cycle"), Invariant($"{1 + row.OverheadPercent / 100:F2}"), row.Strategy, Invariant($"{row.ChunkTokens}"));
        }

        return Markdown(table) + Invariant($"\nLayer {inputs}x{outputs}, an MVM of {ns} ns. Assumed: ")
            + Invariant($"a matrix engine of {Published.MatrixEngineMultiplyAdds} multiply-adds per cycle, RedMulE's default array [?]; ")
            + Invariant($"a hart does at most one per cycle.\n");
    }

    /// <summary>One point, and how its overhead changes if one of its conditions changes.</summary>
    public string WhatIf() => Changes(results.WhatIf);

    /// <summary>The same as <see cref="WhatIf"/>, on many harts.</summary>
    public string ManyHarts() => Changes(results.ManyHarts);

    /// <summary>The cycles that the balanced strategy predicted, and the cycles that its runs took.</summary>
    public string Balanced()
    {
        var table = new TextTable("<layer", "MVM, ns", "harts", "<contention", "t", "predicted, cycles", "measured, cycles", "off by", "overhead");
        foreach (var row in results.Balanced)
        {
            var forecast = row.ForecastCycles!.Value; // balanced plans every point
            var off = 100.0 * ((double)forecast / row.PipelinedCycles - 1);
            table.Add(Shape(row), Invariant($"{row.IntegrationNs}"), Invariant($"{row.Harts}"), row.Contention, Invariant($"{row.ChunkTokens}"),
                TextTable.Number(forecast), TextTable.Number(row.PipelinedCycles), Invariant($"{off:+0.0;-0.0;0.0} %"), Percent(row));
        }

        return Markdown(table);
    }

    /// <summary>The kernels alone.</summary>
    public string Kernels()
    {
        var table = new TextTable("harts", "x A, cycles", "(x A) B + y, cycles", "x A, multiply-adds per cycle and hart", "(x A) B + y", "both", "speed-up");
        foreach (var k in results.Kernels)
        {
            table.Add(Invariant($"{k.Harts}"), TextTable.Number(k.DownCycles), TextTable.Number(k.UpCycles), Invariant($"{k.DownRate:F2}"), Invariant($"{k.UpRate:F2}"),
                Invariant($"**{k.Rate:F2}**"), Invariant($"{(double)results.Kernels[0].Cycles / k.Cycles:F2}"));
        }

        return Markdown(table);
    }

    /// <summary>The whole models of this name, by integration time and shape.</summary>
    public string Model(string name)
    {
        var text = new StringWriter { NewLine = "\n" };
        foreach (var model in results.Models.Where(m => m.Model.Name == name))
        {
            var (cost, settings) = (model.Cost, model.Settings);
            text.WriteLine(Invariant($"{cost.Layers.Count} linear layers, {cost.Weights / 1e6:F2} M static weights, ")
                + Invariant($"adapters of rank {settings.Shape.Rank} with {cost.AdapterParameters / 1e6:F3} M parameters; ")
                + Invariant($"S = {settings.Shape.Tokens}, an MVM of {settings.IntegrationNs} ns, {settings.Harts} harts, {settings.Strategy.Name}, ")
                + Invariant($"contention {(settings.Contention == Contention.Exact ? "exact" : "none")}, TCDM {SizeJsonConverter.Format(settings.TcdmBytes)}, ")
                + Invariant($"tiles of {settings.Aimc.Rows}x{settings.Aimc.Columns}:"));
            text.WriteLine();
            var table = new TextTable("<shape", "layers", "tiles a layer", "t", "TCDM, KiB", "tiles alone, kcycles", "with adapter, kcycles", "overhead");
            foreach (var shape in cost.ByShape)
            {
                var first = shape.Layers[0];
                table.Add(Invariant($"{first.Layer.Inputs}x{first.Layer.Outputs}"), Invariant($"{shape.Layers.Count}"), Invariant($"{first.Tiles}"),
                    Invariant($"{first.Shape.Chunk}"), Invariant($"{first.TcdmBytes / KiB:F1}"), TextTable.Number(shape.TileAloneCycles / 1000), TextTable.Number(shape.PipelinedCycles / 1000), Invariant($"{shape.OverheadPercent:F1} %"));
            }

            table.Add("**all**", Invariant($"{cost.Layers.Count}"), "", "", "", TextTable.Number(cost.TileAloneCycles / 1000), TextTable.Number(cost.PipelinedCycles / 1000), Invariant($"**{cost.OverheadPercent:F1} %**"));
            table.WriteMarkdown(text);
            text.WriteLine();
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>The main findings, in sentences.</summary>
    public string Findings()
    {
        var text = new StringWriter { NewLine = "\n" };
        var least = results.Points.Concat(results.Needs.Select(n => n.Best)).MinBy(r => r.OverheadPercent)!;
        text.WriteLine(Invariant($"- **Best case**: {Percent(least)} overhead a layer ({Shape(least)}, {least.IntegrationNs} ns, {least.Harts} harts, {least.Strategy}, ")
            + Invariant($"t = {least.ChunkTokens}); published: {Published.LeastOverheadPercent} % [P]."));
        foreach (var need in results.Needs)
        {
            var row = need.Best;
            text.WriteLine(need.IsMet
                ? Invariant($"- {Shape(row)} at {row.IntegrationNs} ns: **{row.Harts} harts** keep the overhead within {Published.LeastOverheadPercent} %.")
                : Invariant($"- {Shape(row)} at {row.IntegrationNs} ns: **not within {PlatformRules.MaximumHarts} harts**; the least overhead is {Percent(row)}, with {row.Harts}."));
        }

        var worst = results.Points.Where(r => (r.Inputs, r.Outputs, r.IntegrationNs) == Published.Worst && r.Harts == Published.MatrixEngineMultiplyAdds).MinBy(r => r.OverheadPercent);
        if (worst is not null)
        {
            text.WriteLine(Invariant($"- **Worst case**: {1 + worst.OverheadPercent / 100:F2}x the tile alone on {worst.Harts} harts; ")
                + Invariant($"published: {Published.WorstLatencyRatio}x [P] on hardware whose size is not public [?]."));
        }

        foreach (var model in results.Models)
        {
            text.WriteLine(Invariant($"- **{model.Model.Name}**, all {model.Cost.Layers.Count} linear layers, an MVM of {model.Settings.IntegrationNs} ns, ")
                + Invariant($"{model.Settings.Harts} harts: the adapters cost {model.Cost.OverheadPercent:F1} %."));
        }

        return text.ToString();
    }

    private static string Changes(IReadOnlyList<SweepRow> rows)
    {
        var first = rows[0];
        var table = new TextTable("<what if", "tile alone, cycles", "with adapter, cycles", "overhead", "exposed at the end, cycles", "multiply-adds per cycle and hart", "TCDM, KiB");
        foreach (var row in rows)
        {
            table.Add(row == first ? "as it is" : Change(first, row), TextTable.Number(row.TileAloneCycles), TextTable.Number(row.PipelinedCycles), Percent(row),
                TextTable.Number(row.ExposedCycles), Invariant($"{row.MultiplyAddsPerCycleAndHart:F2}"), Flagged(row));
        }

        return Invariant($"As it is: {Shape(first)}, r = {first.Rank}, S = {first.Tokens}, t = {first.ChunkTokens}, an MVM of {first.IntegrationNs} ns, ")
            + Invariant($"{first.Harts} harts ({first.Timing}), {first.Strategy}, {first.ClockMhz} MHz, contention {first.Contention}, {first.TcdmBanks} banks, ")
            + Invariant($"tile {first.Preset}, DMA {first.DmaBytesPerCycle} bytes and streamers {first.StreamWordsPerCycle} words per cycle.\n\n") + Markdown(table);
    }

    private static string Change(SweepRow from, SweepRow to)
    {
        var changes = new List<string>();
        void Compare<T>(T before, T after, string text)
        {
            if (!EqualityComparer<T>.Default.Equals(before, after)) changes.Add(text);
        }

        Compare(Shape(from), Shape(to), Shape(to));
        Compare(from.Rank, to.Rank, Invariant($"rank {to.Rank}"));
        Compare(from.Tokens, to.Tokens, Invariant($"S = {to.Tokens}"));
        Compare(from.IntegrationNs, to.IntegrationNs, Invariant($"an MVM of {to.IntegrationNs} ns"));
        Compare(from.Preset, to.Preset, $"tile {to.Preset}");
        Compare(from.Strategy, to.Strategy, to.Strategy);
        Compare(from.ChunkTokens, to.ChunkTokens, Invariant($"t = {to.ChunkTokens}"));
        Compare(from.Harts, to.Harts, Invariant($"{to.Harts} harts"));
        Compare(from.ClockMhz, to.ClockMhz, Invariant($"{to.ClockMhz} MHz"));
        Compare(from.Timing, to.Timing, to.Timing);
        Compare(from.Contention, to.Contention, $"contention {to.Contention}");
        Compare(from.TcdmBanks, to.TcdmBanks, Invariant($"{to.TcdmBanks} banks"));
        Compare(from.StreamWordsPerCycle, to.StreamWordsPerCycle, Invariant($"streamers {to.StreamWordsPerCycle} words per cycle"));
        Compare(from.DmaBytesPerCycle, to.DmaBytesPerCycle, Invariant($"DMA {to.DmaBytesPerCycle} bytes per cycle"));
        Compare(from.PlatformTcdmBytes, to.PlatformTcdmBytes, $"TCDM {SizeJsonConverter.Format((uint)to.PlatformTcdmBytes)}");
        Compare(from.Seed, to.Seed, Invariant($"seed {to.Seed}"));
        return string.Join(", ", changes);
    }

    private static string Shape(SweepRow row) => Invariant($"{row.Inputs}x{row.Outputs}");

    // Adding zero turns -0.0, to which a small negative number rounds, into 0.0.
    private static string Percent(SweepRow row) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(row.OverheadPercent, 1) + 0.0:F1} %");

    /// <summary>KiB, with a mark if the reference platform's TCDM is too small.</summary>
    private static string Flagged(SweepRow row) => Invariant($"{row.TcdmBytes / KiB:F1}{(row.ExceedsReferenceTcdm ? " ▲" : "")}");

    private static string Markdown(TextTable table)
    {
        using var text = new StringWriter { NewLine = "\n" };
        table.WriteMarkdown(text);
        return text.ToString();
    }
}
