using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AhwaLora.Experiments.Contract;

/// <summary>A field of a record.</summary>
/// <param name="Member">Its name in C#.</param>
/// <param name="Name">Its name in C.</param>
/// <param name="Offset">Bytes from the record's beginning.</param>
/// <param name="Type">Type of each word in C.</param>
/// <param name="Length">Number of words in an array field; null for a single word.</param>
/// <param name="Meaning">Its meaning, in one line.</param>
internal sealed record RecordField(string Member, string Name, uint Offset, string Type, Constant? Length, string Meaning);

/// <summary>
/// A record that host and firmware share, as a struct declares it. The struct is the only definition of the layout: the
/// host reads and writes it (<see cref="RecordBytes"/>), and the C header and the documentation are generated from the map.
/// </summary>
/// <param name="Tag">Tag of the C struct.</param>
/// <param name="Symbol">The app's variable of this type; null for none.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Meaning">What it is for.</param>
/// <param name="Fields">In order of offset, without gaps.</param>
internal sealed record RecordMap(string Tag, string? Symbol, uint Bytes, string Meaning, IReadOnlyList<RecordField> Fields)
{
    public const uint WordBytes = 4;

    /// <summary>The map of a record.</summary>
    /// <exception cref="ArgumentException">The type is not a struct of 32-bit words, or an array field does not have the length that it declares.</exception>
    public static RecordMap Of(Type type)
    {
        var attribute = type.GetCustomAttribute<RecordAttribute>() ?? throw new ArgumentException($"{type.Name} lacks [Record].", nameof(type));
        var fields = new List<RecordField>();
        var offset = 0u;
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Instance).OrderBy(f => f.MetadataToken))
        {
            var length = field.GetCustomAttribute<LengthAttribute>()?.Constant;
            var words = field.FieldType.GetCustomAttribute<InlineArrayAttribute>()?.Length ?? 1;
            if (words != (length?.Value ?? 1)) throw new ArgumentException($"{type.Name}.{field.Name} has {words} words; its [Length] says {length?.Value ?? 1}.", nameof(type));
            fields.Add(new(field.Name, JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name), offset, TypeOf(field), length, field.GetCustomAttribute<MeaningAttribute>()?.Text ?? ""));
            offset += WordBytes * (uint)words;
        }

        return new(attribute.Tag, attribute.Symbol, offset, type.GetCustomAttribute<MeaningAttribute>()?.Text ?? "", fields);
    }

    /// <summary>The offset of a field, by its name in C#.</summary>
    public uint OffsetOf(string member) => Fields.First(f => f.Member == member).Offset;

    private static string TypeOf(FieldInfo field)
    {
        var word = field.FieldType.IsDefined(typeof(InlineArrayAttribute)) ? field.FieldType.GetFields(BindingFlags.NonPublic | BindingFlags.Instance)[0].FieldType : field.FieldType;
        if (word == typeof(uint)) return "uint32_t";
        return word == typeof(float) ? "float" : throw new ArgumentException($"{field.DeclaringType!.Name}.{field.Name} is {word.Name}; expected uint or float.", nameof(field));
    }
}
