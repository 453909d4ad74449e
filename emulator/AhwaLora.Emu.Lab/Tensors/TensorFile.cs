using System.IO.MemoryMappedFiles;

namespace AhwaLora.Emu.Lab.Tensors;

/// <summary>A file of tensors, mapped into memory: .npy with one, .safetensors with any number. Only what is read is touched.</summary>
public sealed class TensorFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private TensorFile(string path, MemoryMappedFile file, IReadOnlyList<TensorEntry> entries)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        (Path, Entries) = (path, entries);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its tensors, in the file's order.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

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
        try
        {
            using var stream = File.OpenRead(path);
            var entries = header(path, stream);
            return new TensorFile(path, MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read), entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: {(File.Exists(path) ? "cannot be read" : Directory.Exists(path) ? "is a directory" : "no such file")}", e);
        }
    }

    /// <summary>A tensor by name; null takes the only one.</summary>
    /// <exception cref="UserErrorException">There is none of that name, or there are several.</exception>
    public TensorEntry Find(string? name)
    {
        if (name is null && Entries.Count == 1) return Entries[0];
        if (name is not null && Entries.FirstOrDefault(e => e.Name == name) is { } entry) return entry;
        var has = $"{Path} has {(Entries.Count == 0 ? "none" : string.Join(", ", Entries.Take(8).Select(e => e.Name)) + (Entries.Count > 8 ? ", ..." : ""))}";
        throw new UserErrorException(name is null ? $"name one tensor, as in FILE:{(Entries.Count == 0 ? "NAME" : Entries[0].Name)}; {has}" : $"no tensor '{name}'; {has}");
    }

    /// <summary>The elements as float32, each the nearest to what the file holds.</summary>
    /// <exception cref="UserErrorException">The element type is unknown or not a number, or there are more than an array holds.</exception>
    public unsafe float[] Read(TensorEntry entry)
    {
        if (entry.Type is not { ToSingle: { } convert } type) throw new UserErrorException($"{Path}: {entry.Description}: its elements are not weights; expected {Readable}");
        if (entry.Bytes / type.Bytes > Array.MaxLength) throw new UserErrorException($"{Path}: {entry.Description}: more than {Array.MaxLength} elements");
        var values = new float[entry.Bytes / type.Bytes];
        byte* mapped = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref mapped);
        try
        {
            for (var i = 0; i < values.Length; i++) values[i] = convert(new ReadOnlySpan<byte>(mapped + entry.Offset + (long)i * type.Bytes, type.Bytes));
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static string Readable => string.Join(", ", ElementType.All.Where(t => t.ToSingle is not null).Select(t => t.Safetensors));
}
