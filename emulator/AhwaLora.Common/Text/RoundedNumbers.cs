using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AhwaLora.Common.Text;

/// <summary>Writes numbers with few digits, the same on every machine: half a part in a million is less than a picture shows, and saves bytes.</summary>
internal sealed class RoundedNumbers : JsonConverter<double>
{
    private const string Digits = "G6";

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteRawValue(double.Parse(value.ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture));
}
