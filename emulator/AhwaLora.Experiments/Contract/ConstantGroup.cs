using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace AhwaLora.Experiments.Contract;

/// <summary>A constant of the contract.</summary>
/// <param name="Member">Its name in C#.</param>
/// <param name="Name">Its name in C.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsUnsigned">True if C takes it as unsigned.</param>
/// <param name="Meaning">Its meaning, in one line.</param>
internal sealed record Constant(string Member, string Name, long Value, bool IsUnsigned, string Meaning)
{
    /// <summary>The value as C writes it: magic numbers in hexadecimal.</summary>
    public string Literal => Value > ushort.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"0x{Value:X8}{Suffix}") : string.Create(CultureInfo.InvariantCulture, $"{Value}{Suffix}");

    private string Suffix => IsUnsigned ? "u" : "";
}

/// <summary>Constants that belong together, as one type declares them.</summary>
/// <param name="Prefix">Prefix of their names in C.</param>
/// <param name="Tag">Tag of the C enum; null for plain numbers.</param>
/// <param name="Meaning">Their meaning, in one line.</param>
/// <param name="Constants">In the order of their declaration.</param>
internal sealed record ConstantGroup(string Prefix, string? Tag, string Meaning, IReadOnlyList<Constant> Constants)
{
    /// <summary>The group that a type declares.</summary>
    public static ConstantGroup Of(Type type)
    {
        var attribute = type.GetCustomAttribute<ConstantsAttribute>() ?? throw new ArgumentException($"{type.Name} lacks [Constants].", nameof(type));
        var constants = type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => new Constant(
            f.Name,
            attribute.Prefix + JsonNamingPolicy.SnakeCaseUpper.ConvertName(f.Name),
            Convert.ToInt64(f.GetRawConstantValue(), CultureInfo.InvariantCulture),
            f.FieldType == typeof(uint),
            f.GetCustomAttribute<MeaningAttribute>()?.Text ?? ""));
        return new(attribute.Prefix, attribute.Tag, type.GetCustomAttribute<MeaningAttribute>()?.Text ?? "", [.. constants]);
    }
}
