using System.Globalization;
using System.IO.MemoryMappedFiles;
using AhwaLora.Common.Files;

namespace AhwaLora.Models.Tensors;

/// <summary>
/// A file of tensors: .npy with one, .safetensors with any number. Each tensor is mapped into memory only while it is
/// read, so a file may be larger than memory.
/// </summary>
public sealed class TensorFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly Dictionary<string, TensorEntry> _byName;

    private TensorFile(string path, MemoryMappedFile file, IReadOnlyList<TensorEntry> entries)
    {
        _file = file;
        (Path, Entries) = (path, entries);
        _byName = entries.ToDictionary(e => e.Name);
    }

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>Its tensors, in the file's order.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Splits <c>FILE[:tensor]</c>. If a file of the whole text exists, no tensor is named.</summary>
    public static (string Path, string? Tensor) SplitName(string text)
    {
        var colon = File.Exists(text) ? -1 : text.LastIndexOf(':');
        return colon <= 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    /// <summary>Opens a file by its extension and checks its header.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or its header does not fit its format or its length.</exception>
    public static TensorFile Open(string path)
    {
        Func<string, Stream, IReadOnlyList<TensorEntry>> header = System.IO.Path.GetExtension(path) switch
        {
            ".npy" => static (path, stream) => [NpyFormat.ReadHeader(path, stream)],
            ".safetensors" => SafetensorsFormat.ReadHeader,
            _ => throw new UserErrorException($"{path}: unknown kind of file; expected .npy or .safetensors"),
        };
        using var stream = InputFile.Open(path);
        return InputFile.Read(path, path =>
        {
            var entries = header(path, stream);
            return new TensorFile(path, MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read), entries);
        });
    }

    /// <summary>A tensor by name; null if there is none of that name.</summary>
    public TensorEntry? TryFind(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor by name; null takes the only one.</summary>
    /// <exception cref="UserErrorException">There is none of that name, or there are several.</exception>
    public TensorEntry Find(string? name)
    {
        if (name is null && Entries.Count == 1) return Entries[0];
        if (name is not null && TryFind(name) is { } entry) return entry;
        var has = $"{Path} has {(Entries.Count == 0 ? "none" : string.Join(", ", Entries.Take(8).Select(e => e.Name)) + (Entries.Count > 8 ? ", ..." : ""))}";
        throw new UserErrorException(name is null ? $"name one tensor, as in FILE:{(Entries.Count == 0 ? "NAME" : Entries[0].Name)}; {has}" : $"no tensor '{name}'; {has}");
    }

    /// <summary>The elements as float32, each the nearest to what the file holds.</summary>
    /// <exception cref="UserErrorException">The element type is unknown or not a number, or there are more elements than an array can hold.</exception>
    public unsafe float[] Read(TensorEntry entry)
    {
        if (entry.Type is not { ToSingle: { } convert } type) throw new UserErrorException($"{Path}: {entry.Description}: its elements are not weights; expected {Readable}");
        if (entry.Bytes / type.Bytes > Array.MaxLength) throw new UserErrorException($"{Path}: {entry.Description}: it has more than {Array.MaxLength} elements");
        var values = new float[entry.Bytes / type.Bytes];
        if (values.Length == 0) return values;
        using var view = _file.CreateViewAccessor(entry.Offset, entry.Bytes, MemoryMappedFileAccess.Read);
        byte* mapped = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref mapped);
        try
        {
            mapped += view.PointerOffset;
            if (type == ElementType.Float32) new ReadOnlySpan<float>(mapped, values.Length).CopyTo(values);
            else for (var i = 0; i < values.Length; i++) values[i] = convert(new ReadOnlySpan<byte>(mapped + (long)i * type.Bytes, type.Bytes));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        return values;
    }

    /// <summary>Reads weights: as <see cref="Read"/>, but only finite numbers are accepted.</summary>
    /// <exception cref="UserErrorException">As <see cref="Read"/>, or an element is NaN or infinite: the message names the tensor and the element.</exception>
    public float[] ReadFinite(TensorEntry entry)
    {
        var values = Read(entry);
        var bad = Array.FindIndex(values, static v => !float.IsFinite(v));
        return bad < 0 ? values : throw new UserErrorException($"{Path}: {entry.Description}: "
            + $"element {entry.IndexText(bad)} is {values[bad].ToString(CultureInfo.InvariantCulture)}; expected finite numbers");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Readable => string.Join(", ", ElementType.All.Where(t => t.ToSingle is not null).Select(t => t.Safetensors));
}
