using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AhwaLora.Common.Text;

/// <summary>
/// How the product reads and writes JSON. Every file uses one of these, so that keys are spelled alike and a file of one
/// kind is as strict as the next.
/// </summary>
public static class JsonStyles
{
    /// <summary>Results for people and programs: snake_case keys, indented, without members that are null.</summary>
    public static JsonSerializerOptions Results { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Tables that a command prints: keys are written as the code spells them, and null is written as null.</summary>
    public static JsonSerializerOptions Tables { get; } = new() { WriteIndented = true };

    /// <summary>One result per line (JSON Lines); reads what it writes.</summary>
    public static JsonSerializerOptions Lines { get; } = new(Results) { WriteIndented = false, DictionaryKeyPolicy = null };

    /// <summary>Files that configure the product: comments and trailing commas are allowed, unknown and repeated keys are not.</summary>
    public static JsonSerializerOptions Configuration { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Files whose form others define (Hugging Face, PEFT): unknown keys are accepted.</summary>
    public static JsonSerializerOptions Foreign { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        IndentSize = 2,
    };

    /// <summary>The same, but a null field is written as null, because PEFT expects it.</summary>
    public static JsonSerializerOptions ForeignWithNulls { get; } = new(Foreign) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };
}
