using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Models.Tensors;

/// <summary>
/// Hugging Face's .safetensors: the header's length in 8 bytes, the header in JSON, then the elements. The header is
/// checked completely before anything is read: offsets are within the file, without overlap or gap, and match shape and type.
/// </summary>
public static class SafetensorsFormat
{
    private const int LengthBytes = 8;
    private const long MaxHeaderBytes = 100_000_000;
    private const string Metadata = "__metadata__";

    /// <summary>Writes tensors in their order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Names, shapes and float32 values.</param>
    /// <param name="type">Type of every element in the file; null for float32. Values are rounded to the nearest.</param>
    /// <param name="metadata">Strings for the header's __metadata__; null for none.</param>
    /// <exception cref="ArgumentException">A shape does not have as many elements as there are values, or the type is only read.</exception>
    /// <exception cref="UserErrorException">The file cannot be written, or a value is outside the type's range.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors, ElementType? type = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        type ??= ElementType.Float32;
        if (type.FromSingle is null) throw new ArgumentException($"elements of type {type.Safetensors} cannot be written", nameof(type));
        var bytes = Header(tensors, type, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            stream.Write(length);
            stream.Write(bytes);
            foreach (var tensor in tensors) WriteValues(stream, tensor.Values, type, $"{path}: tensor '{tensor.Name}'");
        });
    }

    private static byte[] Header(IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors, ElementType type, IReadOnlyDictionary<string, string>? metadata)
    {
        var entries = new Dictionary<string, object>();
        if (metadata is not null) entries.Add(Metadata, metadata);
        long end = 0;
        foreach (var (name, shape, values) in tensors)
        {
            if (shape.Aggregate(1L, (product, lines) => product * lines) != values.Length)
            {
                throw new ArgumentException($"tensor '{name}' has {values.Length} values; shape {TensorEntry.List(shape)} has another number");
            }

            entries.Add(name, new { dtype = type.Safetensors, shape, data_offsets = new[] { end, end += (long)type.Bytes * values.Length } });
        }

        var header = JsonSerializer.Serialize(entries);
        return Encoding.UTF8.GetBytes(header.PadRight(header.Length + (-Encoding.UTF8.GetByteCount(header) & (LengthBytes - 1))));
    }

    private static void WriteValues(Stream stream, float[] values, ElementType type, string what)
    {
        if (type == ElementType.Float32)
        {
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
            return;
        }

        var bytes = new byte[values.Length * type.Bytes];
        for (var i = 0; i < values.Length; i++)
        {
            var element = bytes.AsSpan(i * type.Bytes, type.Bytes);
            type.FromSingle!(element, values[i]);
            if (float.IsFinite(values[i]) && !float.IsFinite(type.ToSingle!(element)))
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{what}: {values[i]} is outside the range of {type.Safetensors}"));
            }
        }
        stream.Write(bytes);
    }

    internal static IReadOnlyList<TensorEntry> ReadHeader(string path, Stream stream)
    {
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        var length = stream.ReadAtLeast(lengthBytes, LengthBytes, throwOnEndOfStream: false) == LengthBytes ? BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes) : ulong.MaxValue;
        if (length > Math.Min(MaxHeaderBytes, (ulong)stream.Length - LengthBytes)) throw Malformed(path, "its header does not fit into the file");
        var header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw Malformed(path, "its header is not a JSON object");
            var data = LengthBytes + (long)length;
            var entries = json.RootElement.EnumerateObject().Where(p => p.Name != Metadata).Select(p => Entry(path, p, data, stream.Length)).OrderBy(e => e.Offset).ThenBy(e => e.Bytes).ToList();
            CheckOrder(path, entries, data, stream.Length);
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"{path}: not a readable .safetensors file: its header is not JSON ({e.Message.Split('.')[0]})", e);
        }
    }

    private static TensorEntry Entry(string path, JsonProperty property, long data, long fileBytes)
    {
        var value = property.Value;
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var lines) || Numbers(lines) is not { } shape
            || !value.TryGetProperty("data_offsets", out var offsets) || Numbers(offsets) is not [var begin, var end])
        {
            throw Malformed(path, $"tensor '{property.Name}' lacks dtype, shape or data_offsets");
        }

        var type = ElementType.All.FirstOrDefault(t => t.Safetensors == dtype.GetString());
        var entry = new TensorEntry(property.Name, dtype.GetString()!, type, shape, data + Math.Min(begin, fileBytes), end - begin);
        if (begin > end || end > fileBytes - data) throw Malformed(path, $"{entry.Description} lies at {begin} to {end}, outside the {fileBytes - data} bytes of data");
        if (type is not null && TensorEntry.BytesOf(shape, type.Bytes) != entry.Bytes) throw Malformed(path, $"{entry.Description} has {entry.Bytes} bytes, which is not the size of its shape");
        return entry;
    }

    private static void CheckOrder(string path, List<TensorEntry> entries, long data, long fileBytes)
    {
        var next = data;
        foreach (var entry in entries)
        {
            if (entry.Offset != next) throw Malformed(path, $"{entry.Description} {(entry.Offset < next ? "overlaps the tensor before it" : "follows a gap")}");
            next = entry.Offset + entry.Bytes;
        }

        if (next != fileBytes) throw Malformed(path, $"{fileBytes - next} bytes follow its last tensor");
    }

    private static List<long>? Numbers(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array) return null;
        var numbers = new List<long>();
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var number) || number < 0) return null;
            numbers.Add(number);
        }

        return numbers;
    }

    private static UserErrorException Malformed(string path, string why) => new($"{path}: not a readable .safetensors file: {why}");
}
