namespace AhwaLora.Experiments.Contract;

/// <summary>What a record, a field or a constant means: the one text for C header and documentation.</summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Class | AttributeTargets.Field)]
internal sealed class MeaningAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}
