using System.CommandLine;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Deployment;
using AhwaLora.Experiments.Results;
using AhwaLora.Machine;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Cli.Commands;

/// <summary><c>adapter info</c> and <c>adapter load</c>: show an adapter in PEFT's files, and run the task that it was trained for on the emulated machine.</summary>
internal static class AdapterCommand
{
    private static readonly Argument<string> Directory = new("DIR") { Description = "The adapter's directory: adapter_config.json and adapter_model.safetensors, as PEFT saves them." };
    private static readonly Option<string?> Base = new("--base") { Description = "Checkpoint that the adapter belongs to: config.json and model.safetensors; by default base_model_name_or_path.", HelpName = "DIR" };
    private static readonly Option<string?> Json = CommonOptions.Json();

    private static readonly Option<string?> Examples = new("--examples") { Description = "File of examples to answer, tokenized, one JSON object per line; by default DIR/examples.jsonl.", HelpName = "FILE" };
    private static readonly Option<int?> Limit = new Option<int?>("--limit") { Description = "Answer only the first N examples.", HelpName = "N" }.AtLeast(1);
    private static readonly Option<string[]> Swap = new("--swap") { Description = "Load another task's adapter of the same base after that, and answer its examples.jsonl; may be given several times.", HelpName = "DIR" };
    private static readonly Option<int> Harts = CommonOptions.Harts(8);
    private static readonly Option<int> Chunk = CommonOptions.Number("--chunk", "Tokens t per chunk.", 8).Within(1, ModelMachine.MaxTokens);
    private static readonly Option<double?> Age = new("--age") { Description = "Age of the tiles' devices in seconds.", HelpName = "S" };
    private static readonly Option<bool> Compensate = new("--gdc") { Description = "Compensate drift at that age by one factor per tile, measured before the run." };
    private static readonly Option<string> Timing = MachineArguments.TimingOption("cv32e40p");

    public static Command Create() => new("adapter", "Adapters in PEFT's files: what is in them, and their task on the emulated machine.")
    {
        CreateInfo(),
        CreateLoad(),
    };

    private static Command CreateInfo()
    {
        var command = new Command("info", "Print rank, alpha, modules, shapes, parameters and their share of all.") { Directory, Base, Json };
        command.SetAction(parsed =>
        {
            var directory = parsed.GetValue(Directory)!;
            var adapter = PeftFormat.Read(directory);
            // An adapter may have no base; if there is a base, it has to be valid.
            var at = parsed.GetValue(Base) ?? TaskFiles.FindBase(directory, adapter.Config.BaseModelNameOrPath);
            using var checkpoint = at is null ? null : Checkpoint.Open(at);
            if (checkpoint is not null) adapter.CheckFits(checkpoint.Config, directory);
            if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(AdapterFileNumbers.Of(adapter, checkpoint)));
            if (parsed.GetValue(Json) != "-") AdapterReport.PrintInfo(directory, adapter, checkpoint);
            return 0;
        });
        return command;
    }

    private static Command CreateLoad()
    {
        var command = new Command("load", "Put the base on tiles and the adapter into the firmware's memory, answer examples, and compare with the host's model of the tiles.")
        {
            Directory, Base, Examples, Limit, Swap, Harts, Chunk, Age, Compensate, Json,
        };
        TileArguments.AddTo(command);
        foreach (var option in new Option[] { MachineArguments.Platform, Timing, MachineArguments.Contention, MachineArguments.Engine, MachineArguments.Seed }) command.Add(option);
        command.SetAction(Load);
        return command;
    }

    private static int Load(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(Json));
        var directory = parsed.GetValue(Directory)!;
        using var checkpoint = Checkpoint.Open(TaskFiles.BaseOf(directory, parsed.GetValue(Base)));
        var limit = parsed.GetValue(Limit);
        List<TaskFiles> tasks = [TaskFiles.Read(directory, checkpoint, parsed.GetValue(Examples), limit)];
        tasks.AddRange(parsed.GetValue(Swap)!.Select(d => TaskFiles.Read(d, checkpoint, limit: limit)));

        var platform = PlatformFile.Load(parsed.GetValue(MachineArguments.Platform));
        var aimc = TileArguments.Apply(parsed, platform.Aimc);
        platform = platform with { Harts = parsed.GetValue(Harts), Aimc = aimc with { AgeSeconds = parsed.GetValue(Age) ?? aimc.AgeSeconds } };
        var options = MachineArguments.Options(parsed, platform, Timing);
        var rank = tasks.Max(t => t.Adapter.Pairs.Values.Select(p => p.Rank).DefaultIfEmpty(1).Max());
        var results = new List<TaskResult>();
        TaskRun? run = null;
        ProgressLine.Show("adapter load", report =>
        {
            report("programming the tiles");
            run = new TaskRun(checkpoint, platform, options, new ModelMachineOptions(rank, parsed.GetValue(Chunk), parsed.GetValue(Compensate)));
            foreach (var task in tasks) results.Add(run.Answer(task, report));
        });
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(AdapterNumbers.Of(run!.Model, checkpoint, options, results)));
        if (parsed.GetValue(Json) != "-") AdapterReport.PrintLoad(run!.Model, checkpoint, options, results);
        if (results.All(r => r.SameBits)) return 0;
        return Output.Fail(run!.Model.HasDrifted
            ? "the run took so long that the emulated devices drifted further, which the host's model does not follow; answer fewer examples (--limit), or take older devices (--age)"
            : "the emulated tiles gave other bits than the host's model of them: this is a fault of the emulator");
    }
}
