namespace AhwaLora.Models.Tensors;

/// <summary>A tensor in a file: where it lies and what it is.</summary>
/// <param name="Name">Its name; of a .npy file the file's.</param>
/// <param name="TypeName">Element type as the file calls it.</param>
/// <param name="Type">The same, if it is known.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Offset">First byte, from the file's begin.</param>
/// <param name="Bytes">All of its elements.</param>
public sealed record TensorEntry(string Name, string TypeName, ElementType? Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    /// <summary>How messages name it: name, shape and type.</summary>
    public string Description => $"tensor '{Name}' {List(Shape)} {TypeName}";

    /// <summary>An element's place in the shape, as in [2, 0].</summary>
    internal string IndexText(long element)
    {
        var index = new long[Shape.Count];
        for (var axis = index.Length - 1; axis >= 0; axis--) (element, index[axis]) = (element / Shape[axis], element % Shape[axis]);
        return List(index);
    }

    /// <summary>A shape or an index, as messages have it: <c>[2, 3]</c>.</summary>
    internal static string List<T>(IEnumerable<T> numbers)
        where T : struct => $"[{string.Join(", ", numbers.Select(n => $"{n}"))}]";

    /// <summary>Bytes that a shape takes; null where they are more than any file has.</summary>
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
