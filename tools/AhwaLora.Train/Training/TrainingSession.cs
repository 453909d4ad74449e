using AhwaLora.Common.Files;
using Spectre.Console;

namespace AhwaLora.Train.Training;

/// <summary>A training run with a progress bar, and a checkpoint file from which it resumes after an interruption.</summary>
public static class TrainingSession
{
    private const int StepsBetweenLines = 100;
    private const double Smoothing = 0.98;

    /// <summary>Runs a training to its end. If the checkpoint exists, the training resumes from it; at the end it is deleted.</summary>
    /// <param name="title">What is trained.</param>
    /// <param name="steps">The total number of steps.</param>
    /// <param name="trainer">The state of the training.</param>
    /// <param name="run">Runs the training; it receives what to do after each step.</param>
    /// <param name="checkpoint">The file; null for none.</param>
    /// <param name="every">Steps between two checkpoints.</param>
    /// <exception cref="UserErrorException">The checkpoint belongs to another training or cannot be written, or the training has diverged.</exception>
    public static void Run(string title, int steps, Trainer trainer, Action<Func<int, double, bool>> run, string? checkpoint = null, int every = 100)
    {
        if (checkpoint is not null && File.Exists(checkpoint)) Resume(checkpoint, trainer);
        var loss = double.NaN;
        bool AfterStep(int step, double value, Action<string> report)
        {
            if (!double.IsFinite(value)) throw new UserErrorException(FormattableString.Invariant($"{title}: the loss is {value} at step {step}: the training has diverged; lower --rate"));
            loss = double.IsNaN(loss) ? value : Smoothing * loss + (1 - Smoothing) * value;
            report(FormattableString.Invariant($"{title}, loss {loss:F3}"));
            if (checkpoint is not null && step % every == 0 && step < steps) AtomicFile.Write(checkpoint, trainer.Save);
            return true;
        }

        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            run((step, value) => AfterStep(step, value, line =>
            {
                if (step % StepsBetweenLines == 0 || step == steps) Console.Error.WriteLine($"{line}, step {step} of {steps}");
            }));
        }
        else
        {
            AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
            {
                var bar = context.AddTask(title, maxValue: steps);
                run((step, value) => AfterStep(step, value, line => (bar.Description, bar.Value) = (Markup.Escape(line), step)));
            });
        }

        if (checkpoint is not null) File.Delete(checkpoint);
    }

    private static void Resume(string checkpoint, Trainer trainer)
    {
        try
        {
            using var stream = File.OpenRead(checkpoint);
            trainer.Load(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{checkpoint}: no checkpoint of this training; delete it to start anew", e);
        }
    }
}
