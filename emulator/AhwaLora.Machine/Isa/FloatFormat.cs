namespace AhwaLora.Machine.Isa;

/// <summary>The formats of floating-point operands. A packed operation has the format of its lanes.</summary>
public enum FloatFormat : byte
{
    /// <summary>Binary32.</summary>
    Single,

    /// <summary>Binary64.</summary>
    Double,

    /// <summary>Binary16.</summary>
    Half,
}

/// <summary>A binary interchange format (IEEE 754-2019, section 3.6), as a type, so that arithmetic is compiled for each.</summary>
public interface IBinaryFormat
{
    /// <summary>Bits of the exponent field.</summary>
    static abstract int ExponentBits { get; }

    /// <summary>Bits of the fraction field.</summary>
    static abstract int FractionBits { get; }
}

/// <summary>Binary16: H.</summary>
public readonly struct Binary16 : IBinaryFormat
{
    /// <inheritdoc/>
    public static int ExponentBits => 5;

    /// <inheritdoc/>
    public static int FractionBits => 10;
}

/// <summary>Binary32: S.</summary>
public readonly struct Binary32 : IBinaryFormat
{
    /// <inheritdoc/>
    public static int ExponentBits => 8;

    /// <inheritdoc/>
    public static int FractionBits => 23;
}

/// <summary>Binary64: D.</summary>
public readonly struct Binary64 : IBinaryFormat
{
    /// <inheritdoc/>
    public static int ExponentBits => 11;

    /// <inheritdoc/>
    public static int FractionBits => 52;
}
