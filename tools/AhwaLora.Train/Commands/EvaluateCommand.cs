using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Inventory;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using AhwaLora.Train.Study;
using AhwaLora.Train.Terminal;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Commands;

/// <summary><c>evaluate</c>: scores a base on tiles, with or without an adapter, over the ages of the study.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string?> AdapterDirectory = new("--adapter") { Description = "Directory of an adapter in PEFT's format. Without this option, the base's own head is used.", HelpName = "DIR" };
    private static readonly Option<string?> Json = new("--json") { Description = "Write the scores as JSON; - for standard output, in place of the table.", HelpName = "FILE" };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "Number of sets of tiles, each with the next seed.", DefaultValueFactory = _ => 1, HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("evaluate", "Score a base on tiles, with or without an adapter, from 0 s to 10 years, with and without drift compensation.")
        {
            Arguments.Data, Arguments.Base, AdapterDirectory, Arguments.Task, Arguments.Bits, Arguments.Tile, Seeds, Arguments.Seed, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        var (tile, seeds, json) = (Arguments.TileOf(parsed), parsed.GetValue(Seeds), parsed.GetValue(Json));
        if (seeds < 1) throw new UserErrorException($"--seeds {seeds}: expected at least 1");
        AtomicFile.CheckPlace(json);
        var task = TrainingTask.Of(parsed.GetValue(Arguments.Task)!);
        if (parsed.GetValue(AdapterDirectory) is { } given) CheckTask(given, task);
        using var model = BaseModel.Read(parsed.GetValue(Arguments.Base)!);
        var dev = TaskData.Read(parsed.GetValue(Arguments.Data)!, task, model.Tokenizer).Data.Dev;
        using var adapter = parsed.GetValue(AdapterDirectory) is { } directory ? Adapter.Read(directory, model.Config) : null;
        if (adapter is not null) CheckHead(parsed.GetValue(AdapterDirectory)!, adapter, task, model);
        ILinears Complete(ILinears linears) => adapter is null ? new DigitalHead(linears, model.Heads[task.Name]) : new AdaptedLinears(linears, adapter);

        var digital = Evaluation.Score(model, task, dev, Complete(new DigitalLinears(model.Encoder)));
        var (series, title, step) = (new List<AgeSeries>(), $"evaluate {task.Name}", 0);
        StepLine.Run(title, 2 * Age.All.Count * seeds, 1, report =>
        {
            for (var n = 0; n < seeds; n++) series.Add(AgeSeries.Measure(model, task, dev, tile, (ulong)(parsed.GetValue(Arguments.Seed) + n), Complete, () => report(++step, title)));
        });
        var numbers = EvaluationNumbers.Of(task, dev.Count, tile.Name, parsed.GetValue(Arguments.Bits), parsed.GetValue(Arguments.Seed), digital, series);
        if (json is not null) AtomicFile.WriteText(json, JsonSerializer.Serialize(numbers, JsonStyles.Tables) + "\n");
        if (json != "-") Print(numbers);
    }

    private static void CheckTask(string directory, TrainingTask task)
    {
        var trainedFor = TrainingSettings.TaskOf(directory);
        if (trainedFor is not null && trainedFor != task.Name) throw Refused(directory, trainedFor, task);
        if (LoraConfig.Read(directory).TaskType is not { } type || type == task.PeftType) return;
        var others = TrainingTask.All.Where(other => other.PeftType == type).Select(other => other.Name).ToList();
        throw Refused(directory, others.Count == 0 ? type : string.Join(" or ", others), task);
    }

    private static void CheckHead(string directory, Adapter adapter, TrainingTask task, BaseModel model)
    {
        foreach (var head in new Encoder(task.ConfigOf(model.Config)).Inventory.Linears.Where(layer => layer.Role == LinearRole.Head))
        {
            if (!adapter.Weights.Has(head.Weight)) throw new UserErrorException($"{directory}: has no head '{head.Name}', which --task {task.Name} needs; give the adapter's own task");
        }
    }

    private static UserErrorException Refused(string directory, string trainedFor, TrainingTask task) =>
        new($"{directory}: is an adapter for {trainedFor}, not for --task {task.Name}; give the adapter's own task");

    private static void Print(EvaluationNumbers numbers)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{numbers.Task}, {numbers.Metric} of {numbers.Examples} examples in percent, tile {numbers.Tile} of {numbers.Bits} bits; digital: {numbers.DigitalPercent:F1}"));
        var table = new TextTable("<age", "with GDC", "without");
        foreach (var age in numbers.Ages) table.Add(age.Age, $"{age.Compensated}", $"{age.Uncompensated}");
        table.Write(Console.Out);
    }
}
