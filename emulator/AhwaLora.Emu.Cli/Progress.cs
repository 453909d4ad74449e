using Spectre.Console;

namespace AhwaLora.Emu.Cli;

/// <summary>What is going on: on a terminal one line that follows the work, elsewhere a line a step on standard error.</summary>
internal static class Progress
{
    public static void Show(string title, Action<Action<string>> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            work(step => Console.Error.WriteLine($"{title}: {step} ..."));
            return;
        }

        AnsiConsole.Status().Start($"{title} ...", status => work(step => status.Status($"{title}: {step} ...")));
    }
}
