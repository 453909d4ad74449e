using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using AhwaLora.Common.Files;

namespace AhwaLora.Models.Tensors;

/// <summary>
/// NumPy's .npy (numpy.lib.format): the magic, version, length of the header, and a Python dictionary of descr,
/// fortran_order and shape; then the elements. Versions 1 to 3, little-endian, C order.
/// </summary>
public static partial class NpyFormat
{
    private const int Alignment = 64, VersionBytes = 8;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Writes float32 as version 1.</summary>
    /// <exception cref="ArgumentException">The shape does not have as many elements as there are values.</exception>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<int> shape, ReadOnlySpan<float> values) => Write(path, ElementType.Float32, shape, MemoryMarshal.AsBytes(values), values.Length);

    /// <summary>Writes float16 as version 1.</summary>
    /// <exception cref="ArgumentException">The shape does not have as many elements as there are values.</exception>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void WriteHalves(string path, IReadOnlyList<int> shape, ReadOnlySpan<Half> values) => Write(path, ElementType.Float16, shape, MemoryMarshal.AsBytes(values), values.Length);

    private static void Write(string path, ElementType type, IReadOnlyList<int> shape, ReadOnlySpan<byte> values, int count)
    {
        var elements = shape.Aggregate(1L, (product, lines) => product * lines);
        if (elements != count) throw new ArgumentException($"{count} values; expected {elements} for shape {TensorEntry.List(shape)}");
        var header = $"{{'descr': '{type.Npy}', 'fortran_order': False, 'shape': ({string.Concat(shape.Select(n => $"{n}, ")).TrimEnd(' ')}), }}";
        var length = ((VersionBytes + 2 + header.Length + 1 + Alignment - 1) & -Alignment) - VersionBytes - 2;
        var bytes = new byte[VersionBytes + 2 + length + values.Length];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(VersionBytes), (ushort)length);
        Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n", bytes.AsSpan(VersionBytes + 2));
        values.CopyTo(bytes.AsSpan(VersionBytes + 2 + length));
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    internal static TensorEntry ReadHeader(string path, Stream stream)
    {
        UserErrorException Malformed(string why) => new($"{path}: not a readable .npy file: {why}");

        Span<byte> start = stackalloc byte[VersionBytes + 4];
        var got = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (got < start.Length || !start.StartsWith(Magic)) throw Malformed("it does not begin with \\x93NUMPY and a header");
        if (start[6] is < 1 or > 3) throw Malformed($"version {start[6]}; expected 1, 2 or 3");
        var lengthBytes = start[6] == 1 ? 2 : 4;
        long length = lengthBytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(start[VersionBytes..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[VersionBytes..]);
        var data = VersionBytes + lengthBytes + length;
        if (data > stream.Length || length > 1 << 20) throw Malformed($"its header of {length} bytes does not fit into the file");
        var header = new byte[length];
        stream.Position = VersionBytes + lengthBytes;
        stream.ReadExactly(header);

        var text = Encoding.Latin1.GetString(header);
        var (descr, order, shapeText) = (Descr().Match(text), Order().Match(text), Shape().Match(text));
        if (!descr.Success || !order.Success || !shapeText.Success) throw Malformed("its header lacks descr, fortran_order or shape");
        var shape = new List<long>();
        foreach (var part in shapeText.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var lines)) throw Malformed($"'{part}' in its shape is not a size");
            shape.Add(lines);
        }

        var type = ElementType.All.FirstOrDefault(t => t.Npy == descr.Groups[1].Value);
        var entry = new TensorEntry(Path.GetFileNameWithoutExtension(path), descr.Groups[1].Value, type, shape, data, stream.Length - data);
        if (order.Groups[1].Value == "True" && shape.Count > 1) throw new UserErrorException($"{path}: {entry.Description} is in Fortran order; save numpy.ascontiguousarray of it");
        if (type is not null && TensorEntry.BytesOf(shape, type.Bytes) != entry.Bytes)
        {
            throw new UserErrorException($"{path}: {entry.Description}: {entry.Bytes} bytes follow the header, which is not the size of the shape");
        }

        return entry;
    }

    [GeneratedRegex(@"['""]descr['""]\s*:\s*['""]([^'""]*)['""]")]
    private static partial Regex Descr();

    [GeneratedRegex(@"['""]fortran_order['""]\s*:\s*(True|False)")]
    private static partial Regex Order();

    [GeneratedRegex(@"['""]shape['""]\s*:\s*\(([^)]*)\)")]
    private static partial Regex Shape();
}
