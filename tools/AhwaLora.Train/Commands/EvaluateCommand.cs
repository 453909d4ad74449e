using System.CommandLine;
using System.Globalization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using AhwaLora.Train.Study;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Commands;

/// <summary><c>evaluate</c>: scores a base on tiles, with or without an adapter, over the ages of the study.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string?> AdapterDirectory = new("--adapter") { Description = "Directory of an adapter in PEFT's form; without it the base's own head is used.", HelpName = "DIR" };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "How many sets of tiles, of successive seeds.", DefaultValueFactory = _ => 1, HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("evaluate", "Score a base on tiles, with or without an adapter, from 0 s to 10 years, with and without drift compensation.")
        {
            Arguments.Data, Arguments.Base, AdapterDirectory, Arguments.Task, Arguments.Bits, Arguments.Tile, Seeds, Arguments.Seed,
        };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        using var model = BaseModel.Read(parsed.GetValue(Arguments.Base)!);
        var task = TrainingTask.Of(parsed.GetValue(Arguments.Task)!);
        var dev = TaskData.Read(parsed.GetValue(Arguments.Data)!, task, model.Tokenizer).Data.Dev;
        using var adapter = parsed.GetValue(AdapterDirectory) is { } directory ? Adapter.Read(directory, model.Config) : null;
        ILinears Complete(ILinears linears) => adapter is null ? new DigitalHead(linears, model.Heads[task.Name]) : new AdaptedLinears(linears, adapter);

        var (tile, seeds) = (Arguments.TileOf(parsed), parsed.GetValue(Seeds));
        if (seeds < 1) throw new UserErrorException($"--seeds {seeds}: expected at least 1");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Name}, {task.Metric} of {dev.Count} examples in percent, "
            + $"tile {tile.Name} of {parsed.GetValue(Arguments.Bits)} bits; digital: {Evaluation.Score(model, task, dev, Complete(new DigitalLinears(model.Encoder))):F1}"));
        var tables = Enumerable.Range(parsed.GetValue(Arguments.Seed), seeds)
            .Select(seed => AgeSeries.Measure(model, task, dev, tile, (ulong)seed, Complete)).ToArray();
        var table = new TextTable("<age", "with GDC", "without");
        foreach (var (index, age) in Age.All.Index())
        {
            table.Add(age.Name, Statistic.Of(tables.Select(t => t.Compensated[index])).ToString(), Statistic.Of(tables.Select(t => t.Uncompensated[index])).ToString());
        }

        table.Write(Console.Out);
    }
}
