using System.Globalization;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Observe;

namespace AhwaLora.Runs.Profiling;

/// <summary>Tables of cycles: per hart, per function, per source line, per region.</summary>
public static class CauseReport
{
    private const int HartsAbreast = 4, CausesShown = 3;

    /// <summary>Writes cycles by cause, with one column per hart.</summary>
    public static void WriteHarts(EmulatedMachine machine, TextWriter output)
    {
        foreach (var harts in machine.Harts.Chunk(HartsAbreast))
        {
            var causes = harts.Select(h => machine.CausesOf(h.Id)).ToArray();
            var table = new TextTable(["<cause", .. harts.SelectMany(h => new[] { string.Create(CultureInfo.InvariantCulture, $"hart {h.Id}"), "" })]);
            for (var n = 0; n < CauseNames.All.Count; n++)
            {
                if (causes.All(c => c.Cycles[n] == 0)) continue;
                table.Add([CauseNames.All[n], .. causes.SelectMany(c => new[] { TextTable.Number(c.Cycles[n]), TextTable.Percent(c.Cycles[n], c.Total) })]);
            }

            table.Add(["cycles", .. causes.SelectMany(c => new[] { TextTable.Number(c.Total), "" })]);
            table.Add(["instructions", .. harts.SelectMany(h => new[] { TextTable.Number(h.Retired), "" })]);
            table.Write(output);
        }
    }

    /// <summary>The <paramref name="top"/> worst conflicts by bank and by the master that won; nothing if there were none.</summary>
    public static void WriteBanks(EmulatedMachine machine, int top, TextWriter output)
    {
        var conflicts = machine.BankConflicts.OrderByDescending(c => c.Cycles).ToList();
        if (conflicts.Count == 0) return;
        var all = conflicts.Aggregate(0UL, (sum, c) => sum + c.Cycles);
        var namesCluster = conflicts.Exists(c => c.Cluster is not null);
        string[] Cells(string cycles, string percent, string cluster, string bank, string winner) => namesCluster ? [cycles, percent, cluster, bank, winner] : [cycles, percent, bank, winner];

        var table = new TextTable(Cells("cycles waited", "", "cluster", "bank", "<won by"));
        foreach (var conflict in conflicts.Take(top))
        {
            var cluster = conflict.Cluster is { } number ? TextTable.Number(number) : "";
            table.Add(Cells(TextTable.Number(conflict.Cycles), TextTable.Percent(conflict.Cycles, all), cluster, TextTable.Number(conflict.Bank), conflict.Winner));
        }

        if (conflicts.Count > top) table.Add(Cells("", "", "", "", $"... {TextTable.Number(conflicts.Count - top)} more"));
        table.Write(output);
    }

    /// <summary>The <paramref name="top"/> most expensive functions and source lines, all harts together.</summary>
    public static void WriteCode(CauseProfile profile, SourceLines lines, int top, TextWriter output)
    {
        WriteTop("function", profile.SumBy(profile.Symbols.IndexOf), profile.Symbols.NameOf, top, output);
        if (lines.Problem is { } problem) output.WriteLine($"{problem}\n");
        else WriteTop("source line", profile.SumBy(pc => lines.Of(pc)?.ToString() ?? "(no line)"), line => line, top, output);
    }

    /// <summary>The regions that firmware marked, by name and hart.</summary>
    public static void WriteRegions(RegionRecorder regions, TextWriter output)
    {
        var table = new TextTable("<region", "hart", "entries", "cycles", "instructions", "<mostly");
        foreach (var ((hart, id), record) in regions.Records.OrderBy(r => regions.NameOf(r.Key.Id), StringComparer.Ordinal).ThenBy(r => r.Key.Hart))
        {
            table.Add(regions.NameOf(id), TextTable.Number(hart), TextTable.Number(record.Entries), TextTable.Number(record.Cycles), TextTable.Number(record.Instructions), Mostly(record.Causes));
        }

        table.Write(output);
        foreach (var (hart, id) in regions.OpenRegions) output.WriteLine($"hart {hart.ToString(CultureInfo.InvariantCulture)} did not end region '{regions.NameOf(id)}'");
    }

    private static void WriteTop<TKey>(string what, IReadOnlyList<(TKey Key, CodeCost Cost)> sums, Func<TKey, string> name, int top, TextWriter output)
    {
        var all = sums.Aggregate(0UL, (sum, s) => sum + s.Cost.Cycles);
        var table = new TextTable("cycles", "", "instructions", $"<{what}", "<mostly");
        foreach (var (key, cost) in sums.Take(top))
        {
            table.Add(TextTable.Number(cost.Cycles), TextTable.Percent(cost.Cycles, all), TextTable.Number(cost.Instructions), name(key), Mostly(cost.Causes));
        }

        if (sums.Count > top) table.Add("", "", "", $"... {TextTable.Number(sums.Count - top)} more", "");
        table.Write(output);
    }

    /// <summary>The largest causes with their shares.</summary>
    private static string Mostly(ulong[] causes)
    {
        var all = causes.Aggregate(0UL, (sum, cycles) => sum + cycles);
        var largest = CauseNames.Spent(causes).OrderByDescending(c => c.Value).Take(CausesShown);
        return string.Join(", ", largest.Select(c => $"{c.Key} {TextTable.Percent(c.Value, all)}"));
    }
}
