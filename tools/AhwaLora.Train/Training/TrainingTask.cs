using AhwaLora.Common.Files;
using AhwaLora.Models.Inventory;
using AhwaLora.Train.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>A task to train an encoder for: where its data is, which head it needs, and how it is scored.</summary>
/// <param name="Name">Its name on the command line, and its folder in the data.</param>
/// <param name="Architecture">The transformers library's model class for the task.</param>
/// <param name="PeftType">PEFT's task_type.</param>
/// <param name="Metric">The name of the score.</param>
/// <param name="Read">Reads the task's folder.</param>
public sealed record TrainingTask(string Name, string Architecture, string PeftType, string Metric, Func<string, TextEncoder, Split<Features>> Read)
{
    /// <summary>Every task.</summary>
    public static IReadOnlyList<TrainingTask> All { get; } =
    [
        .. GlueTask.All.Select(glue => new TrainingTask(glue.Name, "BertForSequenceClassification", "SEQ_CLS", "accuracy",
            (directory, encoder) => Map(GlueTsv.ReadDirectory(directory, glue), encoder.Encode))),
        new("squad", "BertForQuestionAnswering", "QUESTION_ANS", "F1", (directory, encoder) => Map(SquadJson.ReadDirectory(directory), encoder.Encode)),
    ];

    /// <summary>A task by name.</summary>
    /// <exception cref="UserErrorException">There is no such task.</exception>
    public static TrainingTask Of(string name) => All.FirstOrDefault(t => t.Name == name)
        ?? throw new UserErrorException($"unknown task '{name}'; expected {string.Join(", ", All.Select(t => t.Name))}");

    /// <summary>The same encoder with this task's head.</summary>
    public ModelConfig ConfigOf(ModelConfig encoder) => encoder with { Architectures = [Architecture] };

    /// <summary>The loss, averaged over a batch.</summary>
    /// <param name="output">The output of <see cref="Model.Encoder.Forward"/>.</param>
    /// <param name="examples">The batch.</param>
    public static Tensor Loss(Tensor output, IReadOnlyList<Features> examples)
    {
        var target = tensor(examples.Select(e => (long)e.Target).ToArray());
        if (output.dim() == 2) return nn.functional.cross_entropy(output, target);
        var end = tensor(examples.Select(e => (long)e.End).ToArray());
        return (nn.functional.cross_entropy(output.select(2, 0), target) + nn.functional.cross_entropy(output.select(2, 1), end)) / 2;
    }

    /// <summary>The sum of the examples' scores, each 0 to 1: right or wrong for classes, F1 of the answer's tokens for questions.</summary>
    public static double Score(Tensor output, IReadOnlyList<Features> examples)
    {
        if (output.dim() == 2)
        {
            var classes = output.argmax(1).data<long>().ToArray();
            return examples.Index().Count(e => classes[e.Index] == e.Item.Target);
        }

        var (begins, ends) = (output.select(2, 0).argmax(1).data<long>().ToArray(), output.select(2, 1).argmax(1).data<long>().ToArray());
        return examples.Index().Sum(e => OverlapF1((int)begins[e.Index], (int)ends[e.Index], e.Item.Target, e.Item.End));
    }

    private static double OverlapF1(int begin, int end, int trueBegin, int trueEnd)
    {
        var common = Math.Max(0, Math.Min(end, trueEnd) - Math.Max(begin, trueBegin) + 1);
        return common == 0 ? 0 : 2.0 * common / (Math.Max(1, end - begin + 1) + trueEnd - trueBegin + 1);
    }

    private static Split<Features> Map<T>(Split<T> split, Func<T, Features> encode) => new([.. split.Train.Select(encode)], [.. split.Dev.Select(encode)]);
}
