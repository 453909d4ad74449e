using System.CommandLine;
using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Reports;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Cli.Commands;

/// <summary><c>report</c>: writes one page about a layer on a machine and the machine's tiles.</summary>
internal static class ReportCommand
{
    private static readonly Option<string> Out = new("--out") { Description = "Directory for report.html, report.json and the pictures.", DefaultValueFactory = _ => "report", HelpName = "DIR" };
    private static readonly Option<string?> Results = new("--results") { Description = "Draw the overhead maps from a sweep's results (CSV); by default the published points are measured.", HelpName = "FILE" };
    private static readonly Option<bool> NoPictures = new("--no-pictures") { Description = "Do not write the pictures of the tile (SVG, PNG) next to the page." };
    private static readonly Option<string> Layer = new("--layer") { Description = "Inputs x outputs of the layer whose timeline is shown.", DefaultValueFactory = _ => "128x128", HelpName = "MxN" };
    private static readonly Option<int> Rank = CommonOptions.Number("--rank", "Rank r of the adapter.", 8);
    private static readonly Option<int> Tokens = CommonOptions.Number("--tokens", "Tokens S.", 320);
    private static readonly Option<int> Chunk = CommonOptions.Number("--chunk", "Tokens t per chunk.", 8);
    private static readonly Option<int> Integration = CommonOptions.Number("--tint", "Integration time of the tile, ns.", 256);
    private static readonly Option<int> Harts = CommonOptions.Harts(8);
    private static readonly Option<string> Strategy = new("--strategy") { Description = "How the adapter is scheduled beside the tile.", DefaultValueFactory = _ => LayerStrategy.DoubleBuffered.Name };
    private static readonly Option<string> Timing = MachineArguments.TimingOption("cv32e40p");
    private static readonly Option<int> Size = CommonOptions.Number("--size", "Rows and columns of the tiles whose errors, conductances and saturation are shown.", 256);
    private static readonly Option<int> Seeds = CommonOptions.Number("--seeds", "Number of such tiles; each has the next seed.", 5);

    static ReportCommand()
    {
        Strategy.AcceptOnlyFromAmong([.. LayerStrategy.All.Where(s => !s.IsChain).Select(s => s.Name)]);
    }

    public static Command Create()
    {
        var command = new Command("report", "Write one page (HTML) about a layer: timeline, overhead maps, balance, roofline, stall causes, and the tile's errors.")
        {
            Out, Results, NoPictures, Layer, Rank, Tokens, Chunk, Integration, Harts, Strategy,
            MachineArguments.Platform, Timing, MachineArguments.Contention, MachineArguments.Engine, MachineArguments.Seed,
            TileCommand.PresetName, TileCommand.ModelName, Size, Seeds,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var directory = parsed.GetValue(Out)!;
        OutputDirectory.CheckPlace(directory);
        var request = Request(parsed);
        ProgressLine.Show("report", report => ReportFiles.Write(ReportData.Measure(request, report), directory, !parsed.GetValue(NoPictures)));
        Console.WriteLine($"{Path.Combine(directory, ReportFiles.Page)}: open it in a browser");
        return 0;
    }

    private static ReportRequest Request(ParseResult parsed)
    {
        var (inputs, outputs) = ParseLayer(parsed.GetValue(Layer)!);
        var shape = new LayerShape(inputs, outputs, parsed.GetValue(Rank), parsed.GetValue(Tokens), CommonOptions.ChunkOf(parsed, Chunk, Tokens));
        var preset = TileCommand.PresetOf(parsed);
        var model = TileCommand.ModelOf(parsed, preset);
        var strategy = LayerStrategy.All.First(s => s.Name == parsed.GetValue(Strategy));
        var file = parsed.GetValue(MachineArguments.Platform);
        var platform = PlatformFile.Load(file);
        platform = platform with
        {
            Harts = parsed.GetValue(Harts),
            Aimc = (platform.Aimc ?? new AimcDescription()) with { IntegrationNs = parsed.GetValue(Integration), Preset = preset.Name, Model = model.Name },
        };
        shape.Check();
        return new ReportRequest(
            shape,
            strategy,
            PlatformFile.IsDefault(file) ? LayerMapping.WithTiles(platform, [shape], strategy) : platform,
            MachineArguments.Options(parsed, platform, Timing),
            new TileStudy(
                preset,
                model,
                parsed.GetValue(Size),
                parsed.GetValue(Seeds),
                parsed.GetValue(MachineArguments.Seed)))
        {
            ResultsPath = parsed.GetValue(Results),
        };
    }

    private static (int Inputs, int Outputs) ParseLayer(string text) =>
        text.Split('x') is [var inputs, var outputs] && int.TryParse(inputs, NumberStyles.None, CultureInfo.InvariantCulture, out var m) && int.TryParse(outputs, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? (m, n)
            : throw new UserErrorException($"--layer '{text}': expected inputs x outputs, as in 512x128");
}
