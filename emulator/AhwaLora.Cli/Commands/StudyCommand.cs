using System.CommandLine;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Study;
using AhwaLora.Reports.Study;

namespace AhwaLora.Cli.Commands;

/// <summary><c>study</c>: measures and writes docs/study.md again.</summary>
internal static class StudyCommand
{
    private static readonly Option<string> Directory = new("--directory")
    {
        Description = "Directory with the study's sweep files and text (docs/study). The pictures are written there, and the document one directory above.",
        DefaultValueFactory = _ => Path.Combine("docs", "study"),
        HelpName = "DIR",
    };
    private static readonly Option<string> Work = new("--work")
    {
        Description = "Directory for results and journals; a study that was stopped continues where it ended.",
        DefaultValueFactory = _ => Path.Combine("out", "study"),
        HelpName = "DIR",
    };
    private static readonly Option<int> Jobs = CommonOptions.Jobs("Runs");
    private static readonly Option<bool> WithoutModels = new("--no-models") { Description = "Leave whole models out." };

    public static Command Create()
    {
        var command = new Command("study", "Measure what adapters cost beside tiles, at the published points and around them, and write the document.") { Directory, Work, Jobs, WithoutModels, MachineArguments.Engine };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var engine = MachineArguments.EngineOf(parsed);
        var directory = parsed.GetValue(Directory)!;
        var models = parsed.GetValue(WithoutModels) ? [] : StudyResults.AllModels;
        OutputDirectory.CheckPlace(parsed.GetValue(Work));
        var document = StudyDocument.Load(directory);
        document.Write(StudyResults.Measure(directory, parsed.GetValue(Work)!, models, engine, parsed.GetValue(Jobs), ProgressLine.Count));
        Console.WriteLine($"{Path.GetRelativePath(".", document.Path)}, and its pictures in {directory}");
        return 0;
    }
}
