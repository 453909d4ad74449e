using System.CommandLine;
using System.Globalization;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Commands;

/// <summary>Options that several commands share.</summary>
internal static class Arguments
{
    public static readonly Option<string> Data = new("--data") { Description = "Directory of the data, such as 'data' writes.", DefaultValueFactory = _ => "data", HelpName = "DIR" };
    public static readonly Option<string> Base = new("--base") { Description = "Directory of the base: config.json, model.safetensors, vocab.txt.", Required = true, HelpName = "DIR" };
    public static readonly Option<string> Out = new("--out") { Description = "Directory for the result.", Required = true, HelpName = "DIR" };
    public static readonly Option<string> Task = new("--task") { Description = "The task: what the model learns.", DefaultValueFactory = _ => TrainingTask.All[0].Name };
    public static readonly Option<int> Rank = Checked(new Option<int>("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => 4, HelpName = "R" }, 1, 1024);
    public static readonly Option<int> Bits = Checked(new Option<int>("--bits") { Description = "Bits of the tile's converters.", DefaultValueFactory = _ => 8, HelpName = "N" }, 2, 15);
    public static readonly Option<string> Tile = new("--tile") { Description = "Noise of the tile.", DefaultValueFactory = _ => TileKind.Study.Name };
    public static readonly Option<int> Seed = Checked(new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1, HelpName = "N" }, 0, int.MaxValue);
    public static readonly Option<int?> Steps = Checked(new Option<int?>("--steps") { Description = "Number of updates; by default that of docs/training.md.", HelpName = "N" }, 1, int.MaxValue);
    public static readonly Option<int?> Batch = Checked(new Option<int?>("--batch") { Description = "Examples per update; by default the number of docs/training.md.", HelpName = "N" }, 1, 65_536);
    public static readonly Option<double?> Rate = Checked(new Option<double?>("--rate") { Description = "Highest learning rate; by default that of docs/training.md.", HelpName = "X" }, 1e-9, 10);
    public static readonly Option<string?> Checkpoint = new("--checkpoint")
    {
        Description = "File from which the same training resumes after an interruption, with the same result to the bit. It is written every 100 steps and deleted at the end.",
        HelpName = "FILE",
    };

    static Arguments()
    {
        Task.AcceptOnlyFromAmong([.. TrainingTask.All.Select(t => t.Name)]);
        Tile.AcceptOnlyFromAmong([.. TileKind.All.Select(t => t.Name)]);
    }

    /// <summary>The kind of tile that the options name.</summary>
    public static TileKind TileOf(ParseResult parsed) => TileKind.All.First(t => t.Name == parsed.GetValue(Tile)).WithBits(parsed.GetValue(Bits));

    /// <summary>The usual recipe with the values that the options change.</summary>
    public static Recipe RecipeOf(ParseResult parsed, Recipe usual) => usual with
    {
        Steps = parsed.GetValue(Steps) ?? usual.Steps,
        BatchSize = parsed.GetValue(Batch) ?? usual.BatchSize,
        LearningRate = parsed.GetValue(Rate) ?? usual.LearningRate,
    };

    /// <summary>What the result of a training depends on beside its recipe: options, and what stands in the directories of data and base.</summary>
    public static IEnumerable<(string Name, string Value)> FurtherSettings(ParseResult parsed)
    {
        var options = parsed.CommandResult.Command.Options;
        string Text<T>(Option<T> option) => string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(option)}");

        if (options.Contains(Rank)) yield return ("rank", Text(Rank));
        if (options.Contains(Bits)) yield return ("bits", Text(Bits));
        if (options.Contains(Tile)) yield return ("tile", Text(Tile));
        if (options.FirstOrDefault(option => option.Name == Base.Name) is Option<string> given && parsed.GetValue(given) is { } directory) yield return ("base", TrainingSettings.FingerprintOf(directory));
        if (Directory.Exists(parsed.GetValue(Data))) yield return ("data", TrainingSettings.FingerprintOf(parsed.GetValue(Data)!));
    }

    private static Option<T> Checked<T>(Option<T> option, double least, double most)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !(value >= least && value <= most))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {token.Value}: expected {least} to {most}"));
                }
            }
        });
        return option;
    }
}
