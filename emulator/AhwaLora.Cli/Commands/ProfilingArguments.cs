using System.CommandLine;
using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Runs.Baselines;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Cli.Commands;

/// <summary>Options of <c>run</c> that show where its cycles went and compare them with a baseline.</summary>
internal static class ProfilingArguments
{
    private static readonly Option<bool> Causes = new("--causes") { Description = "Print cycles by cause: per hart, then the functions and source lines that take the most." };
    private static readonly Option<int> Top = CommonOptions.Number("--top", "Number of functions and source lines that --causes prints.", 20).AtLeast(0);
    private static readonly Option<bool> Regions = new("--regions") { Description = "Print cycles and instructions of the regions that the firmware marks (CSR 0x7C8)." };
    private static readonly Option<string?> Folded = new("--folded") { Description = "Write cycles by call stack, one line per stack, for flame graphs.", HelpName = "FILE" };
    private static readonly Option<string?> Callgrind = new("--callgrind") { Description = "Write cycles and causes by instruction and source line, for KCachegrind and callgrind_annotate.", HelpName = "FILE" };
    private static readonly Option<string?> Baseline = new("--baseline") { Description = "Compare cycles, instructions and causes with a baseline; exit status 1 if they differ.", HelpName = "FILE" };
    private static readonly Option<bool> Update = new("--update-baseline") { Description = "Write the baseline instead of comparing, and its trace to FILE.trace." };
    private static readonly Option<double> Tolerance = new("--tolerance") { Description = "Percent by which figures may differ from the baseline.", DefaultValueFactory = _ => 0, HelpName = "PERCENT" };
    private static readonly Option<string?> JUnit = new("--junit") { Description = "Write the comparison with the baseline as JUnit XML.", HelpName = "FILE" };
    private static readonly Option<string?> Markdown = new("--markdown") { Description = "Write the comparison with the baseline in Markdown.", HelpName = "FILE" };

    public static readonly Option<int?> JitterRuns = new Option<int?>("--jitter")
    {
        Description = $"Run N times and print the least, median and most cycles. The runs vary the cycle in which each hart starts, by up to {Jitter.MaxSkew}, and the place of code and data, by up to {Jitter.MaxOffset} bytes.",
        HelpName = "N",
    }.AtLeast(1);

    /// <summary>The options that print tables.</summary>
    public static IReadOnlyList<Option> Tables { get; } = [Causes, Top, Regions];

    /// <summary>All of these options.</summary>
    public static IReadOnlyList<Option> All { get; } = [.. Tables, Folded, Callgrind, Baseline, Update, Tolerance, JUnit, Markdown, JitterRuns];

    public static void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
    }

    /// <summary>The number of varied runs; null for a single run without variation.</summary>
    public static int? Runs(ParseResult parsed) => parsed.GetValue(JitterRuns) switch
    {
        null => null,
        _ when parsed.GetValue(Baseline) is not null => throw new UserErrorException("--jitter cannot be given with --baseline: a baseline belongs to one run, which is not varied; leave one of them out"),
        var runs => runs,
    };

    public static ProfileRequest? Profile(ParseResult parsed)
    {
        return parsed.GetValue(Causes) || parsed.GetValue(Folded) is not null || parsed.GetValue(Callgrind) is not null
            ? new ProfileRequest { FoldedPath = parsed.GetValue(Folded), CallgrindPath = parsed.GetValue(Callgrind) }
            : null;
    }

    public static BaselineRequest? BaselineOf(ParseResult parsed)
    {
        var tolerance = parsed.GetValue(Tolerance);
        if (!(tolerance is >= 0 and <= 100)) throw new UserErrorException(FormattableString.Invariant($"--tolerance {tolerance}: expected 0 to 100 percent"));
        if (parsed.GetValue(Baseline) is { } path)
        {
            return new BaselineRequest { Path = path, Update = parsed.GetValue(Update), TolerancePercent = tolerance, JUnitPath = parsed.GetValue(JUnit), MarkdownPath = parsed.GetValue(Markdown) };
        }

        var needing = new Option[] { Update, JUnit, Markdown, Tolerance }.FirstOrDefault(parsed.IsGiven);
        return needing is null ? null : throw new UserErrorException($"{needing.Name} needs --baseline FILE");
    }

    /// <summary>Prints the tables that were asked for, after the run.</summary>
    public static void Print(ParseResult parsed, ProgramRun run)
    {
        if (parsed.GetValue(Causes))
        {
            var top = parsed.GetValue(Top);

            CauseReport.WriteHarts(run.Machine, Console.Out);
            CauseReport.WriteBanks(run.Machine, top, Console.Out);
            CauseReport.WriteCode(run.Profile!, run.SourceLines(), top, Console.Out);
        }

        if (parsed.GetValue(Regions)) CauseReport.WriteRegions(run.Machine.Regions, Console.Out);
        if (run.Baseline is not { } baseline) return;
        if (baseline.TraceProblem is { } problem) Console.Error.WriteLine($"ahwalora: {problem}");
        if (baseline.Comparison is { } comparison) new BaselineReport(comparison, Path.GetFileName(run.Image.Path), run.LineOf).WriteText(Console.Out);
    }
}
