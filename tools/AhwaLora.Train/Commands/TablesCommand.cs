using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Work;
using AhwaLora.Train.Study;

namespace AhwaLora.Train.Commands;

/// <summary><c>tables</c>: the study of docs/training.md, from data to tables.</summary>
internal static class TablesCommand
{
    private const string Begin = "<!-- begin: tables -->", End = "<!-- end: tables -->";

    private static readonly Option<string> Work = new("--work") { Description = "Directory for data, models and results. What exists there is not made again.", DefaultValueFactory = _ => Path.Combine("out", "training"), HelpName = "DIR" };
    private static readonly Option<string> Document = new("--into")
    {
        Description = "Markdown file. The part between its marks is replaced by the tables.",
        DefaultValueFactory = _ => Path.Combine("docs", "training.md"),
        HelpName = "FILE",
    };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "Number of seeds: 1 to N.", DefaultValueFactory = _ => 5, HelpName = "N" };
    private static readonly Option<int> Jobs = new("--jobs") { Description = "Number of seeds that run at the same time, each as a process.", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };
    private static readonly Option<int?> Only = new("--only-seed") { Description = "Make only the result of this seed, and no tables.", HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("tables", "Make the whole study, seed by seed, and write its tables. Goes on where it was interrupted.") { Work, Document, Seeds, Jobs, Only };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        var plan = new StudyPlan();
        var directory = new StudyDirectory(parsed.GetValue(Work)!, plan);
        directory.MakeGiven();
        if (parsed.GetValue(Only) is { } only)
        {
            new SeedStudy(directory, plan, only).Run().Write(directory.ResultOf(only));
            return;
        }

        var (count, jobs, document) = (parsed.GetValue(Seeds), parsed.GetValue(Jobs), parsed.GetValue(Document)!);
        if (count < 1 || jobs < 1) throw new UserErrorException($"--seeds {count} --jobs {jobs}: expected at least 1 each");
        var seeds = Enumerable.Range(1, count).ToArray();
        HostCores.ForEach([.. seeds.Where(seed => !File.Exists(directory.ResultOf(seed)))], jobs, seed => MakeSeed(parsed.GetValue(Work)!, seed));
        Replace(document, new StudyTables(plan, [.. seeds.Select(s => SeedResult.Read(directory.ResultOf(s)))]).Write());
        Console.WriteLine($"{document}: tables of {count} seeds");
    }

    // One process per seed: torch keeps state that all threads of a process share.
    private static void MakeSeed(string work, int seed)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ahwalora-train");
        using var process = Process.Start(program, ["tables", "--work", work, "--only-seed", seed.ToString(CultureInfo.InvariantCulture)]);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new UserErrorException($"seed {seed} ended with status {process.ExitCode}; see above");
    }

    private static void Replace(string document, string tables)
    {
        var text = InputFile.Text(document, absent: $"no such file; expected one with the marks {Begin} and {End}");
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new UserErrorException($"{document}: does not contain the marks {Begin} and {End}");
        AtomicFile.WriteText(document, text[..(begin + Begin.Length)] + "\n" + tables + "\n" + text[end..]);
    }
}
