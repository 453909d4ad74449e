using System.CommandLine;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Sweeps;

namespace AhwaLora.Cli.Commands;

/// <summary><c>merge</c>: joins the parts of a sweep into one.</summary>
internal static class MergeCommand
{
    private static readonly Argument<string[]> Parts = new("PART") { Description = "The parts' Parquet files, in any order.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Out = new("--out") { Description = "Directory for the results, which have the name of the sweep.", DefaultValueFactory = _ => "sweeps", HelpName = "DIR" };

    public static Command Create()
    {
        var command = new Command("merge", "Join the parts of a sweep that was run with --shard; the result is the same as without --shard.") { Parts, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var directory = parsed.GetValue(Out)!;
        OutputDirectory.CheckPlace(directory);
        var table = SweepMerge.Join([.. parsed.GetValue(Parts)!.Select(path => (path, SweepTable.Read(path)))]);
        table.WriteTo(directory);
        var path = Path.Combine(directory, table.FileStem);
        Console.WriteLine(Output.Text($"wrote {path}.parquet and {path}.csv: {table.Rows.Count:N0} points"));
        return 0;
    }
}
