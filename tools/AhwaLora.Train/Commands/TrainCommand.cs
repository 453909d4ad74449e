using System.CommandLine;
using AhwaLora.Common.Files;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Train.Data;
using AhwaLora.Train.Data.Generated;
using AhwaLora.Train.Model;
using AhwaLora.Train.Study;
using AhwaLora.Train.Training;

namespace AhwaLora.Train.Commands;

/// <summary><c>train</c>: has a subcommand for each kind of training.</summary>
internal static class TrainCommand
{
    private static readonly Option<float> Outlier = new("--outlier") { Description = "Size of the outlier channel that is added to the base; 0 for none.", DefaultValueFactory = _ => new StudyPlan().Outlier, HelpName = "X" };

    public static Command Create() => new("train", "Train a model or an adapter.") { Base(), Adapter(), All(), Instruct(), Reward() };

    private static Command Base() => Make("base", "A small BERT (hidden size 128), trained digitally on all tasks.", [Outlier], parsed =>
    {
        var tokenizer = Tokenizer(parsed);
        var (recipe, seed) = (Arguments.RecipeOf(parsed, Recipes.Base), parsed.GetValue(Arguments.Seed));
        using var model = BaseModel.Create(Shapes.Encoder(tokenizer.Size), TrainingTask.All, tokenizer, seed);
        using var training = EncoderTraining.OfBase(model, [.. TrainingTask.All.Select(t => TaskOf(parsed, t, tokenizer))], recipe, seed);
        Run(parsed, "base", "base", recipe, training.Trainer, training.Run);
        if (parsed.GetValue(Outlier) > 0) Outliers.Plant(model, parsed.GetValue(Outlier));
        model.Write(parsed.GetValue(Arguments.Out)!);
        return $"{model.Parameters:N0} parameters";
    });

    private static Command Adapter() => Make("adapter", "AHWA-LoRA: an adapter and a head for a task, trained with a frozen base on noisy tiles.", [Arguments.Base, Arguments.Task, Arguments.Rank, Arguments.Bits, Arguments.Tile], parsed =>
    {
        using var model = BaseModel.Read(parsed.GetValue(Arguments.Base)!);
        var task = TaskOf(parsed, TrainingTask.Of(parsed.GetValue(Arguments.Task)!), model.Tokenizer);
        var (recipe, seed) = (Arguments.RecipeOf(parsed, Recipes.Adapter), parsed.GetValue(Arguments.Seed));
        using var adapter = Train.Model.Adapter.Create(new Encoder(task.Task.ConfigOf(model.Config)).Inventory, parsed.GetValue(Arguments.Rank), model.Heads[task.Task.Name], seed);
        using var training = EncoderTraining.OfAdapter(model, task, adapter, Arguments.TileOf(parsed).Recipe, recipe, seed);
        Run(parsed, $"adapter {task.Task.Name}", task.Task.Name, recipe, training.Trainer, training.Run);
        adapter.Write(parsed.GetValue(Arguments.Out)!, BaseName(parsed, parsed.GetValue(Arguments.Base)!), task.Task.PeftType);
        Examples.Write(parsed.GetValue(Arguments.Out)!, task.Data.Dev, model.Tokenizer);
        return $"{adapter.Weights.Parameters:N0} parameters, {100.0 * adapter.Weights.Parameters / (model.Encoder.Parameters + adapter.Weights.Parameters):F1} % of all";
    });

    private static Command All() => Make("full", "All weights of a base for a task, trained through the noise, for comparison.", [Arguments.Base, Arguments.Task, Arguments.Bits, Arguments.Tile], parsed =>
    {
        using var model = BaseModel.Read(parsed.GetValue(Arguments.Base)!);
        var task = TaskOf(parsed, TrainingTask.Of(parsed.GetValue(Arguments.Task)!), model.Tokenizer);
        var (recipe, seed) = (Arguments.RecipeOf(parsed, Recipes.AllWeights), parsed.GetValue(Arguments.Seed));
        using var training = EncoderTraining.OfAllWeights(model, task, Arguments.TileOf(parsed).Recipe, recipe, seed);
        Run(parsed, $"all weights {task.Task.Name}", task.Task.Name, recipe, training.Trainer, training.Run);
        model.Write(parsed.GetValue(Arguments.Out)!);
        return $"{model.Parameters:N0} parameters";
    });

