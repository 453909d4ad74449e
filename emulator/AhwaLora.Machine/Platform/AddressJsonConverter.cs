using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AhwaLora.Machine.Platform;

/// <summary>Addresses: <c>"0x1000_0000"</c>, or a plain number.</summary>
public sealed class AddressJsonConverter : JsonConverter<uint>
{
    /// <summary>Pattern of an address, for the schema.</summary>
    public const string TextPattern = "^0x[0-9a-fA-F_]+$";

    /// <inheritdoc/>
    public override uint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out var number)) return number;
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && uint.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)) return number;
        throw new JsonException("expected a 32-bit address such as \"0x1000_0000\"");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, uint value, JsonSerializerOptions options) =>
        writer.WriteStringValue(ToText(value));

    /// <summary>An address as platform files have it.</summary>
    public static string ToText(uint address) => string.Create(CultureInfo.InvariantCulture, $"0x{address >> 16:x4}_{address & 0xffff:x4}");
}
