using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Models.Inventory;

namespace AhwaLora.Models.Encoder;

/// <summary>
/// An example with its label: a line of a .jsonl file, with the names that the transformers library gives to tokenized
/// data: input_ids, token_type_ids, and label for a classifier or start_positions and end_positions for an answer.
/// </summary>
public sealed record LabelledExample
{
    /// <summary>The file of examples that lies beside an adapter.</summary>
    public const string FileName = "examples.jsonl";

    /// <summary>The text, for readers; not used.</summary>
    public string? Text { get; init; }

    /// <summary>Tokens, [CLS] first; not padded.</summary>
    [JsonRequired]
    public IReadOnlyList<int> InputIds { get; init; } = [];

    /// <summary>Segment of each token; null for 0.</summary>
    public IReadOnlyList<int>? TokenTypeIds { get; init; }

    /// <summary>The correct class.</summary>
    public int? Label { get; init; }

    private const long MostBytes = 256L << 20;

    /// <summary>First token of the correct answer.</summary>
    public int? StartPositions { get; init; }

    /// <summary>Last token of the correct answer.</summary>
    public int? EndPositions { get; init; }

    /// <summary>The input of the encoder.</summary>
    [JsonIgnore]
    public TokenSequence Tokens => new([.. InputIds], TokenTypeIds is null ? new int[InputIds.Count] : [.. TokenTypeIds]);

    /// <summary>True if the head's outputs for it are correct: the largest is that of the label, or the largest of start and of end are those of the answer.</summary>
    public bool IsRight(ReadOnlySpan<float> outputs) =>
        Label is { } label ? Largest(outputs, 0, 1) == label : Largest(outputs, 0, 2) == StartPositions && Largest(outputs, 1, 2) == EndPositions;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or a line is not an example for <paramref name="head"/>; the message names the line.</exception>
    public static IReadOnlyList<LabelledExample> Read(string path, ModelHead head)
    {
        var examples = InputFile.Lines(path, MostBytes).Index().Where(l => l.Item.Length != 0).Select(l => Parse(l.Item, head, $"{path}:{l.Index + 1}")).ToList();
        return examples.Count > 0 ? examples : throw new UserErrorException($"{path}: has no examples; expected one per line");
    }

    private static LabelledExample Parse(string line, ModelHead head, string place)
    {
        UserErrorException Refused(string why) => new($"{place}: {why}");
        LabelledExample example;
        try
        {
            example = JsonText.Parse<LabelledExample>(line, JsonStyles.Lines);
        }
        catch (JsonException e)
        {
            throw Refused($"not an example; expected a JSON object with input_ids, token_type_ids and label ({e.Message})");
        }

        if (example.TokenTypeIds is { } types && types.Count != example.InputIds.Count) throw Refused("token_type_ids and input_ids differ in length");
        var hasTarget = head == ModelHead.QuestionAnswering ? example is { StartPositions: not null, EndPositions: not null } : example.Label is not null;
        if (!hasTarget) throw Refused(head == ModelHead.QuestionAnswering ? "lacks start_positions and end_positions" : "lacks label");
        return example;
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<LabelledExample> examples) => AtomicFile.WriteText(path, writer =>
    {
        foreach (var example in examples) writer.WriteLine(JsonSerializer.Serialize(example, JsonStyles.Lines));
    });

    private static int Largest(ReadOnlySpan<float> outputs, int first, int stride)
    {
        var best = first;
        for (var i = first; i < outputs.Length; i += stride)
        {
            if (outputs[i] > outputs[best]) best = i;
        }

        return best / stride;
    }
}