    private static Command Instruct()
    {
        var onBase = new Option<string?>("--base") { Description = "Train an adapter for this base on noisy tiles. Without this option, a small Llama (hidden size 64) is trained digitally.", HelpName = "DIR" };
        return Make("instruct", "A small causal model on instructions, or an adapter for it.", [onBase, Arguments.Rank, Arguments.Bits, Arguments.Tile], parsed =>
        {
            var seed = parsed.GetValue(Arguments.Seed);
            var isAdapter = parsed.GetValue(onBase) is not null;
            using var model = parsed.GetValue(onBase) is { } directory ? CausalModel.Read(directory) : Untrained(Tokenizer(parsed), seed);
            var recipe = Arguments.RecipeOf(parsed, isAdapter ? Recipes.InstructAdapter : Recipes.Instruct);
            var dialogues = DialoguesOf(parsed, DataDirectory.Instructions, model.Tokenizer).Train;
            using var adapter = AdapterFor(parsed, model);
            using var training = isAdapter ? CausalTraining.OfAdapter(model, dialogues, adapter, Arguments.TileOf(parsed).Recipe, recipe, seed) : CausalTraining.OfBase(model, dialogues, recipe, seed);
            Run(parsed, "instruct", DataDirectory.Instructions, recipe, training.Trainer, training.Run);
            if (isAdapter) adapter.Write(parsed.GetValue(Arguments.Out)!, BaseName(parsed, parsed.GetValue(onBase)!), CausalModel.PeftType);
            else model.Write(parsed.GetValue(Arguments.Out)!);
            return $"{(isAdapter ? adapter.Weights.Parameters : model.Weights.Parameters):N0} parameters";
        });
    }

    private static Command Reward() => Make(
        "reward",
        "GRPO: an adapter for a causal base, trained through the noise by reward on tasks whose answers can be checked.",
        [Arguments.Base, Arguments.Rank, Arguments.Bits, Arguments.Tile], parsed =>
    {
        using var model = CausalModel.Read(parsed.GetValue(Arguments.Base)!);
        var (recipe, seed) = (Arguments.RecipeOf(parsed, Recipes.Reward), parsed.GetValue(Arguments.Seed));
        using var adapter = AdapterFor(parsed, model);
        using var training = CausalTraining.OfReward(model, DialoguesOf(parsed, DataDirectory.Rewards, model.Tokenizer).Train, adapter, Arguments.TileOf(parsed).Recipe, recipe, seed);
        Run(parsed, "reward", DataDirectory.Rewards, recipe, training.Trainer, training.Run);
        adapter.Write(parsed.GetValue(Arguments.Out)!, BaseName(parsed, parsed.GetValue(Arguments.Base)!), CausalModel.PeftType);
        return $"mean reward of the last step {training.LastReward:F2}";
    });

    private static Command Make(string name, string description, Option[] options, Func<ParseResult, FormattableString> train)
    {
        var command = new Command(name, description);
        foreach (var option in (Option[])[Arguments.Data, Arguments.Out, .. options, Arguments.Steps, Arguments.Batch, Arguments.Rate, Arguments.Seed, Arguments.Checkpoint]) command.Add(option);
        command.SetAction(parsed =>
        {
            OutputDirectory.CheckPlace(parsed.GetValue(Arguments.Out));
            AtomicFile.CheckPlace(parsed.GetValue(Arguments.Checkpoint));
            var result = FormattableString.Invariant(train(parsed));
            Console.WriteLine($"{parsed.GetValue(Arguments.Out)}: {result}");
        });
        return command;
    }

    // The result's directory says how it came about.
    private static void Run(ParseResult parsed, string title, string task, Recipe recipe, Trainer trainer, Action<Func<int, double, bool>> run)
    {
        var settings = TrainingSettings.Of(task, trainer, Arguments.FurtherSettings(parsed));
        TrainingSession.Run(title, recipe.Steps, trainer, run, parsed.GetValue(Arguments.Checkpoint) is { } path ? new TrainingCheckpoint(path, settings) : null);
        OutputDirectory.Make(parsed.GetValue(Arguments.Out)!);
        settings.Write(parsed.GetValue(Arguments.Out)!);
    }

    // Relative to the adapter's directory, so that both can be moved together.
    private static string BaseName(ParseResult parsed, string directory) => Path.GetRelativePath(parsed.GetValue(Arguments.Out)!, directory);

    private static TextEncoder Tokenizer(ParseResult parsed) => TextEncoder.Read(Path.Combine(parsed.GetValue(Arguments.Data)!, TextEncoder.FileName));

    private static TaskData TaskOf(ParseResult parsed, TrainingTask task, TextEncoder tokenizer) => TaskData.Read(parsed.GetValue(Arguments.Data)!, task, tokenizer);

    private static Split<Dialogue> DialoguesOf(ParseResult parsed, string folder, TextEncoder tokenizer) => Dialogue.Read(Path.Combine(parsed.GetValue(Arguments.Data)!, folder), tokenizer);

    private static CausalModel Untrained(TextEncoder tokenizer, int seed) => CausalModel.Create(Shapes.Decoder(tokenizer.Size), tokenizer, seed);

    private static Adapter AdapterFor(ParseResult parsed, CausalModel model) =>
        Train.Model.Adapter.Create(model.Decoder.Inventory, parsed.GetValue(Arguments.Rank), model.Weights, parsed.GetValue(Arguments.Seed));
}
