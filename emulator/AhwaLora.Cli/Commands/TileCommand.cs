using System.CommandLine;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Cli.Commands;

/// <summary><c>tile</c>: the mathematics of the analog tile by itself, without a machine.</summary>
internal static class TileCommand
{
    private const string PerDevice = "per-device", AihwkitCompatible = "aihwkit-compat";

    public static readonly Option<string> PresetName = new("--preset") { Description = "Converters and noise of an MVM.", DefaultValueFactory = _ => Preset.AhwaLora.Name };
    public static readonly Option<string?> ModelName = new("--model") { Description = "The devices; by default pcm, and none with --preset ideal." };
    public static readonly Option<string> Mapping = new("--mapping") { Description = "Part of the tile in which device noise acts.", DefaultValueFactory = _ => PerDevice };
    public static readonly Option<string?> Csv = new("--csv") { Description = "Write the numbers as CSV instead of the table; - for standard output.", HelpName = "FILE" };

    static TileCommand()
    {
        PresetName.AcceptOnlyFromAmong([.. Preset.All.Select(p => p.Name)]);
        ModelName.AcceptOnlyFromAmong([.. DeviceModel.All.Select(m => m.Name)]);
        Mapping.AcceptOnlyFromAmong(PerDevice, AihwkitCompatible);
    }

    public static Command Create() => new("tile", "The analog tile without a machine: its devices, its MVMs, its error over time.")
    {
        TileStatsCommand.Create(),
        TileMvmCommand.Create(),
        TileErrorCommand.Create(),
    };

    public static Preset PresetOf(ParseResult parsed) => Preset.All.First(p => p.Name == parsed.GetValue(PresetName));

    /// <summary>The device model: the one given, otherwise the one that belongs to the preset.</summary>
    public static DeviceModel ModelOf(ParseResult parsed, Preset preset)
    {
        var name = parsed.GetValue(ModelName) ?? (preset == Preset.Ideal ? DeviceModel.None : DeviceModel.Pcm).Name;
        return DeviceModel.All.First(m => m.Name == name);
    }

    public static DeviceMapping MappingOf(ParseResult parsed) => parsed.GetValue(Mapping) == PerDevice ? DeviceMapping.PerDevice : DeviceMapping.AihwkitCompatible;

    /// <summary>The ages of <c>--ages</c>, in seconds.</summary>
    /// <exception cref="UserErrorException">One of the values is not an age.</exception>
    public static double[] ParseAges(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(age => ParseAge("--ages", age))];

    /// <summary>An age of <c>--age</c> or <c>--ages</c>, in seconds.</summary>
    /// <exception cref="UserErrorException">The text is not an age.</exception>
    public static double ParseAge(string option, string text) =>
        UserNumbers.TryParseSeconds(text, out var seconds) ? seconds : throw new UserErrorException($"{option} '{text}': expected seconds, or a number with s, h, d or y, as in 1d");
}
