namespace AhwaLora.Experiments.Contract;

/// <summary>Marks constants that belong together: an enum, or the constants of a static class.</summary>
/// <param name="prefix">Prefix of their names in C.</param>
[AttributeUsage(AttributeTargets.Enum | AttributeTargets.Class)]
internal sealed class ConstantsAttribute(string prefix) : Attribute
{
    public string Prefix { get; } = prefix;

    /// <summary>Tag of the C enum; null for plain numbers, which assembler sources can use too.</summary>
    public string? Tag { get; init; }
}
