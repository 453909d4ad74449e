using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;
using Spectre.Console;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary>What <c>layer --paired</c> prints.</summary>
internal static class PairedReport
{
    public static void Print(PairedLayer paired, PlatformDescription platform, MachineOptions options)
    {
        var (aimc, error) = (platform.Aimc!, paired.Error);
        Console.WriteLine(Text($"layer {paired.Shape} on {platform.Harts} harts ({options.Timing.Name}), {paired.Noisy.Strategy.Name}, tile {aimc.Preset} with {aimc.Model} devices {aimc.AgeSeconds} s old"));
        var table = Table("<tile", "cycles", "MVMs", "re-passes", "error");
        foreach (var (name, m) in new[] { ("ideal", paired.Ideal), (aimc.Preset, paired.Noisy) })
        {
            table.AddRow(name, Text($"{m.Result.Cycles:N0}"), Text($"{m.Tile.Mvms:N0}"), Text($"{m.Tile.BoundPasses:N0}"), Text($"{100 * m.RelativeError:F2} %"));
        }

        AnsiConsole.Write(table);
        Console.WriteLine(paired.Repasses == 0 && paired.CyclesAgree ? "cycles are equal, and no vector was passed again" : Text($"{paired.Repasses:N0} re-passes; the noisy tile took {paired.FurtherCycles:N0} cycles more"));
        Console.WriteLine(Text($"MVM error: SNR {error.SnrDecibels:F1} dB, worst MVM {error.WorstMvm} {error.WorstMvmSnrDecibels:F1} dB, worst column {error.WorstColumn} {error.WorstColumnSnrDecibels:F1} dB"));
        Console.WriteLine(Text($"clipped inputs {100 * paired.ClippedFraction:F3} %, saturated outputs {100 * paired.SaturatedFraction:F3} %"));
    }
}
