using System.CommandLine;
using AhwaLora.Emu.Platform;

namespace AhwaLora.Emu.Cli.Commands;

/// <summary>Options that say what the tiles are like, in place of the platform's word.</summary>
internal static class TileArguments
{
    private static readonly Option<int> Integration = new("--tint") { Description = "Integration time of the tiles, ns.", DefaultValueFactory = _ => 256, HelpName = "N" };
    private static readonly Option<string?> Preset = new("--preset") { Description = "Preset of the tiles: ideal, ahwa-lora, standard-hwa or aihwkit-default." };
    private static readonly Option<string?> Model = new("--model") { Description = "Devices of the tiles: none, pcm, hermes or hermes-1; none where --preset ideal is given, else the platform's." };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Integration, Preset, Model }) command.Add(option);
    }

    /// <summary>The tiles with these options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="aimc">The platform's; null takes the default ones.</param>
    public static AimcDescription Apply(ParseResult parsed, AimcDescription? aimc)
    {
        aimc ??= new AimcDescription();
        if (parsed.GetValue(Preset) is { } preset) aimc = aimc.WithPreset(preset);
        return aimc with { IntegrationNs = parsed.GetValue(Integration), Model = parsed.GetValue(Model) ?? aimc.Model };
    }
}
