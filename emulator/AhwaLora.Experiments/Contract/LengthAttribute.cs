namespace AhwaLora.Experiments.Contract;

/// <summary>A field that is a row of words: as many as the constant says.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class LengthAttribute(Type group, string constant) : Attribute
{
    public Constant Constant => ConstantGroup.Of(group).Constants.First(c => c.Member == constant);
}
