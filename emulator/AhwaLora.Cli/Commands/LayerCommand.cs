using System.CommandLine;
using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Planning;
using AhwaLora.Experiments.Results;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Reports;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Traces;
using Spectre.Console;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>layer</c>: runs a LoRA layer on harts beside a tile and compares it with the tile alone.</summary>
internal static class LayerCommand
{
    private static readonly Option<int> Inputs = CommonOptions.Number("--in", "Inputs m of the layer.", 128);
    private static readonly Option<int> Outputs = CommonOptions.Number("--out", "Outputs n of the layer.", 128);
    private static readonly Option<string?> Then = new("--then")
    {
        Description = "Outputs of the layers that the layer feeds, for --strategy multi-layer: N[,N...], at most 3; "
            + "by default one layer with as many outputs as the first has inputs.",
        HelpName = "N,...",
    };
    private static readonly Option<int?> Copies = new Option<int?>("--copies")
    {
        Description = "Number of copies of the matrix, each on its own tiles, for --strategy several-tiles: 2 to 6, by default 2.",
        HelpName = "N",
    }.Within(2, LayerStrategy.MaxCopies);
    private static readonly Option<int> Rank = CommonOptions.Number("--rank", "Rank r of the adapter.", 8);
    private static readonly Option<int> Tokens = CommonOptions.Number("--tokens", "Tokens S.", 320);
    private static readonly Option<int> Chunk = CommonOptions.Number("--chunk", "Tokens t per chunk; with --strategy balanced it is chosen for you.", 8);
    private static readonly Option<int> Harts = CommonOptions.Harts(8);
    private static readonly Option<string> Timing = MachineArguments.TimingOption("cv32e40p");
    private static readonly Option<string> Strategy = new("--strategy") { Description = "How the adapter is scheduled beside the tile.", DefaultValueFactory = _ => LayerStrategy.DoubleBuffered.Name };
    private static readonly Option<bool> Paired = new("--paired") { Description = "Run the same firmware on an ideal tile and on the noisy one, and compare outputs and cycles." };
    private static readonly Option<string?> Trace = new("--trace")
    {
        Description = "Write a timeline of harts and devices under the strategy: a page if FILE ends with .html, otherwise a trace for ui.perfetto.dev and chrome://tracing.",
        HelpName = "FILE",
    };
    private static readonly Option<string?> Json = CommonOptions.Json();

    static LayerCommand() => Strategy.AcceptOnlyFromAmong([.. LayerStrategy.All.Select(s => s.Name)]);

    public static Command Create()
    {
        var command = new Command("layer", "Run y = AIMC(x) + (alpha/r)(x A) B on harts beside a tile, and say what the adapter costs.")
        {
            Inputs, Outputs, Then, Rank, Tokens, Chunk, Harts, Strategy, Copies, Paired, Trace, Json,
        };
        TileArguments.AddTo(command);
        TrainedLayerArguments.AddTo(command);
        foreach (var option in new Option[] { MachineArguments.Platform, Timing, MachineArguments.Contention, MachineArguments.Engine, MachineArguments.Seed }) command.Add(option);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(Json));
        AtomicFile.CheckPlace(parsed.GetValue(Trace));
        var strategy = ParseStrategy(parsed);
        var trained = TrainedLayerArguments.Load(parsed, [Inputs, Outputs, Then, Rank], parsed.GetValue(Tokens), CommonOptions.ChunkOf(parsed, Chunk, Tokens));
        if (trained is not null && strategy.IsChain) throw new UserErrorException($"--adapter gives one layer; use another strategy than {strategy.Name}");
        var shapes = trained is null ? Shapes(parsed, strategy) : [trained.Shape];
        var platform = ParsePlatform(parsed, shapes, strategy);
        PlatformRules.Check(platform);
        var options = MachineArguments.Options(parsed, platform, Timing);
        var chain = trained is null ? LayerData.GenerateChain(shapes, options.Seed) : [trained];

        if (parsed.GetValue(Paired)) return RunPaired(parsed, chain, strategy, platform, options);

