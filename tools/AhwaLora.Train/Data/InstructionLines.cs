using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Train.Data;

/// <summary>Instructions as JSONL: one {"prompt": ..., "response": ...} per line.</summary>
public static class InstructionLines
{
    /// <summary>Reads train.jsonl and dev.jsonl of a directory.</summary>
    /// <exception cref="UserErrorException">A file is missing or a line cannot be read.</exception>
    public static Split<Instruction> ReadDirectory(string directory) =>
        new(Read(Path.Combine(directory, "train.jsonl")), Read(Path.Combine(directory, "dev.jsonl")));

    /// <summary>Reads one file.</summary>
    /// <exception cref="UserErrorException">A line is not such an object; the message names the line.</exception>
    public static IReadOnlyList<Instruction> Read(string path)
    {
        var instructions = new List<Instruction>();
        foreach (var (index, line) in TextFiles.ReadLines(path).Index())
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                var read = JsonText.Parse<Line>(line, JsonStyles.DataSet);
                instructions.Add(new Instruction(read.Prompt, read.Response));
            }
            catch (JsonException e)
            {
                throw new UserErrorException($"{path}:{index + 1}: expected {{\"prompt\": ..., \"response\": ...}}: {e.Message}", e);
            }
        }

        return instructions.Count > 0 ? instructions : throw new UserErrorException($"{path}: has no instructions");
    }

    /// <summary>Writes one file.</summary>
    public static void Write(string path, IEnumerable<Instruction> instructions) => AtomicFile.WriteText(path, writer =>
    {
        foreach (var instruction in instructions) writer.WriteLine(JsonSerializer.Serialize(new Line(instruction.Prompt, instruction.Response), JsonStyles.DataSet));
    });

    private sealed record Line(
        [property: JsonPropertyName("prompt"), JsonRequired] string Prompt,
        [property: JsonPropertyName("response"), JsonRequired] string Response);
}
