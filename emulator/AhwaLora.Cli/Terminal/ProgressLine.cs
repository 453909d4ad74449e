using System.Diagnostics;
using System.Runtime.InteropServices;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AhwaLora.Cli.Terminal;

/// <summary>Shows progress: on a terminal as one line that is updated, elsewhere as one line per step on standard error.</summary>
internal static class ProgressLine
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Shows a bar and the remaining time for work of many equal items. The work reports the items done and the total.</summary>
    public static void Count(string title, Action<Action<int, int>> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            CountInLines(title, work);
            return;
        }

        title = Markup.Escape(title);
        using var interrupt = ShowCursorWhenInterrupted();
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new CountColumn(), new RemainingTimeColumn()).Start(context =>
        {
            ProgressTask? task = null;
            work((done, all) =>
            {
                // Items that were done before must not count towards the speed.
                task ??= context.AddTask(title, maxValue: Math.Max(1, all - done));
                task.Value = task.MaxValue - (all - done);
            });
        });
    }

    // The cursor is hidden while the line is updated. The signal still ends the process.
    private static PosixSignalRegistration ShowCursorWhenInterrupted() => PosixSignalRegistration.Create(PosixSignal.SIGINT, static _ => AnsiConsole.Cursor.Show());

    private static void CountInLines(string title, Action<Action<int, int>> work)
    {
        var clock = Stopwatch.StartNew();
        var (first, next) = (-1, TimeSpan.Zero);
        work((done, all) =>
        {
            if (first < 0) first = done;
            if (clock.Elapsed < next && done < all) return;
            next = clock.Elapsed + Interval;
            var left = done > first ? $", {clock.Elapsed * ((double)(all - done) / (done - first)):h\\:mm\\:ss} left" : "";
            Console.Error.WriteLine($"{title}: {done} of {all}{(done < all ? left : "")}");
        });
    }

    private sealed class CountColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text($"{task.Value:F0}/{task.MaxValue:F0}");
    }

    /// <summary>Shows work of a few steps. The work reports each step when it begins.</summary>
    public static void Show(string title, Action<Action<string>> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            work(step => Console.Error.WriteLine($"{title}: {step} ..."));
            return;
        }

        using var interrupt = ShowCursorWhenInterrupted();
        AnsiConsole.Status().Start(Markup.Escape($"{title} ..."), status => work(step => status.Status(Markup.Escape($"{title}: {step} ..."))));
    }
}
