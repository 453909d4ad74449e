using System.CommandLine;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.EngineBench;

namespace AhwaLora.Cli.Commands;

/// <summary><c>engine cycles</c>: cycles and accesses of the jobs in a CSV file.</summary>
internal static class EngineCyclesCommand
{
    private static readonly Argument<string> Points = new("POINTS") { Description = "CSV with a job per row: columns h, l, m, n, k and, if wanted, p, op, align, gap, x, w, z, kind, prob, seed.", HelpName = "POINTS.csv" };
    private static readonly Option<string> Csv = new("--csv") { Description = "Where the rows go, with status, cycles, reads, writes and stalls; - for standard output.", HelpName = "FILE", DefaultValueFactory = _ => "-" };

    public static Command Create()
    {
        var command = new Command("cycles", "Run each job of a CSV file on the engine of release v2.0.4, and write its cycles, accesses and denied cycles.") { Points, Csv };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var csv = parsed.GetValue(Csv)!;
        AtomicFile.CheckPlace(csv);
        AtomicFile.WriteText(csv, string.Concat(EngineCycles.Measure(parsed.GetValue(Points)!).Select(line => line + "\n")));
        return 0;
    }
}
