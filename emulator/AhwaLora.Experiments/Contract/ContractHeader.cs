using System.Globalization;
using System.Reflection;
using System.Text;

namespace AhwaLora.Experiments.Contract;

/// <summary>A C header of the firmware, generated from the types that declare its contents.</summary>
/// <param name="Path">Path under <c>firmware</c>.</param>
/// <param name="Meaning">What it is for.</param>
/// <param name="Parts">Groups of constants and records, in the header's order.</param>
internal sealed record ContractHeader(string Path, string Meaning, params IReadOnlyList<Type> Parts)
{
    private const int Width = 118;
    private const string Generated = "Generated from emulator/AhwaLora.Experiments/Contract; do not edit.";

    /// <summary>Headers of the contract that this one includes.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>All headers that host and firmware share, except registers and events.</summary>
    public static IReadOnlyList<ContractHeader> All { get; } =
    [
        new("runtime/ahwa_exit.h", "Exit codes of the firmware, as `ahwalora run` returns them. For C and assembler.", typeof(FirmwareExit)),
        new("runtime/ahwa_limits.h", "Sizes of what the firmware keeps per hart and per tile.", typeof(FirmwareLimits)),
        new("kernels/lora/lora_layout.h", "How the LoRA kernels want their matrices, which the host has to know to find room for them.", typeof(LoraLayout)),
        new(
            "layer/layer.h",
            "The contract between the host and the layer apps: the host fills in `layer` before the run, the app fills in `layer_result`. All members are 32-bit words, so offsets are the same for every compiler; see docs/firmware.md.",
            typeof(LayerMarks), typeof(LayerSchedule), typeof(LayerLimits), typeof(LayerBuffers), typeof(LayerSplit), typeof(LayerRegion),
            typeof(LayerRecord), typeof(LayerEngineRecord), typeof(LayerResultRecord)) { Includes = ["ahwa_limits.h"] },
        new(
            "layer/service.h",
            "The contract between the host and apps/service.c, which keeps a model's layers running: the host fills in `service`, and `layer` if it asks for one, raises hart 0's event, and finds everything done when all harts wait again.",
            typeof(ServiceMarks), typeof(ServiceCommand), typeof(ServiceBlock), typeof(ServiceRecord)),
        new("apps/kernel_speed.h", "What kernel_speed.c measures, so that the host can say what its cycles are for.", typeof(KernelSpeedShape)),
    ];

    /// <summary>The header's text.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        var name = System.IO.Path.GetFileNameWithoutExtension(Path).ToUpperInvariant();
        var guard = $"{(name.StartsWith("AHWA_", StringComparison.Ordinal) ? "" : "AHWA_")}{name}_H";
        Line(text, "/**");
        Line(text, " * @file");
        foreach (var line in Wrapped(Meaning)) Line(text, $" * {line}");
        Line(text, " *");
        Line(text, $" * {Generated}");
        Line(text, " */");
        Line(text, $"#ifndef {guard}");
        Line(text, $"#define {guard}");
        var records = Parts.Where(part => part.IsDefined(typeof(RecordAttribute))).Select(RecordMap.Of).ToList();
        if (records.Count != 0)
        {
            Line(text, "");
            foreach (var header in new[] { "assert", "stddef", "stdint" }) Line(text, $"#include <{header}.h>");
        }

        if (Includes.Count != 0) Line(text, "");
        foreach (var header in Includes) Line(text, $"#include \"{header}\"");
        foreach (var group in Parts.Where(part => part.IsDefined(typeof(ConstantsAttribute))).Select(ConstantGroup.Of)) AppendConstants(text, group);
        foreach (var record in records) AppendRecord(text, record);
        Line(text, "");
        Line(text, "#endif");
        return text.ToString();
    }

    private static void AppendConstants(StringBuilder text, ConstantGroup group)
    {
        var nameWidth = group.Constants.Max(c => c.Name.Length);
        Line(text, "");
        AppendComment(text, group.Meaning);
        if (group.Tag is null)
        {
            var valueWidth = group.Constants.Max(c => c.Literal.Length);
            foreach (var c in group.Constants) Line(text, $"#define {c.Name.PadRight(nameWidth)} {c.Literal.PadRight(valueWidth)} /* {c.Meaning} */");
            return;
        }

        Line(text, $"enum {group.Tag} {{");
        var width = group.Constants.Max(c => c.Literal.Length) + 1;
        foreach (var c in group.Constants) Line(text, $"    {c.Name.PadRight(nameWidth)} = {(c.Literal + ",").PadRight(width)} /**< {c.Meaning} */");
        Line(text, "};");
    }

    private static void AppendRecord(StringBuilder text, RecordMap record)
    {
        var declared = record.Fields.Select(f => $"{f.Type} {f.Name}{(f.Length is { } length ? $"[{length.Name}]" : "")};").ToList();
        var width = record.Fields.Zip(declared).Where(f => f.First.Length is null).Max(f => f.Second.Length);
        Line(text, "");
        AppendComment(text, record.Meaning);
        Line(text, $"struct {record.Tag} {{");
        foreach (var (field, declaration) in record.Fields.Zip(declared)) Line(text, $"    {declaration.PadRight(width)} /**< {field.Meaning} */");
        Line(text, "};");
        Line(text, "");
        foreach (var field in record.Fields) Line(text, $"static_assert(offsetof(struct {record.Tag}, {field.Name}) == {Hex(field.Offset)}, \"published offset\");");
        Line(text, $"static_assert(sizeof(struct {record.Tag}) == {Hex(record.Bytes)}, \"published size\");");
        if (record.Symbol is null) return;
        Line(text, "");
        Line(text, $"extern struct {record.Tag} {record.Symbol};");
    }

    private static void AppendComment(StringBuilder text, string meaning)
    {
        if (meaning.Length <= Width - "/**  */".Length)
        {
            Line(text, $"/** {meaning} */");
            return;
        }

        Line(text, "/**");
        foreach (var line in Wrapped(meaning)) Line(text, $" * {line}");
        Line(text, " */");
    }

    private static IEnumerable<string> Wrapped(string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width - " * ".Length)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : $" {word}";
        }

        yield return line;
    }

    internal static string Hex(uint value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:X2}");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
