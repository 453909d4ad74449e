using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Common.Text;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Observe;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Baselines;

/// <summary>The cost of a part of a run: the whole run, a hart, or a region on a hart.</summary>
public sealed record Scope
{
    /// <summary><c>total</c>, <c>hart 0</c>, or <c>region NAME, hart 0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Times that a region was entered; 0 for other parts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Entries { get; init; }

    /// <summary>Cycles; of the total, the cycles of the machine.</summary>
    public required ulong Cycles { get; init; }

    /// <summary>Instructions retired.</summary>
    public required ulong Instructions { get; init; }

    /// <summary>Cycles by cause, without zeros; of the total, summed over harts.</summary>
    public required IReadOnlyDictionary<string, ulong> Causes { get; init; }
}

/// <summary>The cycles of a run, to compare later runs with. Its file is made to be committed: people can read it, and equal runs give equal bytes.</summary>
public sealed record Baseline
{
    private const int CurrentFormat = 1;
    private const string TotalName = "total";

    /// <summary>Version of the format.</summary>
    public required int Format { get; init; }

    /// <summary>File name of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Name of the platform.</summary>
    public required string Platform { get; init; }

    /// <summary>Number of harts.</summary>
    public required int Harts { get; init; }

    /// <summary>Timing profile.</summary>
    public required string Timing { get; init; }

    /// <summary>Bank conflicts: none or exact.</summary>
    public required string Contention { get; init; }

    /// <summary>How the run ended, as in <c>exit 0</c>.</summary>
    public required string End { get; init; }

    /// <summary>The total, then harts by number, then regions by name and hart.</summary>
    public required IReadOnlyList<Scope> Scopes { get; init; }

    /// <summary>Makes the baseline of a run that has ended.</summary>
    public static Baseline Of(EmulatedMachine machine, string program, RunResult result) => new()
    {
        Format = CurrentFormat,
        Program = program,
        Platform = machine.Platform.Name,
        Harts = machine.Harts.Count,
        Timing = machine.Options.Timing.Name,
        Contention = Snake(machine.Options.Contention.ToString()),
        End = Invariant($"{Snake(result.Reason.ToString())} {result.Code}"),
        Scopes = [Total(machine), .. HartScopes(machine), .. RegionScopes(machine.Regions)],
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">The file does not exist or is not a baseline.</exception>
    public static Baseline Load(string path)
    {
        try
        {
            var baseline = JsonText.Parse<Baseline>(ReadText(path), JsonStyles.Committed);
            if (baseline.Format != CurrentFormat) throw new SettingException($"{path}: baseline format {baseline.Format}, expected {CurrentFormat}; write it again with {RunSettings.UpdateBaseline}");
            baseline.Check();
            return baseline;
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: not a baseline ({e.Message})", e);
        }
    }

    private static string ReadText(string path) =>
        File.Exists(path) || Directory.Exists(path) ? InputFile.Text(path) : throw new SettingException($"{path}: no such baseline; make it with {RunSettings.UpdateBaseline}");

    // A comparison finds scopes and causes by their names.
    private void Check()
    {
        if (Scopes.CountBy(scope => scope.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice) throw new JsonException($"scope '{twice}' is given twice");
        if (!Scopes.Any(scope => scope.Name == TotalName)) throw new JsonException($"scope '{TotalName}' is missing");
        var texts = Scopes.SelectMany(scope => scope.Causes.Keys.Append(scope.Name)).Append(End);
        if (texts.FirstOrDefault(text => OneLine.Of(text) != text) is { } text) throw new JsonException($"'{text}' is not a name");
    }

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JsonStyles.Committed) + "\n";

    /// <summary>Checks that a run is comparable with the baseline.</summary>
    /// <exception cref="UserErrorException">The run has another platform, number of harts, timing or contention than the baseline at <paramref name="path"/>.</exception>
    public void CheckComparable(string path, EmulatedMachine machine)
    {
        Check("platform", Platform, machine.Platform.Name);
        Check("harts", Invariant($"{Harts}"), Invariant($"{machine.Harts.Count}"));
        Check("timing", Timing, machine.Options.Timing.Name);
        Check("contention", Contention, Snake(machine.Options.Contention.ToString()));

        void Check(string what, string expected, string actual)
        {
            if (actual != expected) throw new SettingException($"{path}: made with {what} {expected}, but this run has {actual}; use the same one, or write the baseline again with {RunSettings.UpdateBaseline}");
        }
    }

    private static Scope Total(EmulatedMachine machine) => new()
    {
        Name = TotalName,
        Cycles = machine.Cycles,
        Instructions = machine.RetiredInstructions,
        Causes = CauseNames.Spent([.. Enumerable.Range(0, CauseNames.All.Count).Select(n => machine.Harts.Aggregate(0UL, (sum, h) => sum + machine.CausesOf(h.Id).Cycles[n]))]),
    };

    private static IEnumerable<Scope> HartScopes(EmulatedMachine machine) => machine.Harts.Select(hart => new Scope
    {
        Name = Invariant($"hart {hart.Id}"),
        Cycles = hart.Time,
        Instructions = hart.Retired,
        Causes = CauseNames.Spent(machine.CausesOf(hart.Id).Cycles),
    });

    private static IEnumerable<Scope> RegionScopes(RegionRecorder regions) =>
        from region in regions.Records
        let name = regions.NameOf(region.Key.Id)
        orderby name, region.Key.Hart
        select new Scope
        {
            Name = OneLine.Of(Invariant($"region {name}, hart {region.Key.Hart}")),
            Entries = region.Value.Entries,
            Cycles = region.Value.Cycles,
            Instructions = region.Value.Instructions,
            Causes = CauseNames.Spent(region.Value.Causes),
        };

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
