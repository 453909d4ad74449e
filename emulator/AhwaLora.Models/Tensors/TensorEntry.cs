namespace AhwaLora.Models.Tensors;

/// <summary>A tensor in a file: its place, type and shape.</summary>
/// <param name="Name">Its name; in a .npy file the file's name.</param>
/// <param name="TypeName">Element type as the file names it.</param>
/// <param name="Type">The same, if it is known.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Offset">First byte, from the file's start.</param>
/// <param name="Bytes">Bytes of all elements.</param>
public sealed record TensorEntry(string Name, string TypeName, ElementType? Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    /// <summary>Name, shape and type, for messages.</summary>
    public string Description => $"tensor '{Name}' {List(Shape)} {TypeName}";

    /// <summary>An element's index in the shape, as in [2, 0].</summary>
    internal string IndexText(long element)
    {
        var index = new long[Shape.Count];
        for (var axis = index.Length - 1; axis >= 0; axis--) (element, index[axis]) = (element / Shape[axis], element % Shape[axis]);
        return List(index);
    }

    /// <summary>A shape or an index for messages: <c>[2, 3]</c>.</summary>
    internal static string List<T>(IEnumerable<T> numbers)
        where T : struct => $"[{string.Join(", ", numbers.Select(n => $"{n}"))}]";

    /// <summary>Bytes of all elements of a shape; null if they are more than any file can have.</summary>
    internal static long? BytesOf(IReadOnlyList<long> shape, int elementBytes)
    {
        if (shape.Contains(0)) return 0;
        long bytes = elementBytes;
        foreach (var lines in shape)
        {
            if (lines > long.MaxValue / bytes) return null;
            bytes *= lines;
        }

        return bytes;
    }
}
