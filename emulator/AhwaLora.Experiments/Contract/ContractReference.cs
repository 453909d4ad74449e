using System.Globalization;
using System.Text;

namespace AhwaLora.Experiments.Contract;

/// <summary>The contract's tables in Markdown, for docs/firmware.md.</summary>
internal static class ContractReference
{
    /// <summary>The tables, keyed by the name of their markers in the document.</summary>
    public static IReadOnlyDictionary<string, string> Tables { get; } = new Dictionary<string, string>
    {
        ["exit codes"] = Constants(typeof(FirmwareExit)),
        ["layer records"] = Record(typeof(LayerRecord)) + "\n" + Record(typeof(LayerEngineRecord)) + "\n" + Record(typeof(LayerResultRecord)) + "\n"
            + Constants(typeof(LayerMarks), typeof(LayerSplit), typeof(LayerLimits), typeof(FirmwareLimits)),
        ["service records"] = Record(typeof(ServiceRecord)) + "\n" + Record(typeof(ServiceBlock)) + "\n" + Constants(typeof(ServiceMarks), typeof(ServiceCommand)),
    };

    private static string Constants(params IEnumerable<Type> types)
    {
        var text = new StringBuilder("| value | name | meaning |\n|---|---|---|\n");
        foreach (var constant in types.SelectMany(type => ConstantGroup.Of(type).Constants))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {constant.Literal.TrimEnd('u')} | `{constant.Name}` | {Cell(constant.Meaning)} |\n");
        }

        return text.ToString();
    }

    private static string Record(Type type)
    {
        var record = RecordMap.Of(type);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| `struct {record.Tag}` | member | meaning |\n|---|---|---|\n");
        foreach (var field in record.Fields)
        {
            var row = field.Length is { } length ? $"[{length.Value}]" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {ContractHeader.Hex(field.Offset)} | `{field.Name}{row}`{(field.Type == "float" ? ", float32" : "")} | {Cell(field.Meaning)} |\n");
        }

        return text.ToString();
    }

    private static string Cell(string meaning) => meaning.Replace("|", "\\|", StringComparison.Ordinal);
}
