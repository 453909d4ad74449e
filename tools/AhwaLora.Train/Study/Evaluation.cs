using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Study;

/// <summary>Scores models.</summary>
public static class Evaluation
{
    private const int BatchSize = 64;

    /// <summary>The task's score over examples, in percent.</summary>
    /// <param name="model">The base.</param>
    /// <param name="task">The task, which sets the head and the metric.</param>
    /// <param name="examples">The examples to score.</param>
    /// <param name="linears">How its linear layers are computed, the head included.</param>
    public static double Score(BaseModel model, TrainingTask task, IReadOnlyList<Features> examples, ILinears linears)
    {
        using var frozen = no_grad();
        var encoder = new Encoder(task.ConfigOf(model.Config));
        var sum = 0.0;
        foreach (var batch in examples.OrderBy(e => e.Ids.Length).Chunk(BatchSize)) // sorted by length, a batch needs little padding
        {
            using var scope = NewDisposeScope();
            sum += TrainingTask.Score(encoder.Forward(TokenBatches.Of(batch, model.Tokenizer.Filling), model.Encoder, linears), batch);
        }

        return 100 * sum / examples.Count;
    }
}
