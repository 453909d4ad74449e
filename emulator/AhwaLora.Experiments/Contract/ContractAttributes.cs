namespace AhwaLora.Experiments.Contract;

/// <summary>What a record, a field or a constant means: the one text for C header and documentation.</summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Class | AttributeTargets.Field)]
internal sealed class MeaningAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

/// <summary>A record: a struct of 32-bit words, in the order of their declaration.</summary>
/// <param name="tag">Of the C struct.</param>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class RecordAttribute(string tag) : Attribute
{
    public string Tag { get; } = tag;

    /// <summary>The app's variable of this type; null for none.</summary>
    public string? Symbol { get; init; }
}

/// <summary>A field that is a row of words: as many as the constant says.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class LengthAttribute(Type group, string constant) : Attribute
{
    public Constant Constant => ConstantGroup.Of(group).Constants.First(c => c.Member == constant);
}

/// <summary>Constants that belong together: an enum, or the constants of a static class.</summary>
/// <param name="prefix">Of their names in C.</param>
[AttributeUsage(AttributeTargets.Enum | AttributeTargets.Class)]
internal sealed class ConstantsAttribute(string prefix) : Attribute
{
    public string Prefix { get; } = prefix;

    /// <summary>Of the C enum; null for plain numbers, which serve assembler sources too.</summary>
    public string? Tag { get; init; }
}
