using System.CommandLine;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Cli.Commands;

/// <summary>Options that say what machine to build; every command that builds one takes them.</summary>
internal static class MachineArguments
{
    public static readonly Option<string?> Platform = PlatformOption("'ahwalora platform --list' tells them apart");
    public static readonly Option<int?> Harts = new Option<int?>("--harts") { Description = CommonOptions.HartsDescription, HelpName = "N" }.Within(1, PlatformRules.MaximumHarts);
    public static readonly Option<string?> Isa = new("--isa") { Description = $"Extensions of the harts; {PlatformRules.FullIsa} has all of them.", HelpName = "ISA" };
    public static readonly Option<string> Timing = TimingOption("functional");
    public static readonly Option<string> Contention = Choice("--contention", "Bank conflicts in the TCDM: none, or exact arbitration in each cycle.", "none", "exact");
    public static readonly Option<string> Engine = Choice("--engine", "Engine that executes instructions.", "auto", "interpreter", "translator");
    public static readonly Option<string?> Misaligned = new("--misaligned") { Description = "Misaligned loads and stores: trap or emulate." };
    public static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of all random numbers.", DefaultValueFactory = _ => 1UL, HelpName = "N" };

    static MachineArguments() => Misaligned.AcceptOnlyFromAmong("trap", "emulate");

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Platform, Harts, Isa, Timing, Contention, Engine, Misaligned, Seed }) command.Add(option);
    }

    /// <summary>A timing option with a default of the command's own.</summary>
    public static Option<string> TimingOption(string value) => new("--timing")
    {
        Description = $"Timing profile: {string.Join(", ", TimingProfile.All.Select(p => p.Name))}, or a JSON file.",
        DefaultValueFactory = _ => value,
        HelpName = "PROFILE",
    };

    /// <summary>A platform option with a remark of the command's own.</summary>
    public static Option<string?> PlatformOption(string remark)
    {
        var names = NamedPlatform.All.Select(platform => platform.Name).ToArray();
        var option = new Option<string?>("--platform") { Description = $"Platform: {string.Join(", ", names)}, or a JSON file; {remark}.", HelpName = "NAME|FILE" };
        option.CompletionSources.Add(names);
        return option;
    }

    /// <summary>How to run a platform. What the user does not choose is the platform's choice, and else the option's default.</summary>
    public static MachineOptions Options(ParseResult parsed, PlatformDescription platform) => Options(parsed, platform, Timing);

    /// <summary>The machine options of a command that has a timing option of its own.</summary>
    public static MachineOptions Options(ParseResult parsed, PlatformDescription platform, Option<string> timing) => new()
    {
        Timing = TimingFile.Load(parsed.IsGiven(timing) ? parsed.GetValue(timing)! : platform.Timing ?? parsed.GetValue(timing)!),
        Contention = platform.Contention is { } contention && !parsed.IsGiven(Contention) ? contention : Enum.Parse<Contention>(parsed.GetValue(Contention)!, ignoreCase: true),
        Engine = EngineOf(parsed),
        EmulateMisaligned = parsed.GetValue(Misaligned) is { } text ? text == "emulate" : null,
        Seed = parsed.GetValue(Seed),
    };

    /// <summary>The engine that executes instructions.</summary>
    public static EngineKind EngineOf(ParseResult parsed) => Enum.Parse<EngineKind>(parsed.GetValue(Engine)!, ignoreCase: true);

    private static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
