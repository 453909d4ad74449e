using System.CommandLine;
using AhwaLora.Common.Settings;
using AhwaLora.Experiments.Settings;
using AhwaLora.Reports;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Cli.Wording;

/// <summary>The command line's names for the settings that messages mention.</summary>
internal static class OptionNames
{
    /// <summary>Every setting with its options; a command has at most one of them. If an option means something else in other commands, its command precedes it.</summary>
    public static IReadOnlyDictionary<Setting, string[]> Table { get; } = new Dictionary<Setting, string[]>
    {
        [ExperimentSettings.Inputs] = ["--in", "--layer"],
        [ExperimentSettings.Outputs] = ["layer --out", "--layer"],
        [ExperimentSettings.Rank] = ["--rank"],
        [ExperimentSettings.Tokens] = ["--tokens"],
        [ExperimentSettings.Chunk] = ["--chunk"],
        [ExperimentSettings.Strategy] = ["--strategy"],
        [ExperimentSettings.Shard] = ["--shard"],
        [ExperimentSettings.Base] = ["--base"],
        [ExperimentSettings.Module] = ["--module"],
        [ExperimentSettings.Samples] = ["--samples"],
        [ExperimentSettings.Targets] = ["--targets"],
        [ExperimentSettings.Rows] = ["--rows"],
        [ExperimentSettings.Columns] = ["--columns"],
        [ReportSettings.Lines] = ["--size"],
        [ReportSettings.Seeds] = ["--seeds"],
        [RunSettings.Platform] = ["--platform"],
        [RunSettings.Isa] = ["--isa"],
        [RunSettings.Timing] = ["--timing"],
        [RunSettings.Tile] = ["--tile"],
        [RunSettings.Sandbox] = ["--sandbox"],
        [RunSettings.Signature] = ["--signature"],
        [RunSettings.Dump] = ["--dump"],
        [RunSettings.Save] = ["--save"],
        [RunSettings.MaxCycles] = ["--max-cycles"],
        [RunSettings.MaxInstructions] = ["--max-instructions"],
        [RunSettings.UpdateBaseline] = ["--update-baseline"],
    };

    /// <summary>A line of text that uses the option names of the command that the user gave.</summary>
    public static string Word(this SettingText text, ParseResult parsed) => text.Word(setting => NameOf(setting, parsed.CommandResult.Command));

    /// <summary>The option by which a command takes a setting; if it takes none, the key in files, or the option of another command.</summary>
    public static string NameOf(Setting setting, Command command)
    {
        if (!Table.TryGetValue(setting, out var entries)) return setting.Key;
        var own = entries.Select(entry => entry.Split(' ')).FirstOrDefault(words => (words.Length == 1 || words[0] == command.Name) && command.Options.Any(option => option.Name == words[^1]));
        return own is not null ? own[^1] : setting.IsInFiles ? setting.Key : entries[0];
    }
}
