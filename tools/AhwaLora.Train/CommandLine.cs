using System.CommandLine;
using AhwaLora.Common.Files;
using AhwaLora.Train.Commands;

namespace AhwaLora.Train;

/// <summary>The command line of the training tool. A user's mistake gives one line and exit status 125, as in the emulator.</summary>
internal static class CommandLine
{
    private const int UsageStatus = 125;

    public static int Invoke(string[] args)
    {
        StandardText.NameFailures();
        var root = new RootCommand("Trains LoRA adapters through the analog forward of AhwaLora.Emu's tiles, and measures how much accuracy they recover. Start with 'data', then 'train base', 'train adapter', 'evaluate'.")
        {
            DataCommand.Create(),
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            TablesCommand.Create(),
        };
        // 'help' works like --help, since people type it.
        var parsed = root.Parse(args is ["help", .. var rest] ? [.. rest, "--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count != 0 && parsed.Action is not System.CommandLine.Help.HelpAction) return Fail($"{parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.')}; see 'ahwalora-train --help'");
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UserErrorException e)
        {
            return Fail(e.Lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail($"input or output failed ({e.Message.TrimEnd('.')}): check the files and devices that the command uses");
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("AHWALORA_STACK") is null)
        {
            return Fail($"internal error: {e.GetType().Name}: {e.Message} (set AHWALORA_STACK=1 and report the trace)");
        }
    }

    /// <summary>Prints one line on standard error, or one and its details; if it cannot be written, only the exit status reports the fault.</summary>
    private static int Fail(params IReadOnlyList<string> lines)
    {
        try
        {
            Console.Error.WriteLine($"ahwalora-train: {string.Join("\n  ", lines.Select(OneLine.Of))}");
        }
        catch (UserErrorException)
        {
        }

        return UsageStatus;
    }
}
