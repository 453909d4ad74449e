using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AhwaLora.Emu.Lab;
using AhwaLora.Emu.Lab.Layers;
using AhwaLora.Emu.Lab.Running;
using AhwaLora.Emu.Lab.Traces;
using AhwaLora.Emu.Platform;
using Spectre.Console;

namespace AhwaLora.Emu.Cli.Commands;

/// <summary><c>layer</c>: a LoRA layer on harts beside a tile, compared with the tile alone.</summary>
internal static class LayerCommand
{
    private static readonly Option<int> Inputs = Number("--in", "Inputs m of the layer.", 128);
    private static readonly Option<int> Outputs = Number("--out", "Outputs n of the layer.", 128);
    private static readonly Option<int> Rank = Number("--rank", "Rank r of the adapter.", 8);
    private static readonly Option<int> Tokens = Number("--tokens", "Tokens S.", 320);
    private static readonly Option<int> Chunk = Number("--chunk", "Tokens t a chunk.", 8);
    private static readonly Option<int> Integration = Number("--tint", "Integration time of the tile, ns.", 256);
    private static readonly Option<int> Harts = Number("--harts", "Number of harts, 1 to 64.", 8);
    private static readonly Option<string> Timing = MachineArguments.TimingOption("cv32e40p");
    private static readonly Option<string> Strategy = new("--strategy") { Description = "How the adapter is scheduled beside the tile.", DefaultValueFactory = _ => LayerStrategy.DoubleBuffered.Name };
    private static readonly Option<string?> Preset = new("--preset") { Description = "Preset of the tile: ideal, ahwa-lora, standard-hwa or aihwkit-default." };
    private static readonly Option<bool> Paired = new("--paired") { Description = "Run the same firmware on an ideal tile and on the noisy one: error of the MVMs, and cycles." };
    private static readonly Option<string?> Trace = new("--trace") { Description = "Write who did what when under the strategy, for ui.perfetto.dev and chrome://tracing.", HelpName = "FILE" };
    private static readonly Option<string?> Json = new("--json") { Description = "Write the numbers as JSON; - for standard output.", HelpName = "FILE" };

    static LayerCommand() => Strategy.AcceptOnlyFromAmong([.. LayerStrategy.All.Select(s => s.Name)]);

