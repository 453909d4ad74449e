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

/// <summary>The command line: parse, call, print. A user's mistake gives one line and exit status 125.</summary>
internal static class CommandLine
{
    // If output goes to a file, tables must not be cut to the width of a terminal.
    private const int RedirectedWidth = 160;

    public static int Invoke(string[] args)
    {
        StandardText.NameFailures();
        // @FILE is a file name or an argument for the guest; it is not a response file with arguments.
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = RedirectedWidth;
        if (UnknownOption(parsed) is { } unknown) return Output.Fail($"unknown option '{unknown}'; see '{Path(parsed)} --help'{RunCommand.AdviceOn(parsed)}");
        if (HasEmptyArgument(parsed)) return Output.Fail($"an argument is empty; see '{Path(parsed)} --help'");
        if (parsed.Errors.Count != 0 && parsed.Action is not System.CommandLine.Help.HelpAction) return Output.Fail(Describe(parsed));
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (SettingException e)
        {
            return Output.Fail(e.Text.Word(parsed));
        }
        catch (UserErrorException e)
        {
            return Output.Fail(e.Lines);
        }
        catch (PlatformException e)
        {
            return Output.Fail(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Faults of files and of the console already name the thing; for other faults there is only the system's message.
            return Output.Fail($"input or output failed ({e.Message.TrimEnd('.')}): check the files and devices that the command uses");
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("AHWALORA_STACK") is null)
        {
            return Output.Fail($"internal error: {e.GetType().Name}: {e.Message} (set AHWALORA_STACK=1 and report the trace)");
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

    /// <summary>What an option takes, to answer an invalid value; the parser's own message would name .NET types.</summary>
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

    // The parser treats an unknown option as the next argument.
    private static string? UnknownOption(ParseResult parsed) =>
        OwnArguments(parsed).FirstOrDefault(token => token is { Value: ['-', '-' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..] })?.Value;

    // An empty argument comes for example from an unset shell variable; no file, number or word is empty.
    private static bool HasEmptyArgument(ParseResult parsed) => OwnArguments(parsed).Except(RunCommand.GuestArguments(parsed)).Any(token => token.Value.Length == 0);

    // What follows -- belongs to the guest.
    private static IEnumerable<Token> OwnArguments(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Where(token => token.Type == TokenType.Argument);

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent) names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("ahwalora"));
    }
}
