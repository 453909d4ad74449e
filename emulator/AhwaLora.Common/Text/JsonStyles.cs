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

    /// <summary>Results that a command prints: null is written as null, and what is not ASCII is escaped.</summary>
    public static JsonSerializerOptions Tables { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Rows of results: strict, on one line, with NaN as a value.</summary>
    public static JsonSerializerOptions Rows { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Results for drawing: as <see cref="Results"/>, with few digits.</summary>
    public static JsonSerializerOptions Figures { get; } = new(Results) { Converters = { new RoundedNumbers() } };

    /// <summary>The same on one line that can stand in a script element of a page: <c>&lt;</c> is escaped, which could end it.</summary>
    public static JsonSerializerOptions ScriptFigures { get; } = new(Figures) { WriteIndented = false, Encoder = JavaScriptEncoder.Default };

    /// <summary>Results that are committed and read again: strict, and every member is written.</summary>
    public static JsonSerializerOptions Committed { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>One result per line (JSON Lines); reads what it writes.</summary>
    public static JsonSerializerOptions Lines { get; } = new(Results) { WriteIndented = false, DictionaryKeyPolicy = null, AllowDuplicateProperties = false };

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

    /// <summary>The same on one line.</summary>
    public static JsonSerializerOptions ConfigurationLine { get; } = new(Configuration) { WriteIndented = false };

    /// <summary>Files that configure the product, of a type whose members are not always all there.</summary>
    /// <param name="modifier">Looks at each type, and sets what of it is written.</param>
    public static JsonSerializerOptions ConfigurationWith(Action<JsonTypeInfo> modifier) =>
        new(Configuration) { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { modifier } } };

    /// <summary>Files whose form others define (Hugging Face, PEFT): unknown keys are theirs and pass.</summary>
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

    /// <summary>Data sets, whose form others define: one line, every member.</summary>
    public static JsonSerializerOptions DataSet { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
