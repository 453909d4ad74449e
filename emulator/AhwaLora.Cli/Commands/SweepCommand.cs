using System.CommandLine;
using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Cli.Commands;

/// <summary><c>sweep</c>: runs many layers on many machines.</summary>
internal static class SweepCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "Sweep file, YAML or JSON (docs/sweeps.md)." };
    private static readonly Option<string> Out = new("--out") { Description = "Directory for the results.", DefaultValueFactory = _ => "sweeps", HelpName = "DIR" };
    private static readonly Option<string?> Part = new("--shard") { Description = "Run part i of n only; 'merge' joins the parts.", HelpName = "i/n" };
    private static readonly Option<int> Jobs = CommonOptions.Jobs("Points");
    private static readonly Option<bool> Check = new("--check") { Description = "Check the file and print how many points it has; run none." };

    public static Command Create()
    {
        var command = new Command("sweep", "Run a layer at every point of a sweep file. A sweep that was stopped continues where it ended.") { File, Out, Part, Jobs, Check, MachineArguments.Engine };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var shard = parsed.GetValue(Part) is { } text ? Shard.Parse(text) : Shard.Whole;
        var plan = SweepPlan.Load(parsed.GetValue(File)!);
        if (parsed.GetValue(Check))
        {
            Console.WriteLine($"sweep {plan.Name}: {plan.Points.Count} points");
            return 0;
        }

        var engine = MachineArguments.EngineOf(parsed);
        var directory = parsed.GetValue(Out)!;
        SweepProgress last = default;
        SweepTable? table = null;
        ProgressLine.Count($"sweep {plan.Name}{(shard.IsWhole ? "" : $", part {shard}")}", report =>
        {
            table = SweepRun.Execute(plan, shard, directory, engine, parsed.GetValue(Jobs), at =>
            {
                last = at;
                report(at.Done, at.Points);
            });
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{directory}: {last.Points:N0} points{(last.Reused != 0 ? $", {last.Reused:N0} of them from an earlier run" : "")}: {table!.FileStem}.parquet, {table.FileStem}.csv"));
        return 0;
    }
}