        LayerComparison? comparison = null;
        Traced(parsed, shapes, strategy, attach => ProgressLine.Show($"layer {shapes[0]}", report => comparison = LayerComparison.Run(chain, strategy, platform, options, report, attach)));
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(LayerNumbers.Of(comparison!, chain[0].Source, platform, options)));
        if (parsed.GetValue(Json) != "-") Print(comparison!, chain[0].Source, platform, options);
        return 0;
    }

    private static LayerStrategy ParseStrategy(ParseResult parsed)
    {
        var strategy = LayerStrategy.All.First(s => s.Name == parsed.GetValue(Strategy));
        if (parsed.GetValue(Copies) is not { } copies) return strategy;
        if (strategy.Copies == 1) throw new UserErrorException($"--copies is for --strategy {LayerStrategy.SeveralTiles.Name}, not {strategy.Name}");
        return strategy.WithCopies(copies);
    }

    /// <summary>The shapes of the layer and of the layers that it feeds.</summary>
    private static List<LayerShape> Shapes(ParseResult parsed, LayerStrategy strategy)
    {
        var shapes = new List<LayerShape> { new(parsed.GetValue(Inputs), parsed.GetValue(Outputs), parsed.GetValue(Rank), parsed.GetValue(Tokens), CommonOptions.ChunkOf(parsed, Chunk, Tokens)) };
        var then = parsed.GetValue(Then) ?? (strategy.IsChain ? Text($"{shapes[0].Inputs}") : null);
        if (then is not null && !strategy.IsChain) throw new UserErrorException($"--then is for --strategy {LayerStrategy.MultiLayer.Name}, not {strategy.Name}");
        foreach (var text in then?.Split(',') ?? [])
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var outputs)) throw new UserErrorException($"--then '{then}': expected numbers of outputs, as in 512,128");
            shapes.Add(shapes[^1] with { Inputs = shapes[^1].Outputs, Outputs = outputs });
        }

        foreach (var shape in shapes) shape.Check();
        return shapes;
    }

    /// <summary>The platform. One from a file keeps its number of tiles; the default one gets as many tiles as the layers need.</summary>
    private static PlatformDescription ParsePlatform(ParseResult parsed, IReadOnlyList<LayerShape> shapes, LayerStrategy strategy)
    {
        var file = parsed.GetValue(MachineArguments.Platform);
        var platform = PlatformFile.Load(file);
        platform = platform with { Harts = parsed.GetValue(Harts), Aimc = TileArguments.Apply(parsed, platform.Aimc) };
        return PlatformFile.IsDefault(file) ? LayerMapping.WithTiles(platform, shapes, strategy) : platform;
    }

    private static int RunPaired(ParseResult parsed, IReadOnlyList<LayerData> chain, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        if (chain.Count > 1) throw new UserErrorException("--paired compares one layer, and --strategy multi-layer runs several; use another strategy");
        PairedLayer? paired = null;
        Traced(parsed, [chain[0].Shape], strategy, attach => ProgressLine.Show($"layer {chain[0].Shape}", report => paired = PairedLayer.Run(chain[0], strategy, platform, options, report, attach)));
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(PairedNumbers.Of(paired!, platform, options)));
        if (parsed.GetValue(Json) != "-") PairedReport.Print(paired!, platform, options);
        return paired!.CyclesAgree ? 0 : Fail($"the noisy tile took {paired.FurtherCycles} cycles more than the ideal one without a further pass");
    }

    /// <summary>Runs layers and, if <c>--trace</c> is given, writes the timeline of the run whose machine the callback receives.</summary>
    private static void Traced(ParseResult parsed, IReadOnlyList<LayerShape> shapes, LayerStrategy strategy, Action<Action<EmulatedMachine>?> run)
    {
        if (parsed.GetValue(Trace) is not { } path)
        {
            run(null);
            return;
        }

        EmulatedMachine? machine = null;
        TimelineRecorder? recorder = null;
        run(m => recorder = LayerTrace.Record(machine = m));
        TracePage.Write(LayerTrace.Finish(recorder!, machine!, shapes, strategy), path);
    }

    private static void Print(LayerComparison comparison, string? source, PlatformDescription platform, MachineOptions options)
    {
        var aimc = platform.Aimc!;
        if (source is not null) Console.WriteLine(source);
        Console.WriteLine(Text($"layer {string.Join(", then ", comparison.Shapes)} on {platform.Harts} harts ({options.Timing.Name}), tile {aimc.Preset} {aimc.IntegrationNs} ns, streamers {aimc.StreamWordsPerCycle} words/cycle"));
        var table = Table("<strategy", "cycles", "overhead", "TCDM", "error", "instructions");

        foreach (var (name, m) in new[] { comparison.TileAlone, comparison.Sequential, comparison.Pipelined }.Select(m => (m.Strategy.Name, m)).DistinctBy(r => r.Name))
        {
            var overhead = 100.0 * ((double)m.Result.Cycles / comparison.TileAlone.Result.Cycles - 1);
            table.AddRow(name, Text($"{m.Result.Cycles:N0}"), m == comparison.TileAlone ? "-" : Text($"{overhead:F1} %"), Text($"{m.Result.TcdmBytes / 1024.0:F1} KiB"),
                double.IsNaN(m.RelativeError) ? "-" : Text($"{100 * m.RelativeError:F2} %"), Text($"{m.Instructions:N0}"));
        }

        AnsiConsole.Write(table);
        Console.WriteLine(Text($"the adapter costs {comparison.OverheadPercent:F1} % beside the tile; its {comparison.AdapterMultiplyAdds:N0} multiply-adds run at {comparison.MultiplyAddsPerCycle:F2} per cycle and hart"));
        Console.WriteLine(Text($"exposed after the tile's last MVM: {comparison.Pipelined.ExposedCycles:N0} cycles until the last output is complete, {comparison.TileAlone.ExposedCycles:N0} of them without adapter"));
        if (comparison.Pipelined.Plan is { } plan) PrintPlan(plan, comparison);
        LayerMeasurement[] runs = [comparison.TileAlone, comparison.Sequential, comparison.Pipelined];
        Console.WriteLine($"host: {HostSpeed(runs.Sum(r => (double)r.Instructions), runs.Sum(r => r.HostTime.TotalSeconds))}");
    }

    private static void PrintPlan(LayerPlan plan, LayerComparison comparison)
    {
        var (split, forecast, measured) = (plan.Split, plan.Forecast, comparison.Pipelined.Result);
        var chunks = Math.Max(1, (comparison.Shape.Tokens + plan.Chunk - 1) / plan.Chunk);
        Console.WriteLine(Text($"chosen: t = {plan.Chunk}, x A in {split.DownTokens} token x {split.DownRanks} rank parts, (x A) B in {split.UpTokens} token x {split.UpOutputs} output parts"));
        Console.WriteLine(Text($"predicted {forecast.Cycles:N0} cycles, measured {measured.Cycles:N0} ")
            + Text($"({Math.Round(100.0 * ((double)forecast.Cycles / measured.Cycles - 1), 1):+0.0;-0.0;0.0} %); ")
            + Text($"a chunk: slowest hart predicted {forecast.HartCycles:N0}, measured {measured.HartBusyCycles.Max(c => (long)c) / chunks:N0}; ")
            + Text($"tile {forecast.TileCycles:N0}, DMA {forecast.DmaCycles:N0}"));
    }
}
