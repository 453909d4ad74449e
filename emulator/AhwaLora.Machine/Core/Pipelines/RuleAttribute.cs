namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Where a timing rule comes from.</summary>
public enum Provenance
{
    /// <summary>Measured on the core's RTL.</summary>
    Measured,

    /// <summary>In the core's manual.</summary>
    Documented,

    /// <summary>Derived from one of these, or chosen.</summary>
    Derived,
}

/// <summary>Says where a latency comes from, and which values it may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RuleAttribute(Provenance provenance, int minimum, int maximum) : Attribute
{
    /// <summary>Where the default value comes from.</summary>
    public Provenance Provenance { get; } = provenance;

    /// <summary>Lowest value.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Highest value.</summary>
    public int Maximum { get; } = maximum;
}
