using System.CommandLine;
using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Models;
using AhwaLora.Experiments.Results;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Models.Inventory;
using AhwaLora.Runs.Programs;
using Spectre.Console;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>model</c>: runs every linear layer of a model through the firmware.</summary>
internal static class ModelCommand
{
    private static readonly Argument<string> Model = new("MODEL") { Description = $"{string.Join(" or ", KnownModels.All.Select(m => m.Name))}, or a directory with a config.json as Hugging Face writes it." };
    private static readonly Option<int?> Rank = new("--rank") { Description = "Rank r of the adapters; by default the one published for the model.", HelpName = "N" };
    private static readonly Option<int> Tokens = CommonOptions.Number("--tokens", "Tokens S.", 320);
    private static readonly Option<int> Chunk = CommonOptions.Number("--chunk", "Tokens t per chunk; fewer if that many do not fit the TCDM.", 32);
    private static readonly Option<int> Integration = CommonOptions.Number("--tint", "Integration time of the tiles, ns.", 256);
    private static readonly Option<int> Harts = CommonOptions.Harts(32);
    private static readonly Option<string> Strategy = new("--strategy") { Description = "How the adapter is scheduled beside the tiles.", DefaultValueFactory = _ => LayerStrategy.Eager.Name };
    private static readonly Option<bool> TimingOnly = new("--timing-only") { Description = "Tiles hold no weights and compute no values: for models that do not fit the host's memory. Equal shapes are then run once." };
    private static readonly Option<string?> Platform = MachineArguments.PlatformOption("by default the study's (docs/study/platform.json)");
    private static readonly Option<string> Timing = MachineArguments.TimingOption("cv32e40p");
    private static readonly Option<int> Jobs = CommonOptions.Jobs("Layers");
    private static readonly Option<string?> Json = CommonOptions.Json("every layer's numbers");

    static ModelCommand() => Strategy.AcceptOnlyFromAmong([.. LayerStrategy.All.Select(s => s.Name)]);

    public static Command Create()
    {
        var command = new Command("model", "Run every linear layer of a model on harts beside tiles, one after the other, and say what its adapters cost.")
        {
            Model, Rank, Tokens, Chunk, Integration, Harts, Strategy, TimingOnly, Jobs, Json, Platform, Timing, MachineArguments.Contention, MachineArguments.Engine, MachineArguments.Seed,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(Json));
        var model = KnownModels.Find(parsed.GetValue(Model)!);
        var settings = Settings(parsed, model);
        settings.Shape.Check();
        PlatformRules.Check(settings.BuildPlatform());
        var layers = ModelCost.Adapted(model.Config);
        ModelCost? cost = null;
        ProgressLine.Count($"model {model.Name}", report => cost = ModelCost.Measure(layers, settings, MachineArguments.EngineOf(parsed), parsed.GetValue(Jobs), report));
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(ModelNumbers.Of(model.Name, settings, cost!)));
        if (parsed.GetValue(Json) != "-") Print(model, settings, cost!);
        return 0;
    }

    private static SweepPoint Settings(ParseResult parsed, KnownModel model)
    {
        var platform = parsed.GetValue(Platform) is { } path ? PlatformFile.Load(path) : StudyPlatform.Description;
        var options = MachineArguments.Options(parsed, platform, Timing);
        var aimc = platform.Aimc ?? new AimcDescription();
        return new SweepPoint(platform with { Aimc = aimc with { TimingOnly = aimc.TimingOnly || parsed.GetValue(TimingOnly) } })
        {
            Shape = new LayerShape(1, 1, parsed.GetValue(Rank) ?? model.Rank, parsed.GetValue(Tokens), CommonOptions.ChunkOf(parsed, Chunk, Tokens)),
            IntegrationNs = parsed.GetValue(Integration),
            Harts = parsed.GetValue(Harts),
            Strategy = LayerStrategy.All.First(s => s.Name == parsed.GetValue(Strategy)),
            Timing = options.Timing,
            Contention = options.Contention,
            Seed = options.Seed,
        };
    }

    private static void Print(KnownModel model, SweepPoint settings, ModelCost cost)
    {
        var timeOnly = settings.Platform.Aimc!.TimingOnly ? ", timing only: equal shapes were run once" : "";
        Console.WriteLine(Text($"{model.Name}: {cost.Layers.Count} linear layers, {cost.Weights / 1e6:F2} M weights, adapters r = {settings.Shape.Rank} of {cost.AdapterParameters / 1e6:F3} M parameters; S = {settings.Shape.Tokens}"));
        Console.WriteLine(Text($"{settings.Harts} harts ({settings.Timing.Name}), {settings.Strategy.Name}, tiles {settings.Preset} {settings.IntegrationNs} ns{timeOnly}"));
        var table = Table("<shape", "layers", "tiles", "t", "TCDM", "tiles alone", "with adapter", "overhead");
        foreach (var shape in cost.ByShape)
        {
            var first = shape.Layers[0];
            table.AddRow(Text($"{first.Layer.Inputs}x{first.Layer.Outputs}"), Text($"{shape.Layers.Count}"), Text($"{first.Tiles}"), Text($"{first.Shape.Chunk}"),
                Text($"{first.TcdmBytes / 1024.0:F1} KiB"), Text($"{shape.TileAloneCycles:N0}"), Text($"{shape.PipelinedCycles:N0}"), Text($"{shape.OverheadPercent:F1} %"));
        }

        table.AddRow("all", Text($"{cost.Layers.Count}"), "", "", "", Text($"{cost.TileAloneCycles:N0}"), Text($"{cost.PipelinedCycles:N0}"), Text($"{cost.OverheadPercent:F1} %"));
        AnsiConsole.Write(table);
        var (least, most) = (cost.Layers.MinBy(l => l.OverheadPercent)!, cost.Layers.MaxBy(l => l.OverheadPercent)!);
        Console.WriteLine(Text($"the adapters cost {cost.OverheadPercent:F1} % beside the tiles; from {least.OverheadPercent:F1} % ({least.Layer.Name}) to {most.OverheadPercent:F1} % ({most.Layer.Name}) per layer"));
    }
}
