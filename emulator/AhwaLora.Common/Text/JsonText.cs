using System.Text;
using System.Text.Json;
using AhwaLora.Common.Files;

namespace AhwaLora.Common.Text;

/// <summary>
/// JSON that users supply. Everything that the product reads as a record goes through here: the text is compared with the
/// record first, so that a fault is told in the words of the file.
/// </summary>
public static class JsonText
{
    private const string Schema = "$schema";
    private const string Unfinished = "the file ends too early: a bracket or brace is still open";

    /// <summary>Reads a file as a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The style of the file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="UserErrorException">There is no such file, it is not JSON, or a field is missing or of the wrong kind.</exception>
    public static T Read<T>(string path, JsonSerializerOptions options, long most = InputFile.MostConfigurationBytes)
    {
        try
        {
            return Parse<T>(InputFile.Bytes(path, most), options);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Parses a text as a record.</summary>
    /// <exception cref="JsonException">It is not JSON, or does not fit; the message is a line for the user that names the first fault.</exception>
    public static T Parse<T>(string json, JsonSerializerOptions options) => Parse<T>(Encoding.UTF8.GetBytes(json), options);

    /// <summary>Parses a text that is an object, to look at it before it is taken as a record. Its <c>$schema</c>, which is there for editors, is left out.</summary>
    /// <exception cref="JsonException">It is not a JSON object; the message is a line for the user.</exception>
    public static JsonElement ParseObject(string json, JsonSerializerOptions options)
    {
        var root = Element(Encoding.UTF8.GetBytes(json), options);
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("expected a JSON object");
        return root.TryGetProperty(Schema, out _) ? Without(Schema, root) : root;
    }

    /// <summary>Takes JSON as a record.</summary>
    /// <exception cref="JsonException">It does not fit; the message is a line for the user that names the first fault.</exception>
    public static T Take<T>(JsonElement json, JsonSerializerOptions options)
    {
        try
        {
            if (Faults<T>(json, options).FirstOrDefault() is { } fault) throw new FormatException(fault);
            return json.Deserialize<T>(options)!;
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new JsonException(Describe(e), e);
        }
    }

    /// <summary>All that does not fit, each a line for the user; converters of single values may find more.</summary>
    public static IEnumerable<string> Faults<T>(JsonElement json, JsonSerializerOptions options) => new JsonShape(options).Faults(json, typeof(T));

    private static T Parse<T>(byte[] json, JsonSerializerOptions options) => Take<T>(Element(json, options), options);

    private static JsonElement Element(byte[] json, JsonSerializerOptions options)
    {
        try
        {
            var bytes = json.AsMemory()[(json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0)..];
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = options.ReadCommentHandling, AllowTrailingCommas = options.AllowTrailingCommas });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new JsonException(Describe(e), e);
        }
    }

    private static JsonElement Without(string member, JsonElement root)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject()) if (property.Name != member) property.WriteTo(writer);
            writer.WriteEndObject();
        }

        return JsonSerializer.Deserialize<JsonElement>(buffer.ToArray());
    }

    /// <summary>True for the fault that a member is given twice: then it is not known which of the two is meant.</summary>
    public static bool IsOfDuplicate(string fault) => fault.EndsWith(JsonShape.Twice, StringComparison.Ordinal);

    /// <summary>What the serializer says of a fault that only it finds, as a line for the user: bad syntax, or a value that a converter refuses.</summary>
    public static string Describe(Exception fault)
    {
        if (fault is not JsonException { Message: var text } json) return "a text holds half a character";
        var message = text.ReplaceLineEndings(" ").Split(" Path:")[0];
        if (message.StartsWith("Expected depth to be zero", StringComparison.Ordinal)) return Unfinished;
        if (message.Contains("maximum configured depth", StringComparison.Ordinal)) return "is nested too deeply";
        var reason = message.Contains("could not be converted", StringComparison.Ordinal) ? "a value that does not fit" : message.Split(". ")[0].TrimEnd('.');
        return json.Path is { Length: > 2 } path ? $"field '{path.TrimStart('$', '.')}': {reason}"
            : json.LineNumber is { } line ? $"line {line + 1}: {reason}" : reason;
    }
}
