using System.CommandLine;
using AhwaLora.Common.Files;
using AhwaLora.Train.Data.Generated;

namespace AhwaLora.Train.Commands;

/// <summary><c>data</c>: writes the generated sets.</summary>
internal static class DataCommand
{
    private static readonly Option<string> Out = new("--out") { Description = "Directory for the data sets.", DefaultValueFactory = _ => "data", HelpName = "DIR" };
    private static readonly Option<int> Examples = new("--train") { Description = "Examples per set to train on.", DefaultValueFactory = _ => DataDirectory.Train, HelpName = "N" };
    private static readonly Option<int> Dev = new("--dev") { Description = "Examples per set to measure on.", DefaultValueFactory = _ => DataDirectory.Dev, HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("data", "Write small sets in the formats of SST-2, RTE, SQuAD v1.1 and JSONL, and the vocabulary.") { Out, Examples, Dev, Arguments.Seed };
        command.SetAction(parsed =>
        {
            var (directory, train, dev) = (parsed.GetValue(Out)!, parsed.GetValue(Examples), parsed.GetValue(Dev));
            if (train < 1 || dev < 1 || dev > GeneratedTasks.InstructionCount / 2) throw new UserErrorException($"--train {train} --dev {dev}: expected at least 1 each, and no more than {GeneratedTasks.InstructionCount / 2} for --dev");
            DataDirectory.Write(directory, parsed.GetValue(Arguments.Seed), train, dev);
            Console.WriteLine($"{directory}: vocab.txt, {string.Join(", ", Directory.GetDirectories(directory).Select(d => Path.GetFileName(d) + "/").Order(StringComparer.Ordinal))}");
        });
        return command;
    }
}
