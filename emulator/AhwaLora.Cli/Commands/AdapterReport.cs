using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Deployment;
using AhwaLora.Experiments.Results;
using AhwaLora.Machine;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;
using AhwaLora.Runs.Programs;
using Spectre.Console;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary>What <c>adapter</c> prints.</summary>
internal static class AdapterReport
{
    public static void PrintInfo(string directory, LoraAdapter adapter, Checkpoint? checkpoint)
    {
        var config = adapter.Config;
        Console.WriteLine(Text($"{directory}: r = {config.R}, alpha = {config.LoraAlpha}{(config.UseRslora ? ", divided by sqrt(r)" : "")}, dropout {config.LoraDropout}, ")
            + Text($"task {config.TaskType ?? "-"}, base {config.BaseModelNameOrPath ?? "-"}"));
        var table = Table("<module", "A", "B", "scale", "parameters");
        foreach (var (module, pair) in adapter.Pairs) table.AddRow(Name(module), Text($"{pair.Inputs} x {pair.Rank}"), Text($"{pair.Rank} x {pair.Outputs}"), Text($"{pair.Scale:G4}"), Text($"{pair.Parameters:N0}"));
        foreach (var (module, saved) in adapter.Saved) table.AddRow(Name(module), "whole", Text($"{saved.Inputs} x {saved.Outputs}"), "-", Text($"{saved.Parameters:N0}"));
        AnsiConsole.Write(table);
        var all = adapter.PairParameters + adapter.SavedParameters;
        Console.WriteLine(Text($"{adapter.Pairs.Count} adapters of {adapter.PairParameters:N0} parameters, {adapter.Saved.Count} whole modules of {adapter.SavedParameters:N0}"));
        Console.WriteLine(checkpoint is null
            ? "share of all: unknown, because the base was not found; name it with --base DIR"
            : Text($"share of all: {all:N0} of {AdapterFileNumbers.AllParameters(adapter, checkpoint):N0} parameters, {AdapterFileNumbers.Of(adapter, checkpoint).SharePercent:F2} %"));
    }

    public static void PrintLoad(ModelMachine model, Checkpoint checkpoint, MachineOptions options, IReadOnlyList<TaskResult> results)
    {
        var (config, platform) = (checkpoint.Config, model.Machine.Platform);
        var aimc = platform.Aimc!;
        Console.WriteLine(Text($"{config.ModelType}, {config.NumHiddenLayers} blocks of {config.HiddenSize}: ")
            + Text($"{model.Linears.Count} linear layers, {model.ProgrammedCells:N0} weights on {model.Linears.Sum(l => l.Mapping.Tiles)} tiles ({aimc.Preset}, ")
            + Text($"{aimc.Model} devices {aimc.AgeSeconds:N0} s old), {platform.Harts} harts ({options.Timing.Name})"));
        var table = Table("<adapter", "examples", "float32", "host's tiles", "emulated", "<outputs", "cycles per token", "tile energy");
        foreach (var r in results)
        {
            table.AddRow(
                NameOf(r),
                Text($"{r.Task.Examples.Count:N0}"),
                Text($"{r.Percent(r.Digital):F1} %"),
                Text($"{r.Percent(r.Host):F1} %"),
                Text($"{r.Percent(r.Emulated):F1} %"),
                r.SameBits ? "same bits" : "differ",
                Text($"{(double)r.LayerCycles / r.Tokens:N0}"),
                Text($"{r.MvmEnergyFemtojoules / 1e9:F2} uJ"));
        }

        AnsiConsole.Write(table);
        if (results.Count > 1) PrintSwaps(model, results);
    }

    private static void PrintSwaps(ModelMachine model, IReadOnlyList<TaskResult> results)
    {
        var program = ReprogrammingCost.Of(model);
        var table = Table("<to change the task", "written", "cycles", "energy");
        foreach (var r in results.Skip(1)) table.AddRow($"A and B of {NameOf(r)}", Text($"{r.Swap.Bytes:N0} bytes"), Text($"{r.Swap.Cycles:N0}"), Text($"{r.Swap.EnergyFemtojoules / 1e9:F2} uJ *"));
        table.AddRow("program the tiles again", Text($"{program.Cells:N0} cells"), Text($"{program.Cycles:N0} *"), Text($"{program.EnergyFemtojoules / 1e9:F2} uJ *"));
        AnsiConsole.Write(table);
        Console.WriteLine("* rests on " + string.Join("; ", ReprogrammingCost.Assumptions(model).Append(SwapCost.Assumption).Select(f => Text($"{f.Name} {f.Value:G6} {f.Unit} ({f.Source})"))));
    }

    private static string NameOf(TaskResult result) => Name(result.Task.Name);
}
