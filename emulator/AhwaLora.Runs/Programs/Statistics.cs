using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Programs;

/// <summary>
/// What a run was and what it cost. All members but the last, <c>host</c>, depend only on the program and the options:
/// equal runs give equal bytes.
/// </summary>
public static class Statistics
{
    /// <summary>The statistics of a finished run as JSON.</summary>
    public static string ToJson(ProgramRun run)
    {
        var machine = run.Machine;
        var result = run.Result ?? throw new InvalidOperationException("the run has not ended: call Execute first");
        return JsonSerializer.Serialize(
            new
            {
                Version = Product.Version,
                Product.Build,
                Program = Path.GetFileName(run.Image.Path),
                ProgramSha256 = ElfImage.FingerprintOf([run.Image]),
                Platform = machine.Platform.Name,
                ExitReason = JsonNamingPolicy.SnakeCaseLower.ConvertName(ExitReasonNames.OfProgram(result.Reason)),
                ExitCode = result.Code,
                machine.Options.Seed,
                Timing = machine.Options.Timing.Name,
                Contention = JsonNamingPolicy.SnakeCaseLower.ConvertName(machine.Options.Contention.ToString()),
                Cycles = machine.Cycles,
                Instructions = machine.RetiredInstructions,
                Harts = machine.Harts.Select(hart => new
                {
                    hart.Id,
                    Cycles = hart.Time,
                    Instructions = hart.Retired,
                    Causes = Causes(machine.CausesOf(hart.Id).Cycles),
                    Functions = run.Profile is { } profile ? Functions(profile, hart.Id) : null,
                }),
                BankConflicts = machine.BankConflicts,
                machine.InstructionCacheMisses,
                Regions = machine.Regions.Records.Select(region => new
                {
                    Name = machine.Regions.NameOf(region.Key.Id),
                    region.Key.Hart,
                    region.Value.Entries,
                    region.Value.Cycles,
                    region.Value.Instructions,
                    Causes = Causes(region.Value.Causes),
                }),
                Devices = machine.Devices
                    .Select(d => (d.Device.Name, Counters: d.Device.Counters(machine.Cycles)))
                    .Where(d => d.Counters.Count != 0)
                    .ToDictionary(d => d.Name, d => d.Counters.ToDictionary(c => c.Name, c => c.Value)),
                Host = new
                {
                    Seconds = Math.Round(run.HostTime.TotalSeconds, 6),
                    Mips = Math.Round(machine.RetiredInstructions / 1e6 / Math.Max(1e-9, run.HostTime.TotalSeconds), 3),
                },
            },
            JsonStyles.Results) + "\n";
    }

    private static Dictionary<string, ulong> Causes(ulong[] cycles) => CauseNames.All.Zip(cycles).ToDictionary(c => c.First, c => c.Second);

    private static object Functions(CauseProfile profile, int hart) =>
        CauseProfile.SumBy(profile.Harts[hart].Costs, profile.Symbols.IndexOf).Select(function => new
        {
            Name = profile.Symbols.NameOf(function.Key),
            function.Cost.Cycles,
            function.Cost.Instructions,
            Causes = CauseNames.Spent(function.Cost.Causes),
        });
}
