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
    /// <param name="task">Which head and metric.</param>
    /// <param name="examples">On which.</param>
    /// <param name="linears">How its linear layers are computed, the head included.</param>
    public static double Score(BaseModel model, TrainingTask task, IReadOnlyList<Features> examples, ILinears linears)
    {
        using var frozen = no_grad();
        var encoder = new Encoder(task.ConfigOf(model.Config));
        var sum = 0.0;
        foreach (var batch in examples.OrderBy(e => e.Ids.Length).Chunk(BatchSize)) // neighbours of one length need no filling
        {
            using var scope = NewDisposeScope();
            sum += TrainingTask.Score(encoder.Forward(TokenBatches.Of(batch, model.Tokenizer.Filling), model.Encoder, linears), batch);
        }

        return 100 * sum / examples.Count;
    }
}
