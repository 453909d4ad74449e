using System.CommandLine;
using AhwaLora.Emu.Aimc.Crossbar;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Commands;

/// <summary>Options that several commands share.</summary>
internal static class Arguments
{
    public static readonly Option<string> Data = new("--data") { Description = "Directory of the data, as 'data' writes it.", DefaultValueFactory = _ => "data", HelpName = "DIR" };
    public static readonly Option<string> Base = new("--base") { Description = "Directory of the base: config.json, model.safetensors, vocab.txt.", Required = true, HelpName = "DIR" };
    public static readonly Option<string> Out = new("--out") { Description = "Directory for the result.", Required = true, HelpName = "DIR" };
    public static readonly Option<string> Task = new("--task") { Description = "What to train for.", DefaultValueFactory = _ => TrainingTask.All[0].Name };
    public static readonly Option<int> Rank = new("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => 4, HelpName = "R" };
    public static readonly Option<int> Bits = new("--bits") { Description = "Bits of the tile's converters.", DefaultValueFactory = _ => 8, HelpName = "N" };
    public static readonly Option<string> Tile = new("--tile") { Description = "Noise of the tile.", DefaultValueFactory = _ => TileKind.Study.Name };
    public static readonly Option<int> Seed = new("--seed") { Description = "Of all that is random.", DefaultValueFactory = _ => 1, HelpName = "N" };
    public static readonly Option<int> Steps = new("--steps") { Description = "Updates.", HelpName = "N" };
    public static readonly Option<int> Batch = new("--batch") { Description = "Examples of an update.", DefaultValueFactory = _ => 16, HelpName = "N" };
    public static readonly Option<double> Rate = new("--rate") { Description = "Highest learning rate.", HelpName = "X" };
    public static readonly Option<string?> Checkpoint = new("--checkpoint") { Description = "File to go on from after an interruption, bit by bit; written every 100 steps and deleted at the end.", HelpName = "FILE" };

    static Arguments()
    {
        Task.AcceptOnlyFromAmong([.. TrainingTask.All.Select(t => t.Name)]);
        Tile.AcceptOnlyFromAmong([.. TileKind.All.Select(t => t.Name)]);
    }

    /// <summary>The tile that was asked for.</summary>
    public static TileKind TileOf(ParseResult parsed) => TileKind.All.First(t => t.Name == parsed.GetValue(Tile)).WithBits(parsed.GetValue(Bits));

    /// <summary>How to train.</summary>
    public static Recipe RecipeOf(ParseResult parsed, Recipe usual)
    {
        var (steps, rate) = (parsed.GetValue(Steps), parsed.GetValue(Rate));
        return usual with { Steps = steps > 0 ? steps : usual.Steps, LearningRate = rate > 0 ? rate : usual.LearningRate, BatchSize = parsed.GetResult(Batch) is { Implicit: false } ? parsed.GetValue(Batch) : usual.BatchSize };
    }
}
