using System.CommandLine;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Cli.Commands;

/// <summary>Options that set properties of the tiles and override the platform's.</summary>
internal static class TileArguments
{
    private static readonly Option<int> Integration = CommonOptions.Number("--tint", "Integration time of the tiles, ns.", 256).Within(1, PlatformRules.MaximumIntegrationNs);
    private static readonly Option<string?> PresetName = new("--preset") { Description = "Preset of the tiles; the platform's by default." };
    private static readonly Option<string?> ModelName = new("--model") { Description = "Devices of the tiles; none if --preset ideal is given, else the platform's." };

    static TileArguments()
    {
        PresetName.AcceptOnlyFromAmong([.. Preset.All.Select(p => p.Name)]);
        ModelName.AcceptOnlyFromAmong([.. DeviceModel.All.Select(m => m.Name)]);
    }

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Integration, PresetName, ModelName }) command.Add(option);
    }

    /// <summary>The description of the tiles after these options are applied.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="aimc">The platform's tiles; null takes the default ones.</param>
    public static AimcDescription Apply(ParseResult parsed, AimcDescription? aimc)
    {
        aimc ??= new AimcDescription();
        if (parsed.GetValue(PresetName) is { } preset) aimc = aimc.WithPreset(preset);
        return aimc with { IntegrationNs = parsed.GetValue(Integration), Model = parsed.GetValue(ModelName) ?? aimc.Model };
    }
}
