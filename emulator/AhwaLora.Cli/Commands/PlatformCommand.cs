using System.CommandLine;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;
using Spectre.Console;

namespace AhwaLora.Cli.Commands;

/// <summary><c>platform</c>: prints the address map as a table, the platform file, or its schema.</summary>
internal static class PlatformCommand
{
    private static readonly Option<string?> Json = new("--json") { Description = "Write the platform as a platform file; - for standard output.", HelpName = "FILE" };
    private static readonly Option<string?> Schema = new("--schema") { Description = "Write the JSON schema of platform files; - for standard output.", HelpName = "FILE" };

    private static readonly Option<bool> List = new("--list") { Description = "Print the platforms that have a name." };

    public static Command Create()
    {
        var command = new Command("platform", "Print the machine's address map.") { MachineArguments.Platform, List, Json, Schema };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(List)) return PrintNames();
            var platform = PlatformFile.Load(parsed.GetValue(MachineArguments.Platform));
            PlatformRules.Check(platform);
            if (parsed.GetValue(Schema) is { } schema) AtomicFile.WriteText(schema, PlatformJson.Schema());
            if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, PlatformJson.Write(platform));
            if (parsed.GetValue(Schema) is null && parsed.GetValue(Json) is null) Print(platform);
            return 0;
        });
        return command;
    }

    private static int PrintNames()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("name", "what");
        foreach (var (name, summary) in NamedPlatform.All) table.AddRow(name, Markup.Escape(summary));
        AnsiConsole.Write(table);
        return 0;
    }

    private static void Print(PlatformDescription platform)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("base", "end", "size", "what");
        foreach (var (name, start, size) in PlatformRules.Map(platform))
        {
            table.AddRow($"0x{start:x8}", $"0x{start + size - 1:x8}", SizeJsonConverter.Format((uint)size), Output.Name(name));
        }

        Console.WriteLine(Output.Text($"{platform.Name}: {platform.Harts} {(platform.Harts == 1 ? "hart" : "harts")} {platform.Isa}, {platform.ClockMhz} MHz"));
        AnsiConsole.Write(table);
    }
}
