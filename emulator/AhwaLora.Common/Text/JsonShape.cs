using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AhwaLora.Common.Text;

/// <summary>
/// Compares JSON with the records that it is to become, and says in its author's words what does not fit. The serializer itself
/// names .NET types in its messages, and it takes null as an element of a list of objects.
/// </summary>
/// <param name="options">The style of the file.</param>
internal sealed class JsonShape(JsonSerializerOptions options)
{
    /// <summary>How the fault ends that a member is given twice.</summary>
    public const string Twice = "is given twice";

    /// <summary>Every fault, in the order of the file: the field, and what is expected there. What only a converter can judge is left to it.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="type">What it is to become.</param>
    public IEnumerable<string> Faults(JsonElement json, Type type)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return OfValue(json, type, "");
    }

    private IEnumerable<string> OfValue(JsonElement json, Type type, string field)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return json.ValueKind == JsonValueKind.Null ? [] : OfValue(json, inner, field);
        if (type == typeof(JsonElement)) return [];
        var info = options.GetTypeInfo(type);
        if (info.Converter.GetType().Assembly != typeof(JsonConverter).Assembly) return [];
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => json.ValueKind == JsonValueKind.Object ? OfObject(json, info, field) : [At(field, "expected an object")],
            JsonTypeInfoKind.Dictionary => json.ValueKind == JsonValueKind.Object ? OfDictionary(json, info, field) : [At(field, "expected an object")],
            JsonTypeInfoKind.Enumerable => json.ValueKind == JsonValueKind.Array ? OfList(json, info, field) : [At(field, "expected a list")],
            _ => Expected(json, type) is { } expected ? [At(field, $"expected {expected}")] : [],
        };
    }

    private IEnumerable<string> OfObject(JsonElement json, JsonTypeInfo info, string field)
    {
        var known = info.Properties.Where(member => !member.IsExtensionData && (member.Set is not null || member.AssociatedParameter is not null)).ToDictionary(member => member.Name);
        var seen = new HashSet<string>();
        foreach (var property in json.EnumerateObject())
        {
            var at = field.Length == 0 ? property.Name : $"{field}.{property.Name}";
            if (!seen.Add(property.Name) && !options.AllowDuplicateProperties) yield return $"field '{at}' {Twice}";
            else if (known.TryGetValue(property.Name, out var member)) foreach (var fault in OfMember(property.Value, member, at)) yield return fault;
            else if (options.UnmappedMemberHandling == JsonUnmappedMemberHandling.Disallow) yield return At(at, $"no such field; expected {string.Join(", ", known.Keys)}");
        }

        var missing = known.Values.Where(member => member.IsRequired && !seen.Contains(member.Name)).Select(member => $"'{member.Name}'").ToList();
        if (missing.Count != 0) yield return At(field, $"{string.Join(", ", missing)} missing");
    }

    private IEnumerable<string> OfMember(JsonElement json, JsonPropertyInfo member, string field)
    {
        if (member.CustomConverter is not null) return [];
        if (json.ValueKind != JsonValueKind.Null || member.PropertyType.IsValueType) return OfValue(json, member.PropertyType, field);
        var mayBeNull = !options.RespectNullableAnnotations || (member.AssociatedParameter?.IsNullable ?? member.IsSetNullable);
        return mayBeNull ? [] : OfValue(json, member.PropertyType, field);
    }

    private IEnumerable<string> OfDictionary(JsonElement json, JsonTypeInfo info, string field)
    {
        var seen = new HashSet<string>();
        foreach (var property in json.EnumerateObject())
        {
            var at = field.Length == 0 ? property.Name : $"{field}.{property.Name}";
            if (!seen.Add(property.Name) && !options.AllowDuplicateProperties) yield return $"field '{at}' {Twice}";
            else foreach (var fault in OfValue(property.Value, info.ElementType!, at)) yield return fault;
        }
    }

    private IEnumerable<string> OfList(JsonElement json, JsonTypeInfo info, string field) =>
        json.EnumerateArray().Index().SelectMany(element => OfValue(element.Item, info.ElementType!, string.Create(CultureInfo.InvariantCulture, $"{field}[{element.Index}]")));

    // What a value of the type looks like; null if this is one, or if only the serializer can tell.
    private string? Expected(JsonElement json, Type type)
    {
        var mayBeNaN = options.NumberHandling.HasFlag(JsonNumberHandling.AllowNamedFloatingPointLiterals) && json.ValueKind == JsonValueKind.String;
        return type switch
        {
            _ when type == typeof(string) => json.ValueKind != JsonValueKind.String ? "a text" : IsText(json) ? null : "a text without half characters",
            _ when type == typeof(bool) => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false",
            _ when type == typeof(int) => IsNumber(json) && json.TryGetInt32(out _) ? null : Whole<int>(),
            _ when type == typeof(long) => IsNumber(json) && json.TryGetInt64(out _) ? null : Whole<long>(),
            _ when type == typeof(uint) => IsNumber(json) && json.TryGetUInt32(out _) ? null : Whole<uint>(),
            _ when type == typeof(ulong) => IsNumber(json) && json.TryGetUInt64(out _) ? null : Whole<ulong>(),
            _ when type == typeof(double) || type == typeof(float) => IsNumber(json) || mayBeNaN ? null : "a number",
            _ when type.IsEnum && Names(type) is { Count: > 0 } names => json.ValueKind == JsonValueKind.String && names.Contains(json.GetString()!) ? null : string.Join(", ", names),
            _ => null,
        };

        static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

        string Whole<T>()
            where T : IMinMaxValue<T> => IsNumber(json) ? string.Create(CultureInfo.InvariantCulture, $"a whole number from {T.MinValue} to {T.MaxValue}") : "a whole number";
    }

    // A surrogate without its other half is not a character.
    private static bool IsText(JsonElement text)
    {
        try
        {
            _ = text.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // The names of an enumeration as the style writes them; none if it writes numbers.
    private List<string> Names(Type type) =>
        [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.SerializeToElement(value, type, options)).Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];

    private static string At(string field, string fault) => field.Length == 0 ? fault : $"field '{field}': {fault}";
}
