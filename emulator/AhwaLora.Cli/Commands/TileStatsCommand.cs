using System.CommandLine;
using System.Globalization;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.TileBench;
using Spectre.Console;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>tile stats</c>: statistics of many devices with one target, beside the model's values.</summary>
internal static class TileStatsCommand
{
    private static readonly double[] RelativeTargets = [0, 0.04, 0.2, 0.4, 0.6, 0.8, 1];

    private static readonly Option<string> ModelName = new("--model") { Description = "The devices.", DefaultValueFactory = _ => DeviceModel.Pcm.Name };
    private static readonly Option<string?> Targets = new("--targets") { Description = "Target conductances in uS, separated by commas; by default seven from 0 to g_max.", HelpName = "G,..." };
    private static readonly Option<string> Ages = new("--ages") { Description = "Ages in seconds, or with s, h, d or y, separated by commas.", DefaultValueFactory = _ => "0,1h,1d,1y", HelpName = "T,..." };
    private static readonly Option<int> Samples = CommonOptions.Number("--samples", "Devices drawn for each target and age.", 100_000);

    static TileStatsCommand() => ModelName.AcceptOnlyFromAmong([.. DeviceModel.All.Select(m => m.Name)]);

    public static Command Create()
    {
        var command = new Command("stats", "Program many devices to each target, read them at several ages, and compare mean, spread and share at zero with the model's own.")
        {
            ModelName, Targets, Ages, Samples, MachineArguments.Seed, TileCommand.Csv,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(TileCommand.Csv));
        var model = DeviceModel.All.First(m => m.Name == parsed.GetValue(ModelName));
        var ages = TileCommand.ParseAges(parsed.GetValue(Ages)!);
        var samples = parsed.GetValue(Samples);
        var rows = DeviceStatistics.Measure(model, ParseTargets(parsed.GetValue(Targets), model), ages, samples, parsed.GetValue(MachineArguments.Seed));
        if (parsed.GetValue(TileCommand.Csv) is { } csv) DeviceStatistics.WriteCsv(csv, model, samples, rows);
        else Print(model, samples, ages[0], rows);
        return 0;
    }

    private static IEnumerable<double> ParseTargets(string? text, DeviceModel model) => text is null
        ? RelativeTargets.Select(r => Math.Round(r * model.GMaxMicroSiemens, 4))
        : text.Split(',', StringSplitOptions.TrimEntries).Select(target => double.TryParse(target, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new UserErrorException($"--targets '{target}': expected a conductance in uS, as in 12.5"));

    private static void Print(DeviceModel model, int samples, double firstAge, IEnumerable<DeviceStatistics> rows)
    {
        Console.WriteLine(Text($"{samples:N0} devices {model.Name} for each target, in uS: drawn | the model's"));
        var table = Table("target", "age s", "<stage", "mean", "sd", "at zero %");
        foreach (var row in rows.Where(row => row.Stage == DeviceStatistics.Read || (row.Stage == DeviceStatistics.Programmed && row.AgeSeconds == firstAge)))
        {
            var (drawn, expected) = (row.Measured, row.Expected);
            table.AddRow(
                Text($"{row.Target}"),
                row.Stage == DeviceStatistics.Programmed ? "-" : Text($"{row.AgeSeconds}"),
                row.Stage,
                Text($"{drawn.Mean:F4} | {expected.Mean:F4}"),
                Text($"{drawn.Deviation:F4} | {expected.Deviation:F4}"),
                Text($"{100 * drawn.AtZero:F2} | {100 * expected.AtZero:F2}"));
        }

        AnsiConsole.Write(table);
    }
}
