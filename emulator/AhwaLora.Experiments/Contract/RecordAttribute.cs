namespace AhwaLora.Experiments.Contract;

/// <summary>Marks a record: a struct of 32-bit words, in the order of their declaration.</summary>
/// <param name="tag">Tag of the C struct.</param>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class RecordAttribute(string tag) : Attribute
{
    public string Tag { get; } = tag;

    /// <summary>The app's variable of this type; null for none.</summary>
    public string? Symbol { get; init; }
}
