using System.Globalization;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Reports;

/// <summary>A figure that a report rests on.</summary>
/// <param name="Group">The group that the figure belongs to.</param>
/// <param name="Name">The name of the figure.</param>
/// <param name="Value">The value with its unit.</param>
/// <param name="Source">One of <see cref="FactSource"/>.</param>
/// <param name="Note">The exact place that it comes from.</param>
public sealed record ReportFact(string Group, string Name, string Value, string Source, string Note);

/// <summary>The marks by which reports say where figures come from.</summary>
public static class FactSource
{
#pragma warning disable CS1591 // The page's legend explains each.
    public const string Published = "P", Derived = "D", Measured = "M", Assumed = "?", Chosen = "set";
#pragma warning restore CS1591
}

/// <summary>The configuration of a report, and where each of its figures comes from.</summary>
public static class ReportFacts
{
    private const string Paper = "Li et al., arXiv 2411.17367v3";

    /// <summary>All facts, group by group.</summary>
    public static IReadOnlyList<ReportFact> Of(ReportRequest request) =>
        [.. Layer(request), .. Machine(request), .. Tile(request), .. Timing(request.Options.Timing)];

    private static IEnumerable<ReportFact> Layer(ReportRequest request)
    {
        const string group = "Layer";
        var shape = request.Shape;
        yield return new(group, "inputs × outputs", Text($"{shape.Inputs} × {shape.Outputs}"), FactSource.Chosen, $"{Paper} studies 128 × 128 and 512 × 128");
        yield return new(group, "rank r", Text($"{shape.Rank}"), FactSource.Chosen, $"{Paper}: 8 for MobileBERT, 16 for Llama 3.1 8B");
        yield return new(group, "tokens S", Text($"{shape.Tokens}"), FactSource.Assumed, "assumed: not public for the latency figure; 320 is the training sequence");
        yield return new(group, "tokens per chunk t", Text($"{shape.Chunk}"), FactSource.Derived, "8 to 128 follows from the published TCDM figures");
        yield return new(group, "strategy", request.Strategy.Name, FactSource.Chosen, "the published pipeline is double-buffered, in words");
        yield return new(group, "weights, activations, adapter", "seeded normal numbers", FactSource.Chosen, "weights clipped at three sigma, activations of unit variance, adapter adds about a tenth");
        yield return new(group, "seed", Text($"{request.Options.Seed}"), FactSource.Chosen, "of numbers, devices and noise");
        yield return new(group, "number format of the adapter", "FP32", FactSource.Chosen, "published figures assume FP16");
    }

    private static IEnumerable<ReportFact> Machine(ReportRequest request)
    {
        const string group = "Machine";
        var platform = request.Platform;
        yield return new(group, "version", Product.Version, FactSource.Chosen, "of this emulator");
        yield return new(group, "platform", platform.Name, FactSource.Chosen, "'ahwalora platform' prints it");
        yield return new(group, "harts", Text($"{platform.Harts} × {platform.Isa}"), FactSource.Assumed, "assumed: the number of cores is not public; the published cluster adds a matrix engine");
        yield return new(group, "clock", Text($"{platform.ClockMhz} MHz"), FactSource.Assumed, "assumed: not public");
        var tcdm = $"128 KiB are published; the overhead maps flag what needs more{(request.ResultsPath is null ? ", and run with 1 MiB" : "")}";
        foreach (var memory in platform.Memories)
        {
            var size = memory.Size >= 1 << 20 ? Text($"{memory.Size >> 20} MiB") : Text($"{memory.Size / 1024.0} KiB");
            var isTcdm = memory.Banks != 0;
            yield return new(group, memory.Name, isTcdm ? Text($"{size}, {memory.Banks} banks") : size, isTcdm ? FactSource.Published : FactSource.Assumed, isTcdm ? tcdm : "assumed");
        }

        if (platform.Dma is { } dma) yield return new(group, "DMA", Text($"{dma.BytesPerCycle} B per cycle, {dma.StartCycles} cycles to start"), FactSource.Assumed, "assumed: not public");
        yield return new(group, "contention of TCDM banks", request.Options.Contention == Contention.Exact ? "exact, cycle by cycle" : "none", FactSource.Chosen, "none: no access waits for another");
    }

    private static IEnumerable<ReportFact> Tile(ReportRequest request)
    {
        const string group = "Tile";
        var aimc = request.Platform.Aimc!;
        var preset = aimc.BuildPreset();
        yield return new(group, "size", Text($"{aimc.Rows} × {aimc.Columns}"), FactSource.Published, Paper);
        yield return new(group, "integration time", Text($"{aimc.IntegrationNs} ns"), FactSource.Chosen, $"{Paper} studies 128, 256 and 512 ns");
        yield return new(group, "preset", preset.Name, FactSource.Chosen, "converters, noise of an MVM, management of range: docs/aimc.md");
        yield return new(group, "converters", Text($"DAC {Bits(preset.Dac)}, ADC {Bits(preset.Adc)}"), FactSource.Published, $"{Paper}: 8 bits each");
        yield return new(group, "devices", aimc.Model, FactSource.Published, "aihwkit PCMLikeNoiseModel and its fits of the HERMES chip");
        yield return new(group, "streamers", Text($"{aimc.StreamWordsPerCycle} words per cycle each way"), FactSource.Assumed, "assumed: not public");
        yield return new(group, "job contexts", Text($"{aimc.Contexts}"), FactSource.Chosen, "as in PULP's HWPE convention");
        var cost = MvmCost.OnePhase;
        yield return new(group, "energy of an MVM of 256 × 256", Text($"{cost.EnergyFemtojoules / 1e6} nJ"), FactSource.Derived, cost.Source);
        foreach (var figure in new ProgrammingCost().Figures) yield return new(group, figure.Name, Text($"{figure.Value} {figure.Unit}"), FactSource.Assumed, "assumed: no usable figure is public");
        var tiles = request.Tiles;
        yield return new(group, "tiles of the analog figures", Text($"{tiles.Seeds} of {tiles.Lines} × {tiles.Lines}, {tiles.Preset.Name}, {tiles.Model.Name}"),
            FactSource.Chosen, Text($"seeds {tiles.FirstSeed} to {tiles.FirstSeed + (ulong)tiles.Seeds - 1}, {TileStudy.Vectors} input vectors each"));
    }

    private static IEnumerable<ReportFact> Timing(TimingProfile timing)
    {
        const string group = "Timing";
        yield return new(group, "profile", timing.Name, FactSource.Chosen, timing.Source);
        foreach (var (name, value, provenance) in timing.Latencies())
        {
            var source = provenance switch { Provenance.Measured => FactSource.Measured, Provenance.Documented => FactSource.Published, _ => FactSource.Derived };
            yield return new(group, name.Replace('_', ' '), Text($"{value}"), source, provenance switch
            {
                Provenance.Measured => "measured on the core's RTL",
                Provenance.Documented => "the core's manual",
                _ => "concluded from measured or documented rules",
            });
        }
    }

    private static string Bits(Converter converter) => converter.IsOn ? Text($"{converter.Bits} bit") : "off";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
