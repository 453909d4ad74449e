using AhwaLora.Common.Files;
using AhwaLora.Train.Terminal;

namespace AhwaLora.Train.Training;

/// <summary>A training run with a progress bar, and a checkpoint file from which it resumes after an interruption.</summary>
public static class TrainingSession
{
    private const int StepsPerLine = 100;
    private const double Smoothing = 0.98;

    /// <summary>Runs a training to its end. If the checkpoint exists, the training resumes from it; at the end it is deleted.</summary>
    /// <param name="title">What is trained.</param>
    /// <param name="steps">The total number of steps.</param>
    /// <param name="trainer">The state of the training.</param>
    /// <param name="run">Runs the training; it receives what to do after each step.</param>
    /// <param name="checkpoint">The checkpoint; null for none.</param>
    /// <param name="every">Steps between two checkpoints.</param>
    /// <exception cref="UserErrorException">The checkpoint belongs to another training or cannot be written, or the training has diverged.</exception>
    public static void Run(string title, int steps, Trainer trainer, Action<Func<int, double, bool>> run, TrainingCheckpoint? checkpoint = null, int every = 100)
    {
        if (checkpoint?.TryLoad(trainer) == true) Console.Error.WriteLine(FormattableString.Invariant($"{title}: resuming at step {trainer.Step} of {steps}"));
        StepLine.Run(title, steps, StepsPerLine, report =>
        {
            var loss = double.NaN;
            run((step, value) =>
            {
                if (!double.IsFinite(value)) throw new UserErrorException(FormattableString.Invariant($"{title}: the loss is {value} at step {step}: the training has diverged; lower --rate"));
                loss = double.IsNaN(loss) ? value : Smoothing * loss + (1 - Smoothing) * value;
                report(step, FormattableString.Invariant($"{title}, loss {loss:F3}"));
                if (step % every == 0 && step < steps) checkpoint?.Save(trainer);
                return true;
            });
        });
        checkpoint?.Delete();
    }
}
