using System.CommandLine;

namespace AhwaLora.Emu.Cli.Commands;

/// <summary>Options that several commands have, each its own.</summary>
internal static class CommonOptions
{
    /// <summary>A whole number.</summary>
    public static Option<int> Number(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };

    /// <summary>How many harts.</summary>
    public static Option<int> Harts(int value) => Number("--harts", "Number of harts, 1 to 64.", value);

    /// <summary>Where to write the numbers.</summary>
    public static Option<string?> Json(string what = "the numbers") => new("--json") { Description = $"Write {what} as JSON; - for standard output.", HelpName = "FILE" };

    /// <summary>True where the user has given it, whatever its default is.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
