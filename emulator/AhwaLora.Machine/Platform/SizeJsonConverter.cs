using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AhwaLora.Machine.Platform;

/// <summary>Sizes: <c>"128 KiB"</c>, <c>"64 MiB"</c>, or a plain number of bytes.</summary>
public sealed class SizeJsonConverter : JsonConverter<uint>
{
    /// <summary>Pattern of a size, for the schema.</summary>
    public const string TextPattern = "^[0-9]+ ?([KM]iB|B)?$";

    /// <inheritdoc/>
    public override uint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out var number)) return number;
        if (reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out number)) return number;
        throw new JsonException("expected a size such as \"128 KiB\" or \"64 MiB\"");
    }

    /// <summary>Parses a size with or without a unit.</summary>
    public static bool TryParse(string text, out uint bytes)
    {
        text = text.Trim();
        var digits = text.TrimEnd('K', 'M', 'i', 'B', ' ');
        ulong unit = text[digits.Length..].Trim() switch { "" or "B" => 1, "KiB" => 1 << 10, "MiB" => 1 << 20, _ => 0 };
        bytes = 0;
        if (unit == 0 || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > uint.MaxValue / unit) return false;
        bytes = (uint)(count * unit);
        return true;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));

    /// <summary>A size in the largest unit that divides it.</summary>
    public static string Format(uint bytes) =>
        bytes != 0 && bytes % (1 << 20) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB")
        : bytes != 0 && bytes % (1 << 10) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
}
