using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Describes a fault in a JSON file in one line that its author understands.</summary>
public static partial class JsonFault
{
    /// <summary>The field, and what is expected there; the types of the records are those of <paramref name="root"/>'s assembly.</summary>
    public static string Describe(JsonException fault, Type root)
    {
        var message = fault.Message.ReplaceLineEndings(" ").Split(" Path:")[0];
        var field = fault.Path is { Length: > 2 } path ? $"field '{path.TrimStart('$', '.')}': " : "";
        if (UnknownMember().Match(message) is { Success: true } unknown)
        {
            var record = root.Assembly.GetType(unknown.Groups["type"].Value);
            return $"{field}no such field{(record is null ? "" : $"; expected {string.Join(", ", FieldsOf(record))}")}";
        }

        if (message.StartsWith("Expected depth to be zero", StringComparison.Ordinal)) return "the file ends too early: a bracket or brace is still open";
        if (DuplicateMember().Match(message) is { Success: true } duplicate) return $"field '{duplicate.Groups["name"].Value}' is given twice";
        if (MissingMembers().Match(message) is { Success: true } missing) return $"{field}{missing.Groups["names"].Value} missing";
        if (WrongType().Match(message) is { Success: true } wrong) return $"{field}expected {NameOf(wrong.Groups["type"].Value, root)}";
        return fault.LineNumber is { } line && field.Length == 0 ? $"line {line + 1}: {message.Split(". ")[0].TrimEnd('.')}" : field + message;
    }

    private static IEnumerable<string> FieldsOf(Type record) =>
        from property in record.GetProperties()
        where property.SetMethod is not null && !property.IsDefined(typeof(JsonIgnoreAttribute), inherit: true)
        select JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    private static string NameOf(string type, Type root) => type switch
    {
        _ when root.Assembly.GetType(type) is { IsEnum: true } names => string.Join(" or ", Enum.GetNames(names).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)),
        _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("Int", StringComparison.Ordinal) => "a whole number",
        _ when type.Contains("Double", StringComparison.Ordinal) || type.Contains("Single", StringComparison.Ordinal) => "a number",
        _ when type.Contains("String", StringComparison.Ordinal) => "a text",
        _ when type.Contains("List", StringComparison.Ordinal) => "a list",
        _ => "an object",
    };

    [GeneratedRegex("could not be mapped to any .NET member contained in type '(?<type>[^']+)'")]
    private static partial Regex UnknownMember();

    [GeneratedRegex("Duplicate property '(?<name>[^']+)'")]
    private static partial Regex DuplicateMember();

    [GeneratedRegex("missing required properties including: (?<names>.+?)\\.?$")]
    private static partial Regex MissingMembers();

    [GeneratedRegex("could not be converted to (?<type>.+?)\\.?$")]
    private static partial Regex WrongType();
}
