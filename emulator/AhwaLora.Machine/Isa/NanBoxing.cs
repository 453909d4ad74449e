namespace AhwaLora.Machine.Isa;

/// <summary>
/// NaN boxing (unprivileged specification, section "NaN Boxing of Narrower Values"): in a register wider than a value, the bits
/// above the value are ones. An operand without them counts as the canonical NaN. Registers here have 64 bits.
/// </summary>
internal static class NanBoxing
{
    /// <summary>A value in a register.</summary>
    public static ulong Box<TFormat>(ulong value)
        where TFormat : struct, IBinaryFormat => value | Above<TFormat>();

    /// <summary>The value of a register.</summary>
    public static ulong Unbox<TFormat>(ulong register)
        where TFormat : struct, IBinaryFormat => (register & Above<TFormat>()) == Above<TFormat>() ? register & ~Above<TFormat>() : SoftFloat<TFormat>.CanonicalNaN;

    private static ulong Above<TFormat>()
        where TFormat : struct, IBinaryFormat => SoftFloat<TFormat>.Width == 64 ? 0 : ulong.MaxValue << SoftFloat<TFormat>.Width;
}