    public static Command Create()
    {
        var command = new Command("layer", "Run y = AIMC(x) + (alpha/r)(x A) B on harts beside a tile, and say what the adapter costs.")
        {
            Inputs, Outputs, Rank, Tokens, Chunk, Integration, Harts, Strategy, Preset, Paired, Trace, Json,
        };
        foreach (var option in new Option[] { MachineArguments.Platform, Timing, MachineArguments.Contention, MachineArguments.Engine, MachineArguments.Seed }) command.Add(option);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var shape = new LayerShape(parsed.GetValue(Inputs), parsed.GetValue(Outputs), parsed.GetValue(Rank), parsed.GetValue(Tokens), parsed.GetValue(Chunk));
        shape.Check();
        var platform = PlatformFile.Load(parsed.GetValue(MachineArguments.Platform));
        var aimc = platform.Aimc ?? new AimcDescription();
        platform = platform with
        {
            Harts = parsed.GetValue(Harts),
            Aimc = aimc with { IntegrationNs = parsed.GetValue(Integration), Preset = parsed.GetValue(Preset) ?? aimc.Preset },
        };
        var options = MachineArguments.Options(parsed, Timing);
        var strategy = LayerStrategy.All.First(s => s.Name == parsed.GetValue(Strategy));
        var data = LayerData.Generate(shape, options.Seed);

        if (parsed.GetValue(Paired)) return RunPaired(parsed, data, strategy, platform, options);

        LayerComparison? comparison = null;
        Traced(parsed, shape, strategy, attach => Progress.Show($"layer {shape}", report => comparison = LayerComparison.Run(data, strategy, platform, options, report, attach)));
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, ToJson(comparison!, platform, options));
        if (parsed.GetValue(Json) != "-") Print(comparison!, platform, options);
        return 0;
    }

    private static int RunPaired(ParseResult parsed, LayerData data, LayerStrategy strategy, PlatformDescription platform, MachineOptions options)
    {
        PairedLayer? paired = null;
        Traced(parsed, data.Shape, strategy, attach => Progress.Show($"layer {data.Shape}", report => paired = PairedLayer.Run(data, strategy, platform, options, report, attach)));
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, PairedReport.ToJson(paired!, platform, options));
        if (parsed.GetValue(Json) != "-") PairedReport.Print(paired!, platform, options);
        return paired!.CyclesAgree ? 0 : CommandLine.Fail($"the noisy tile took {paired.FurtherCycles} cycles more than the ideal one without a further pass");
    }

    /// <summary>Runs layers and writes the timeline of the one whose machine they give away, if it is asked for.</summary>
    private static void Traced(ParseResult parsed, LayerShape shape, LayerStrategy strategy, Action<Action<Machine>?> run)
    {
        if (parsed.GetValue(Trace) is not { } path)
        {
            run(null);
            return;
        }

        Machine? machine = null;
        TimelineRecorder? recorder = null;
        run(m => recorder = LayerTrace.Record(machine = m));
        TraceFile.Write(path, recorder!.Finish(), LayerTrace.About(shape, strategy, machine!));
    }

    private static void Print(LayerComparison comparison, PlatformDescription platform, MachineOptions options)
    {
        var aimc = platform.Aimc!;
        Console.WriteLine(Text($"layer {comparison.Shape} on {platform.Harts} harts ({options.Timing.Name}), tile {aimc.Preset} {aimc.IntegrationNs} ns, streamers {aimc.StreamWordsPerCycle} words/cycle"));
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in new[] { "strategy", "cycles", "overhead", "TCDM", "error", "instructions" })
        {
            table.AddColumn(new TableColumn(column) { NoWrap = true, Alignment = column == "strategy" ? Justify.Left : Justify.Right });
        }

        foreach (var (name, m) in new[] { ("tile alone", comparison.Analog), ("sequential", comparison.Sequential), (comparison.Pipelined.Strategy.Name, comparison.Pipelined) }.DistinctBy(r => r.Item1))
        {
            var overhead = 100.0 * ((double)m.Result.Cycles / comparison.Analog.Result.Cycles - 1);
            table.AddRow(name, Text($"{m.Result.Cycles:N0}"), m == comparison.Analog ? "-" : Text($"{overhead:F1} %"), Text($"{m.Result.TcdmBytes / 1024.0:F1} KiB"), Text($"{100 * m.RelativeError:F2} %"), Text($"{m.Instructions:N0}"));
        }

        AnsiConsole.Write(table);
        Console.WriteLine(Text($"the adapter costs {comparison.OverheadPercent:F1} % beside the tile; its {comparison.Shape.AdapterMultiplyAdds:N0} multiply-adds run at {comparison.MultiplyAddsPerCycle:F2} a cycle and hart"));
        LayerMeasurement[] runs = [comparison.Analog, comparison.Sequential, comparison.Pipelined];
        Console.WriteLine(Text($"host: {runs.Sum(r => r.HostTime.TotalSeconds):F1} s, {runs.Sum(r => (double)r.Instructions) / 1e6 / Math.Max(1e-9, runs.Sum(r => r.HostTime.TotalSeconds)):F0} MIPS"));
    }

    private static string ToJson(LayerComparison comparison, PlatformDescription platform, MachineOptions options)
    {
        static object Of(LayerMeasurement m) => new
        {
            cycles = m.Result.Cycles,
            tcdm_bytes = m.Result.TcdmBytes,
            relative_error_percent = 100 * m.RelativeError,
            instructions = m.Instructions,
            hart_busy_cycles = m.Result.HartBusyCycles,
        };
        var shape = comparison.Shape;
        return JsonSerializer.Serialize(
            new
            {
                version = Statistics.ProductVersion,
                inputs = shape.Inputs,
                outputs = shape.Outputs,
                rank = shape.Rank,
                tokens = shape.Tokens,
                chunk_tokens = shape.Chunk,
                integration_ns = platform.Aimc!.IntegrationNs,
                stream_words_per_cycle = platform.Aimc.StreamWordsPerCycle,
                preset = platform.Aimc.Preset,
                harts = platform.Harts,
                timing = options.Timing.Name,
                contention = options.Contention == Contention.Exact ? "exact" : "none",
                seed = options.Seed,
                strategy = comparison.Pipelined.Strategy.Name,
                baseline_cycles = comparison.Analog.Result.Cycles,
                sequential_cycles = comparison.Sequential.Result.Cycles,
                pipelined_cycles = comparison.Pipelined.Result.Cycles,
                overhead_percent = comparison.OverheadPercent,
                multiply_adds_per_cycle_and_hart = comparison.MultiplyAddsPerCycle,
                published_tcdm_bytes = shape.PublishedTcdmBytes,
                analog = Of(comparison.Analog),
                sequential = Of(comparison.Sequential),
                pipelined = Of(comparison.Pipelined),
            },
            JsonOptions) + "\n";
    }

    private static readonly JsonSerializerOptions JsonOptions = new() { WriteIndented = true };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Option<int> Number(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };
}
