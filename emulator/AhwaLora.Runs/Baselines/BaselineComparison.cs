using System.Globalization;
using AhwaLora.Common.Text;

namespace AhwaLora.Runs.Baselines;

/// <summary>A figure that has changed.</summary>
/// <param name="Scope">Part of the run that it belongs to.</param>
/// <param name="Figure">Which figure: cycles, instructions, entries, or a cause.</param>
/// <param name="Before">Value in the baseline; null if it is new.</param>
/// <param name="After">Value now; null if it no longer exists.</param>
public sealed record Change(string Scope, string Figure, string? Before, string? After)
{
    /// <summary>Change in percent of the baseline's value, as text; empty if there is none.</summary>
    public string Percent { get; private init; } = "";

    internal static Change Of(string scope, string figure, ulong before, ulong after) =>
        new(scope, figure, TextTable.Number(before), TextTable.Number(after))
        {
            Percent = before == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * ((double)after - before) / before:+0.00;-0.00} %"),
        };
}

/// <summary>A run compared with its baseline.</summary>
/// <param name="Changes">Figures that differ by more than the tolerance, in the baseline's order.</param>
/// <param name="Scopes">Every scope of the run or the baseline, in order.</param>
/// <param name="Divergences">The first diverging instruction of each hart, if there is a trace.</param>
public sealed record BaselineComparison(IReadOnlyList<Change> Changes, IReadOnlyList<string> Scopes, IReadOnlyList<Divergence> Divergences)
{
    /// <summary>Seconds of the guest's time that each scope of the run took: its cycles at the platform's clock. Equal runs give equal numbers.</summary>
    public IReadOnlyDictionary<string, double> Seconds { get; init; } = new Dictionary<string, double>();

    /// <summary>True if nothing differs by more than the tolerance.</summary>
    public bool IsEqual => Changes.Count == 0;

    /// <summary>
    /// Compares a run with its baseline. With a tolerance, cycles, instructions and entries may differ by that many percent
    /// of the baseline's value, and a cause by that many percent of its scope's cycles.
    /// </summary>
    public static BaselineComparison Of(Baseline before, Baseline after, double tolerancePercent, IReadOnlyList<Divergence> divergences)
    {
        var changes = new List<Change>();
        if (before.End != after.End) changes.Add(new Change("run", "end", before.End, after.End));
        var then = before.Scopes.ToDictionary(s => s.Name);
        var now = after.Scopes.ToDictionary(s => s.Name);
        string[] names = [.. before.Scopes.Concat(after.Scopes).Select(s => s.Name).Distinct()];
        foreach (var name in names)
        {
            if (!now.TryGetValue(name, out var b)) changes.Add(new Change(name, "cycles", TextTable.Number(then[name].Cycles), null));
            else if (!then.TryGetValue(name, out var a)) changes.Add(new Change(name, "cycles", null, TextTable.Number(b.Cycles)));
            else changes.AddRange(Compare(a, b, tolerancePercent / 100));
        }

        return new BaselineComparison(changes, names, divergences);
    }

    private static IEnumerable<Change> Compare(Scope a, Scope b, double tolerance)
    {
        if (Differ(a.Entries, b.Entries, a.Entries)) yield return Change.Of(a.Name, "entries", a.Entries, b.Entries);
        if (Differ(a.Cycles, b.Cycles, a.Cycles)) yield return Change.Of(a.Name, "cycles", a.Cycles, b.Cycles);
        if (Differ(a.Instructions, b.Instructions, a.Instructions)) yield return Change.Of(a.Name, "instructions", a.Instructions, b.Instructions);
        foreach (var cause in a.Causes.Keys.Union(b.Causes.Keys))
        {
            var (before, after) = (a.Causes.GetValueOrDefault(cause), b.Causes.GetValueOrDefault(cause));
            if (Differ(before, after, a.Cycles)) yield return Change.Of(a.Name, cause, before, after);
        }

        bool Differ(ulong before, ulong after, ulong whole) => Math.Abs((double)after - before) > tolerance * whole;
    }
}
