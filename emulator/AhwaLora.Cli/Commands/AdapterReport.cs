using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Deployment;
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
        foreach (var (module, pair) in adapter.Pairs) table.AddRow(Markup.Escape(module), Text($"{pair.Inputs} x {pair.Rank}"), Text($"{pair.Rank} x {pair.Outputs}"), Text($"{pair.Scale:G4}"), Text($"{pair.Parameters:N0}"));
        foreach (var (module, saved) in adapter.Saved) table.AddRow(Markup.Escape(module), "whole", Text($"{saved.Inputs} x {saved.Outputs}"), "-", Text($"{saved.Parameters:N0}"));
        AnsiConsole.Write(table);
        var all = adapter.PairParameters + adapter.SavedParameters;
        Console.WriteLine(Text($"{adapter.Pairs.Count} adapters of {adapter.PairParameters:N0} parameters, {adapter.Saved.Count} whole modules of {adapter.SavedParameters:N0}"));
        Console.WriteLine(checkpoint is null
            ? "share of all: unknown, the base is not at hand; name it with --base DIR"
            : Text($"share of all: {all:N0} of {AllParameters(adapter, checkpoint):N0} parameters, {SharePercent(adapter, checkpoint):F2} %"));
    }

    public static string InfoToJson(LoraAdapter adapter, Checkpoint? checkpoint) => Output.ToJson(new
    {
        version = Product.Version,
        rank = adapter.Config.R,
        alpha = adapter.Config.LoraAlpha,
        use_rslora = adapter.Config.UseRslora,
        task_type = adapter.Config.TaskType,
        base_model = adapter.Config.BaseModelNameOrPath,
        modules = adapter.Pairs.Select(p => new { name = p.Key, inputs = p.Value.Inputs, outputs = p.Value.Outputs, rank = p.Value.Rank, scale = p.Value.Scale, parameters = p.Value.Parameters }),
        whole_modules = adapter.Saved.Select(m => new { name = m.Key, inputs = m.Value.Inputs, outputs = m.Value.Outputs, parameters = m.Value.Parameters }),
        adapter_parameters = adapter.PairParameters,
        whole_module_parameters = adapter.SavedParameters,
        share_percent = checkpoint is null ? (double?)null : SharePercent(adapter, checkpoint),
    });

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
                Name(r),
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
        foreach (var r in results.Skip(1)) table.AddRow($"A and B of {Name(r)}", Text($"{r.Swap.Bytes:N0} bytes"), Text($"{r.Swap.Cycles:N0}"), Text($"{r.Swap.EnergyFemtojoules / 1e9:F2} uJ *"));
        table.AddRow("program the tiles anew", Text($"{program.Cells:N0} cells"), Text($"{program.Cycles:N0} *"), Text($"{program.EnergyFemtojoules / 1e9:F2} uJ *"));
        AnsiConsole.Write(table);
        Console.WriteLine("* rests on " + string.Join("; ", ReprogrammingCost.Assumptions(model).Append(SwapCost.Assumption).Select(f => Text($"{f.Name} {f.Value:G6} {f.Unit} ({f.Source})"))));
    }

    public static string LoadToJson(ModelMachine model, Checkpoint checkpoint, MachineOptions options, IReadOnlyList<TaskResult> results)
    {
        var (platform, program) = (model.Machine.Platform, ReprogrammingCost.Of(model));
        return Output.ToJson(new
        {
            version = Product.Version,
            model_type = checkpoint.Config.ModelType,
            linear_layers = model.Linears.Count,
            tiles = model.Linears.Sum(l => l.Mapping.Tiles),
            weights = model.ProgrammedCells,
            preset = platform.Aimc!.Preset,
            model = platform.Aimc.Model,
            age_seconds = platform.Aimc.AgeSeconds,
            harts = platform.Harts,
            timing = options.Timing.Name,
            seed = options.Seed,
            tasks = results.Select(r => new
            {
                adapter = r.Task.Directory,
                examples = r.Task.Examples.Count,
                tokens = r.Tokens,
                digital_accuracy_percent = r.Percent(r.Digital),
                host_accuracy_percent = r.Percent(r.Host),
                emulated_accuracy_percent = r.Percent(r.Emulated),
                same_bits = r.SameBits,
                layer_cycles = r.LayerCycles,
                tile_busy_cycles = r.TileCycles,
                instructions = r.Instructions,
                tile_energy_fj = r.MvmEnergyFemtojoules,
                swap_bytes = r.Swap.Bytes,
                swap_cycles = r.Swap.Cycles,
                swap_energy_fj_assumed = r.Swap.EnergyFemtojoules,
            }),
            reprogramming_cells = program.Cells,
            reprogramming_cycles_assumed = program.Cycles,
            reprogramming_energy_fj_assumed = program.EnergyFemtojoules,
            assumptions = ReprogrammingCost.Assumptions(model).Append(SwapCost.Assumption).Select(f => new { name = f.Name, value = f.Value, unit = f.Unit, source = f.Source }),
        });
    }

    /// <summary>What is trained, A, B and whole modules, among all parameters of base and adapter.</summary>
    private static double SharePercent(LoraAdapter adapter, Checkpoint checkpoint) =>
        100.0 * (adapter.PairParameters + adapter.SavedParameters) / AllParameters(adapter, checkpoint);

    private static long AllParameters(LoraAdapter adapter, Checkpoint checkpoint) => ModelInventory.Of(adapter.ConfigOf(checkpoint.Config)).Parameters + adapter.PairParameters;

    private static string Name(TaskResult result) => Markup.Escape(result.Task.Name);
}
