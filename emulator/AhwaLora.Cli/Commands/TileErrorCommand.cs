using System.CommandLine;
using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Reports;
using Spectre.Console;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>tile error</c>: the error of MVMs against W x at several ages, with and without compensation.</summary>
internal static class TileErrorCommand
{
    private static readonly Option<string> Ages = new("--ages") { Description = "Ages in seconds, or with s, h, d or y, separated by commas.", DefaultValueFactory = _ => "0,1,1h,1d,30d,1y,10y", HelpName = "T,..." };
    private static readonly Option<int> Size = CommonOptions.Number("--size", "Rows and columns of the tiles.", 256);
    private static readonly Option<int> Seeds = CommonOptions.Number("--seeds", "Number of tiles; each has the next seed.", 5);

    public static Command Create()
    {
        var command = new Command("error", "Print the relative error of MVMs at several ages, with and without global drift compensation, for tiles with random weights.")
        {
            TileCommand.PresetName, TileCommand.ModelName, TileCommand.Mapping, Ages, Size, Seeds, MachineArguments.Seed, TileCommand.Csv,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(TileCommand.Csv));
        var ages = TileCommand.ParseAges(parsed.GetValue(Ages)!);
        var preset = TileCommand.PresetOf(parsed);
        var study = new TileStudy(preset, TileCommand.ModelOf(parsed, preset), parsed.GetValue(Size), parsed.GetValue(Seeds), parsed.GetValue(MachineArguments.Seed))
        {
            Mapping = TileCommand.MappingOf(parsed),
        };
        study.Check();
        var errors = ErrorOverAge.Measure(study, ages);
        if (parsed.GetValue(TileCommand.Csv) is { } csv) AtomicFile.WriteText(csv, output => WriteCsv(output, study, errors));
        else Print(study, errors);
        return 0;
    }

    private static void Print(TileStudy study, IEnumerable<ErrorAtAge> errors)
    {
        Console.WriteLine(Text($"{study.Caption}: ||y - W x|| / ||W x|| of {TileStudy.Vectors} MVMs, mean (least to most) of {study.Seeds} {(study.Seeds == 1 ? "tile" : "tiles")}"));
        var table = Table("age s", "drifted", "compensated");
        foreach (var error in errors) table.AddRow(Text($"{error.AgeSeconds}"), Percent(error.Drifted), Percent(error.Compensated));
        AnsiConsole.Write(table);
    }

    private static string Percent(SeedSpread error) => Text($"{100 * error.Mean:G4} % ({100 * error.Min:G4} to {100 * error.Max:G4})");

    private static void WriteCsv(TextWriter output, TileStudy study, IEnumerable<ErrorAtAge> errors)
    {
        output.Write("preset,model,size,seeds,age_s,drifted,drifted_min,drifted_max,compensated,compensated_min,compensated_max\n");
        foreach (var error in errors)
        {
            double[] cells = [error.Drifted.Mean, error.Drifted.Min, error.Drifted.Max, error.Compensated.Mean, error.Compensated.Min, error.Compensated.Max];
            output.Write(Text($"{study.Preset.Name},{study.Model.Name},{study.Lines},{study.Seeds},{error.AgeSeconds},{string.Join(',', cells.Select(c => c.ToString("G7", CultureInfo.InvariantCulture)))}\n"));
        }
    }
}
