namespace AhwaLora.Experiments.Contract;

/// <summary>Constants that belong together: an enum, or the constants of a static class.</summary>
/// <param name="prefix">Of their names in C.</param>
[AttributeUsage(AttributeTargets.Enum | AttributeTargets.Class)]
internal sealed class ConstantsAttribute(string prefix) : Attribute
{
    public string Prefix { get; } = prefix;

    /// <summary>Of the C enum; null for plain numbers, which serve assembler sources too.</summary>
    public string? Tag { get; init; }
}
