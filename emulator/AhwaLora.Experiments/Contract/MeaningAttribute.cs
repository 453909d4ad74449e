namespace AhwaLora.Experiments.Contract;

/// <summary>The meaning of a record, a field or a constant: the one text for both C header and documentation.</summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Class | AttributeTargets.Field)]
internal sealed class MeaningAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}
