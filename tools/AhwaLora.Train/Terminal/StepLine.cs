using Spectre.Console;

namespace AhwaLora.Train.Terminal;

/// <summary>Shows the progress of work of many steps: on a terminal as a bar, elsewhere as lines on standard error.</summary>
internal static class StepLine
{
    /// <summary>Runs work of some steps, which reports each step it has made and a line about it.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="stepsPerLine">Steps from one line to the next, if lines are printed.</param>
    /// <param name="work">The work; it receives what to call after each step.</param>
    public static void Run(string title, int steps, int stepsPerLine, Action<Action<int, string>> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            work((step, line) =>
            {
                if (step % stepsPerLine == 0 || step == steps) Console.Error.WriteLine($"{line}, step {step} of {steps}");
            });
            return;
        }

        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
        {
            var bar = context.AddTask(Markup.Escape(title), maxValue: steps);
            work((step, line) => (bar.Description, bar.Value) = (Markup.Escape(line), step));
        });
    }
}
