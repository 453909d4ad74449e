using System.CommandLine;
using AhwaLora.Cli.Terminal;
using AhwaLora.Experiments.EngineBench;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>engine check</c>: values bit for bit against those of the hardware.</summary>
internal static class EngineCheckCommand
{
    private static readonly Argument<string> Cases = new("NUMERICS") { Description = "JSON with jobs, their operands and their results, FP16 in hexadecimal.", HelpName = "NUMERICS.json" };

    public static Command Create()
    {
        var command = new Command("check", "Run each job of a JSON file, and compare Z and the rows after row M bit for bit; exit 1 unless all agree.") { Cases };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (cases, differences) = NumericsCheck.Run(parsed.GetValue(Cases)!);
        foreach (var difference in differences) Console.WriteLine(difference);
        Console.WriteLine(Text($"{cases - differences.Count} of {cases}"));
        return differences.Count == 0 ? 0 : 1;
    }
}
