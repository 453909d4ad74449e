using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Emu.Lab;
using AhwaLora.Emu.Lab.Deployment;
using AhwaLora.Train.Data;

namespace AhwaLora.Train.Commands;

/// <summary>examples.jsonl beside an adapter: what <c>ahwalora adapter load</c> answers on the emulated machine.</summary>
internal static class Examples
{
    private const int Count = 32;

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the first examples of a dev set.</summary>
    public static void Write(string directory, IReadOnlyList<Features> dev, TextEncoder tokenizer) => AtomicFile.WriteText(Path.Combine(directory, TaskFiles.ExamplesName), writer =>
    {
        foreach (var example in dev.Take(Count))
        {
            var isAnswer = example.End >= 0;
            writer.WriteLine(JsonSerializer.Serialize(new Line(tokenizer.Text(example.Ids), example.Ids, example.Types, isAnswer ? null : example.Target, isAnswer ? example.Target : null, isAnswer ? example.End : null), _json));
        }
    });

    private sealed record Line(string Text, int[] InputIds, int[] TokenTypeIds, int? Label, int? StartPositions, int? EndPositions);
}
