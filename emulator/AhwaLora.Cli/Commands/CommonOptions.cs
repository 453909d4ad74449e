using System.CommandLine;
using System.Globalization;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Cli.Commands;

/// <summary>Options that several commands have; each command creates its own.</summary>
internal static class CommonOptions
{
    private const int MostJobs = 1024;

    /// <summary>The description of an option for the number of harts.</summary>
    public static readonly string HartsDescription = $"Number of harts, 1 to {PlatformRules.MaximumHarts}.";

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int> Number(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };

    /// <summary>An option for the number of harts.</summary>
    public static Option<int> Harts(int value) => Number("--harts", HartsDescription, value).Within(1, PlatformRules.MaximumHarts);

    /// <summary>An option for how many of something the host does at the same time.</summary>
    public static Option<int> Jobs(string what) =>
        new Option<int>("--jobs") { Description = $"{what} at a time; by default one for each core of the host.", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" }.Within(1, MostJobs);

    /// <summary>Refuses a number outside the range; the message names the option.</summary>
    public static TOption Within<TOption>(this TOption option, int least, int most)
        where TOption : Option => option.Refusing(value => SettingFault.OfRange(new(option.Name), value, least, most));

    /// <summary>Refuses a number below the minimum; the message names the option.</summary>
    public static TOption AtLeast<TOption>(this TOption option, int least)
        where TOption : Option => option.Refusing(value => SettingFault.OfLeast(new(option.Name), value, least));

    private static TOption Refusing<TOption>(this TOption option, Func<int, SettingFault?> faultOf)
        where TOption : Option
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && faultOf(value) is { } fault)
            {
                result.AddError(fault.Text.ToString());
            }
        });
        return option;
    }

    /// <summary>An option for the file to write the numbers to.</summary>
    public static Option<string?> Json(string what = "the numbers") => new("--json") { Description = $"Write {what} as JSON; - for standard output.", HelpName = "FILE" };

    /// <summary>The tokens per chunk: the number given; otherwise the default number, or all tokens if there are fewer.</summary>
    public static int ChunkOf(ParseResult parsed, Option<int> chunk, Option<int> tokens) =>
        parsed.IsGiven(chunk) ? parsed.GetValue(chunk) : Math.Clamp(parsed.GetValue(tokens), 1, parsed.GetValue(chunk));

    /// <summary>True if the user gave the option, whatever its default is.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
