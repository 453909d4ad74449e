using AhwaLora.Analog.Crossbar;
using AhwaLora.Common.Files;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>How training models the tile.</summary>
/// <param name="Preset">The converters and the noise of an MVM.</param>
/// <param name="WeightNoise">Standard deviation of the weight noise, in units of a column's largest weight.</param>
public sealed record AnalogRecipe(Preset Preset, float WeightNoise);

/// <summary>A task with its data.</summary>
public sealed record TaskData(TrainingTask Task, Split<Features> Data)
{
    /// <summary>Reads a task's folder in a data directory.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed.</exception>
    public static TaskData Read(string directory, TrainingTask task, TextEncoder tokenizer) => new(task, task.Read(Path.Combine(directory, task.Name), tokenizer));
}

/// <summary>
/// The trainings of encoders, each as a <see cref="Trainer"/> and the loss of its steps: a base, trained digitally on all tasks in
/// turn; an adapter beside the frozen, noisy base; or all weights of the base under noise.
/// </summary>
public sealed class EncoderTraining : IDisposable
{
    private readonly Func<int, Tensor> _loss;
    private readonly Action _afterStep;

    private EncoderTraining(Trainer trainer, Func<int, Tensor> loss, Action? afterStep = null) =>
        (Trainer, _loss, _afterStep) = (trainer, loss, afterStep ?? (() => { }));

    /// <summary>The steps and state of the training.</summary>
    public Trainer Trainer { get; }

    /// <summary>Digital training of the base and all heads, with one task per step, in turn.</summary>
    public static EncoderTraining OfBase(BaseModel model, IReadOnlyList<TaskData> tasks, Recipe recipe, int seed)
    {
        model.Encoder.Unfreeze();
        foreach (var head in model.Heads.Values) head.Unfreeze();
        var trainer = new Trainer(model.Encoder.Tensors.Concat(model.Heads.Values.SelectMany(h => h.Tensors)), recipe, seed);
        var digital = new DigitalLinears(model.Encoder);
        var losses = tasks.Select(t => LossOf(model, t, recipe, seed, new DigitalHead(digital, model.Heads[t.Task.Name]))).ToArray();
        var inventory = new Encoder(model.Config).Inventory;
        return new EncoderTraining(trainer, step => losses[step % losses.Length](step / losses.Length), () => BaseModel.Clip(inventory, model.Encoder));
    }

    /// <summary>AHWA-LoRA: trains A, B and the head beside the base, whose linear layers are analog and frozen.</summary>
    public static EncoderTraining OfAdapter(BaseModel model, TaskData task, Adapter adapter, AnalogRecipe analog, Recipe recipe, int seed)
    {
        model.Encoder.Unfreeze(_ => false);
        adapter.Weights.Unfreeze();
        var trainer = new Trainer(adapter.Weights.Tensors, recipe, seed);
        var linears = new AdaptedLinears(new AnalogLinears(model.Encoder, analog.Preset, analog.WeightNoise, trainer.Generator), adapter);
        return new EncoderTraining(trainer, LossOf(model, task, recipe, seed, linears));
    }

    /// <summary>Analog-aware training of everything, for comparison: the tiles would have to be programmed again for each task.</summary>
    public static EncoderTraining OfAllWeights(BaseModel model, TaskData task, AnalogRecipe analog, Recipe recipe, int seed)
    {
        var head = model.Heads[task.Task.Name];
        model.Encoder.Unfreeze();
        head.Unfreeze();
        var trainer = new Trainer(model.Encoder.Tensors.Concat(head.Tensors), recipe, seed);
        var linears = new DigitalHead(new AnalogLinears(model.Encoder, analog.Preset, analog.WeightNoise, trainer.Generator), head);
        var inventory = new Encoder(model.Config).Inventory;
        return new EncoderTraining(trainer, LossOf(model, task, recipe, seed, linears), () => BaseModel.Clip(inventory, model.Encoder));
    }

    /// <summary>Continues the training to the last step.</summary>
    /// <param name="afterStep">Receives the number of steps made and the loss of the last one; false stops.</param>
    public void Run(Func<int, double, bool>? afterStep = null) => Trainer.Run(_loss, loss =>
    {
        _afterStep();
        return afterStep?.Invoke(Trainer.Step, loss) ?? true;
    });

    /// <inheritdoc/>
    public void Dispose() => Trainer.Dispose();

    private static Func<int, Tensor> LossOf(BaseModel model, TaskData task, Recipe recipe, int seed, ILinears linears)
    {
        var encoder = new Encoder(task.Task.ConfigOf(model.Config));
        var batches = new Batches<Features>(task.Data.Train, recipe.BatchSize, seed);
        return step =>
        {
            var batch = batches.At(step);
            return TrainingTask.Loss(encoder.Forward(TokenBatches.Of(batch, model.Tokenizer.Filling), model.Encoder, linears), batch);
        };
    }
}
