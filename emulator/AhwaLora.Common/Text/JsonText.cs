using System.Text.Json;
using AhwaLora.Common.Files;

namespace AhwaLora.Common.Text;

/// <summary>JSON files that users supply.</summary>
public static class JsonText
{
    /// <summary>Reads a file as a record.</summary>
    /// <exception cref="UserErrorException">There is no such file, it is not JSON, or a field is missing or of the wrong kind.</exception>
    public static T Read<T>(string path, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(InputFile.Read(path, File.ReadAllBytes), options) ?? throw new UserErrorException($"{path}: holds null; expected an object");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: {(e.Path is { Length: > 2 } at ? $"field '{at[2..]}': " : "")}{FirstSentence(e.Message)}", e);
        }
    }

    private static string FirstSentence(string message) => message.ReplaceLineEndings(" ").Split(". ")[0].Split(" Path:")[0].TrimEnd('.');
}
