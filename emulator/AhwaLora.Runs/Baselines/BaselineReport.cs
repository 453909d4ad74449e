using System.Globalization;
using System.Xml.Linq;
using AhwaLora.Common.Text;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Baselines;

/// <summary>A comparison for people, for CI servers and for pull requests.</summary>
public sealed class BaselineReport
{
    private const string TotalScope = "total";

    private readonly BaselineComparison _comparison;
    private readonly string _program;
    private readonly Func<uint, SourceLine?> _lineOf;

    /// <summary>A report on a run of <paramref name="program"/>, whose source lines <paramref name="lineOf"/> knows.</summary>
    public BaselineReport(BaselineComparison comparison, string program, Func<uint, SourceLine?> lineOf) =>
        (_comparison, _program, _lineOf) = (comparison, program, lineOf);

    /// <summary>The tables as plain text: what changed, and where each hart first diverged.</summary>
    public void WriteText(TextWriter output)
    {
        if (_comparison.IsEqual) output.WriteLine(_comparison.Divergences.Count == 0 ? "as in the baseline" : "the figures are those of the baseline, but the execution differs");
        else Changes().Write(output);
        if (_comparison.Divergences.Count == 0) return;
        output.WriteLine("first diverging instruction");
        Divergences().Write(output);
        if (_comparison.Divergences.Any(d => !d.IsExact))
        {
            output.WriteLine($"* or one of the {TraceFormat.Stride - 1} before it: after {TextTable.Number(TraceFormat.EveryInstruction)} instructions of a hart, "
                + "not every one is kept");
        }
    }

    /// <summary>The tables in Markdown.</summary>
    public string ToMarkdown()
    {
        using var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"### {_program}: {(_comparison.IsEqual ? "as in the baseline" : "differs from the baseline")}");
        text.WriteLine();
        if (!_comparison.IsEqual)
        {
            Changes().WriteMarkdown(text);
            text.WriteLine();
        }

        if (_comparison.Divergences.Count != 0)
        {
            text.WriteLine("First diverging instruction:");
            text.WriteLine();
            Divergences().WriteMarkdown(text);
        }

        return text.ToString();
    }

    /// <summary>JUnit XML: one test case per scope that was compared.</summary>
    public string ToJUnit()
    {
        var changes = _comparison.Changes.ToLookup(c => c.Scope);
        var cases = _comparison.Scopes.Concat(changes.Select(c => c.Key)).Distinct().Select(scope => Case(scope, [.. changes[scope]])).ToList();
        var suite = new XElement(
            "testsuite",
            new XAttribute("name", _program),
            new XAttribute("tests", cases.Count),
            new XAttribute("failures", cases.Count(c => c.HasElements)),
            new XAttribute("errors", 0),
            new XAttribute("time", Seconds(TotalScope)),
            cases);
        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{new XElement("testsuites", suite).ToString().ReplaceLineEndings("\n")}\n";
    }

    private XElement Case(string scope, Change[] changes)
    {
        var test = new XElement("testcase", new XAttribute("classname", _program), new XAttribute("name", scope), new XAttribute("time", Seconds(scope)));
        if (changes.Length == 0) return test;
        using var text = new StringWriter { NewLine = "\n" };
        Changes(changes).Write(text);
        Divergences().Write(text);
        test.Add(new XElement("failure", new XAttribute("message", string.Join("; ", changes.Select(c => $"{c.Figure} {c.Before ?? "none"} -> {c.After ?? "none"}"))), text.ToString()));
        return test;
    }

    private string Seconds(string scope) => _comparison.Seconds.GetValueOrDefault(scope).ToString("0.#########", CultureInfo.InvariantCulture);

    private TextTable Changes() => Changes(_comparison.Changes);

    private static TextTable Changes(IEnumerable<Change> changes)
    {
        var table = new TextTable("<scope", "<figure", "baseline", "now", "change");
        foreach (var change in HartRows.Of(changes)) table.Add(change.Scope, change.Figure, change.Before ?? "-", change.After ?? "-", change.Percent);
        return table;
    }

    private TextTable Divergences()
    {
        var table = new TextTable("hart", "instruction", "<", "<pc", "<code", "<function", "<source", "cycle");
        foreach (var (harts, d) in HartRows.Of(_comparison.Divergences))
        {
            var number = TextTable.Number(d.Index) + (d.IsExact ? "" : "*");
            AddPoint(table, [harts, number, "baseline"], d.Before, line: null);
            AddPoint(table, ["", "", "now"], d.After, d.After is { } now ? _lineOf(now.Pc) : null);
        }

        return table;
    }

    private static void AddPoint(TextTable table, string[] head, TracePoint? point, SourceLine? line)
    {
        if (point is null) table.Add([.. head, "-", "has ended", "", "", "-"]);
        else table.Add([.. head, string.Create(CultureInfo.InvariantCulture, $"0x{point.Pc:x8}"), point.Text, point.Place, line?.ToString() ?? "", TextTable.Number(point.Cycle)]);
    }
}
