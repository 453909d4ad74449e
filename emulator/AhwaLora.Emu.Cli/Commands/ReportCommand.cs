using System.CommandLine;
using AhwaLora.Emu.Aimc.Crossbar;
using AhwaLora.Emu.Lab.Reports;

namespace AhwaLora.Emu.Cli.Commands;

/// <summary><c>report</c>: pictures of a kind of tile.</summary>
internal static class ReportCommand
{
    private static readonly Option<string> Out = new("--out") { Description = "Directory for the pictures (SVG, PNG) and report.json.", DefaultValueFactory = _ => "report", HelpName = "DIR" };
    private static readonly Option<string> PresetName = new("--preset") { Description = "Converters and noise of the tile.", DefaultValueFactory = _ => Preset.AhwaLora.Name };
    private static readonly Option<string> ModelName = new("--model") { Description = "Its devices.", DefaultValueFactory = _ => DeviceModel.Pcm.Name };
    private static readonly Option<int> Size = new("--size") { Description = "Rows and columns.", DefaultValueFactory = _ => 256, HelpName = "N" };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "How many tiles, of successive seeds.", DefaultValueFactory = _ => 5, HelpName = "N" };

    static ReportCommand()
    {
        PresetName.AcceptOnlyFromAmong([.. Preset.All.Select(p => p.Name)]);
        ModelName.AcceptOnlyFromAmong([.. DeviceModel.All.Select(m => m.Name)]);
    }

    public static Command Create()
    {
        var command = new Command("report", "Draw a tile's error against its age, its conductances and where it saturates.") { Out, PresetName, ModelName, Size, Seeds, MachineArguments.Seed };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var study = new TileStudy(
            Preset.All.First(p => p.Name == parsed.GetValue(PresetName)),
            DeviceModel.All.First(m => m.Name == parsed.GetValue(ModelName)),
            parsed.GetValue(Size),
            parsed.GetValue(Seeds),
            parsed.GetValue(MachineArguments.Seed));
        var directory = parsed.GetValue(Out)!;
        Progress.Show("report", report => TileReport.Write(study, directory, report));
        Console.WriteLine($"{directory}: {string.Join(", ", Directory.GetFiles(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal))}");
        return 0;
    }
}
