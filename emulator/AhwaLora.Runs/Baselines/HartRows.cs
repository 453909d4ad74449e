using System.Globalization;
using System.Text.RegularExpressions;

namespace AhwaLora.Runs.Baselines;

/// <summary>Rows of harts that differ in nothing but the hart's number are one row, of all these harts: <c>harts 0-7</c>.</summary>
internal static partial class HartRows
{
    /// <summary>The changes, each row at the place of its first hart.</summary>
    public static IEnumerable<Change> Of(IEnumerable<Change> changes) =>
        from change in changes
        let hart = HartOf().Match(change.Scope)
        group (change, hart) by hart.Success ? change with { Scope = HartOf().Replace(change.Scope, "") } : change into row
        let first = row.First()
        select row.Count() == 1 ? first.change : first.change with { Scope = HartOf().Replace(first.change.Scope, $"harts {Ranges(row.Select(r => int.Parse(r.hart.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)))}") };

    /// <summary>The divergences, each with its harts.</summary>
    public static IEnumerable<(string Harts, Divergence Divergence)> Of(IEnumerable<Divergence> divergences) =>
        from divergence in divergences
        group divergence by divergence with { Hart = 0 } into row
        select (Ranges(row.Select(d => d.Hart)), row.First());

    /// <summary>Numbers as text; those that follow each other are given by their ends.</summary>
    internal static string Ranges(IEnumerable<int> numbers)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var number in numbers.Order())
        {
            if (ranges.Count != 0 && ranges[^1].Last == number - 1) ranges[^1] = (ranges[^1].First, number);
            else ranges.Add((number, number));
        }

        return string.Join(", ", ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.First}") + (r.First == r.Last ? "" : string.Create(CultureInfo.InvariantCulture, $"-{r.Last}"))));
    }

    [GeneratedRegex(@"\bhart (?<number>\d+)$")]
    private static partial Regex HartOf();
}
