using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using AhwaLora.Cli.Commands;
using AhwaLora.Cli.Terminal;
using AhwaLora.Cli.Wording;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Programs;
using Spectre.Console;

namespace AhwaLora.Cli;

/// <summary>The command line: parse, call, print. Mistakes of the user's are one line and exit status 125.</summary>
internal static class CommandLine
{
    // Tables in files are not to be cut to the width of a terminal that is not there.
    private const int RedirectedWidth = 160;

    public static int Invoke(string[] args)
    {
        StandardStreams.SilenceClosed();
        StandardText.NameFailures();
        // @FILE is the name of a file, or an argument of the guest's; it is not a list of arguments.
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = RedirectedWidth;
        if (UnknownOption(parsed) is { } unknown) return Output.Fail($"unknown option '{unknown}'; see '{Path(parsed)} --help'");
        if (HasEmptyArgument(parsed)) return Output.Fail($"an argument is empty; see '{Path(parsed)} --help'");
        if (parsed.Errors.Count != 0 && parsed.Action is not System.CommandLine.Help.HelpAction) return Output.Fail(Describe(parsed));
        BrokenPipe.Ends();
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (SettingException e)
        {
            return Output.Fail(e.Text.Word(parsed));
        }
        catch (Exception e) when (e is UserErrorException or PlatformException)
        {
            return Output.Fail(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Files and the console say their own names; what else there is has the system's words alone.
            return Output.Fail($"input or output failed ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}): check the files and devices that the command uses");
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("AHWALORA_STACK") is null)
        {
            return Output.Fail($"internal error: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (set AHWALORA_STACK=1 and report the trace)");
        }
    }

    /// <summary>All commands and their options.</summary>
    public static RootCommand Create() => new RootCommand("RV32IMF harts beside analog in-memory-computing tiles: run firmware, count its cycles, study LoRA adapters.")
    {
        RunCommand.Create(),
        LayerCommand.Create(),
        ModelCommand.Create(),
        SweepCommand.Create(),
        MergeCommand.Create(),
        StudyCommand.Create(),
        AdapterCommand.Create(),
        ReportCommand.Create(),
        TileCommand.Create(),
        DisasmCommand.Create(),
        PlatformCommand.Create(),
    };

    private static string Describe(ParseResult parsed)
    {
        var commands = parsed.CommandResult.Command.Subcommands;
        var what =
            commands.Count == 0 ? DescribeMistake(parsed.Errors[0])
            : parsed.UnmatchedTokens is [var word, ..] ? $"unknown command '{word}'"
            : $"a command is missing; expected {string.Join(", ", commands.Select(command => command.Name))}";
        return $"{what}; see '{Path(parsed)} --help'";
    }

    private static string DescribeMistake(ParseError error) => DescribeValue(error) ?? error.Message.ReplaceLineEndings(" ").TrimEnd('.');

    /// <summary>What an option takes, for a value that cannot be one; the message of the parser itself would name .NET types.</summary>
    private static string? DescribeValue(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Tokens: [var value] } result) return null;
        var type = Nullable.GetUnderlyingType(result.Option.ValueType) ?? result.Option.ValueType;
        var choices = result.Option.GetCompletions(CompletionContext.Empty).Select(choice => choice.Label).ToList();
        var expected =
            type == typeof(int) ? (int.TryParse(value.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a whole number")
            : type == typeof(ulong) ? "a whole number, not negative"
            : type == typeof(double) ? "a number"
            : choices.Count != 0 ? string.Join(", ", choices)
            : null;
        return expected is null ? null : $"{result.Option.Name} '{value.Value}': expected {expected}";
    }

    // The parser takes an option that it does not know for the next argument.
    private static string? UnknownOption(ParseResult parsed) =>
        OwnArguments(parsed).FirstOrDefault(token => token is { Value: ['-', '-' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..] })?.Value;

    // As of a shell's variable that is not set: no file, number or word is empty.
    private static bool HasEmptyArgument(ParseResult parsed) => OwnArguments(parsed).Any(token => token.Value.Length == 0);

    // What follows -- is the guest's.
    private static IEnumerable<Token> OwnArguments(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Where(token => token.Type == TokenType.Argument);

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent) names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("ahwalora"));
    }
}
