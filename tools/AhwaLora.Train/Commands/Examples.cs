using AhwaLora.Models.Encoder;
using AhwaLora.Train.Data;

namespace AhwaLora.Train.Commands;

/// <summary>examples.jsonl beside an adapter: the inputs that <c>ahwalora adapter load</c> answers on the emulated machine.</summary>
internal static class Examples
{
    private const int Count = 32;

    /// <summary>Writes the first examples of a dev set.</summary>
    public static void Write(string directory, IReadOnlyList<Features> dev, TextEncoder tokenizer) =>
        LabelledExample.Write(Path.Combine(directory, LabelledExample.FileName), dev.Take(Count).Select(example => Of(example, tokenizer)));

    private static LabelledExample Of(Features example, TextEncoder tokenizer)
    {
        var tokens = new LabelledExample { Text = tokenizer.Text(example.Ids), InputIds = example.Ids, TokenTypeIds = example.Types };
        return example.End >= 0 ? tokens with { StartPositions = example.Target, EndPositions = example.End } : tokens with { Label = example.Target };
    }
}
