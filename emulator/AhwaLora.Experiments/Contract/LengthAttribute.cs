namespace AhwaLora.Experiments.Contract;

/// <summary>Marks an array field; the constant gives its number of words.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class LengthAttribute(Type group, string constant) : Attribute
{
    public Constant Constant => ConstantGroup.Of(group).Constants.First(c => c.Member == constant);
}
