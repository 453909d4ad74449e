using System.CommandLine;
using System.Reflection;
using System.Text.RegularExpressions;
using AhwaLora.Cli;
using AhwaLora.Cli.Wording;
using AhwaLora.Common.Settings;

namespace AhwaLora.Emu.Tests.House;

/// <summary>The command line alone knows its options; what lies below names settings.</summary>
public sealed partial class OptionNameTests
{
    private static readonly string Emulator = Path.Combine(Toolchain.Root, "emulator");

    private static readonly string[] Projects = ["Runs", "Debug", "Experiments", "Reports"];

    private static readonly Command[] Commands = [.. Descendants(CommandLine.Create())];

    [Fact]
    public void No_text_below_the_command_line_names_an_option()
    {
        string[] endings = [".cs", ".css", ".js", ".html"];
        string[] left = [Path.Combine(Emulator, "AhwaLora.Cli"), $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}"];
        var lines =
            from file in Directory.EnumerateFiles(Emulator, "*", SearchOption.AllDirectories)
            where endings.Contains(Path.GetExtension(file)) && !left.Any(part => file.Contains(part, StringComparison.Ordinal))
            from line in File.ReadLines(file).Index()
            where OptionInText().IsMatch(line.Item)
            select $"{Path.GetRelativePath(Emulator, file)}:{line.Index + 1}: {line.Item.Trim()}";
        Assert.Empty(lines);
    }

    [Fact]
    public void Every_setting_has_an_option()
    {
        var settings = Settings().ToList();
        Assert.True(settings.Count > 20);
        Assert.Empty(settings.Except(OptionNames.Table.Keys));
    }

    [Fact]
    public void Every_option_of_the_table_exists()
    {
        var missing = OptionNames.Table.Where(row => row.Value.Any(name => !Commands.Any(command => OptionNames.NameOf(row.Key, command) == name.Split(' ')[^1])));
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("layer", "--in", "--out", "--chunk")]
    [InlineData("report", "--layer", "--layer", "--chunk")]
    [InlineData("sweep", "inputs", "outputs", "chunk")]
    public void A_command_names_a_setting_as_its_user_does(string command, params string[] names)
    {
        var asked = Commands.Single(c => c.Name == command);
        Setting[] settings = [new("inputs", IsInFiles: true), new("outputs", IsInFiles: true), new("chunk", IsInFiles: true)];
        Assert.Equal(names, settings.Select(setting => OptionNames.NameOf(setting, asked)));
    }

    private static IEnumerable<Setting> Settings() =>
        from name in Projects
        from type in Assembly.Load($"AhwaLora.{name}").GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where field.FieldType == typeof(Setting)
        select (Setting)field.GetValue(null)!;

    private static IEnumerable<Command> Descendants(Command command) => command.Subcommands.SelectMany(Descendants).Prepend(command);

    [GeneratedRegex("\"[^\"]*--[a-z]")]
    private static partial Regex OptionInText();
}
