using System.Globalization;
using System.Text;
using AhwaLora.Machine.Bus.Registers;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Experiments.Contract;

/// <summary>
/// Writes register maps as a C header and as Markdown, so that devices, firmware and documentation cannot differ.
/// </summary>
public static class RegisterHeader
{
    private const string Generated = "Generated from the emulator's register maps (RegisterHeader.cs); do not edit.";

    /// <summary>The text of <c>ahwa_registers.h</c> for a platform; its plain numbers also serve assembler sources.</summary>
    /// <exception cref="PlatformException">The clusters differ, so that a hart cannot find its own by its number.</exception>
    public static string ToHeader(PlatformDescription platform)
    {
        var harts = platform.Clusters[0].Harts;
        if (platform.Clusters.Any(cluster => cluster.Harts != harts)) throw new PlatformException("the clusters have different numbers of harts; the firmware finds a hart's cluster by equal ones");
        return ToHeader(RegisterBlock.Of(platform), platform.Clusters.Count, platform.Clusters.Count == 1 ? PlatformRules.MaximumHarts : harts);
    }

    /// <summary>The text of <c>ahwa_registers.h</c>.</summary>
    /// <param name="blocks">The registers.</param>
    /// <param name="clusters">Number of clusters.</param>
    /// <param name="hartsPerCluster">Numbers of harts that belong to one cluster.</param>
    public static string ToHeader(IReadOnlyList<RegisterBlock> blocks, int clusters, int hartsPerCluster)
    {
        var text = new StringBuilder();
        Line(text, $"/* {Generated} */");
        Line(text, "#ifndef AHWA_REGISTERS_H");
        Line(text, "#define AHWA_REGISTERS_H");
        Line(text, "");
        Line(text, "/* Clusters. Hart h belongs to cluster h / AHWA_HARTS_PER_CLUSTER. */");
        Line(text, $"#define AHWA_CLUSTERS          {Decimal(clusters)}");
        Line(text, $"#define AHWA_HARTS_PER_CLUSTER {Decimal(hartsPerCluster)}");
        foreach (var block in blocks) AppendBlock(text, block);
        Line(text, "");
        Line(text, "#endif");
        return text.ToString();
    }

    /// <summary>The register reference in Markdown: a heading and a table for each block.</summary>
    public static string ToMarkdown(IReadOnlyList<RegisterBlock> blocks)
    {
        var text = new StringBuilder();
        foreach (var block in blocks)
        {
            var map = block.Map;
            Line(text, $"### {map.Name} at 0x{block.Base:X8}{(block.IsArray ? $" + 0x{map.Size:X} each" : "")}");
            Line(text, "");
            Line(text, map.Meaning);
            Line(text, "");
            Line(text, "| offset | register | access | meaning |");
            Line(text, "|---|---|---|---|");
            foreach (var register in map.Registers) Line(text, $"| {Offsets(register)} | {Title(register)} | {Describe(register.Access)} | {Meaning(register)} |");
            if (map.Constants.Count != 0)
            {
                Line(text, "");
                Line(text, "| constant | value | meaning |");
                Line(text, "|---|---|---|");
                foreach (var constant in map.Constants) Line(text, $"| {constant.Name} | {Number(constant.Value)} | {constant.Meaning} |");
            }

            Line(text, "");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>Inserts <paramref name="reference"/> between the marker comments <paramref name="name"/> of <paramref name="document"/>.</summary>
    /// <exception cref="ArgumentException">The document does not have both markers.</exception>
    public static string Embed(string document, string reference, string name = "registers")
    {
        string begin = $"<!-- {name}: begin (generated) -->\n", end = $"<!-- {name}: end -->";
        var from = document.IndexOf(begin, StringComparison.Ordinal);
        var to = document.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from) throw new ArgumentException($"The document must hold the line '{begin.TrimEnd()}' and, after it, '{end}'.", nameof(document));
        return document[..(from + begin.Length)] + "\n" + reference + "\n" + document[to..];
    }

    private static void AppendBlock(StringBuilder text, RegisterBlock block)
    {
        var map = block.Map;
        var rows = new List<(string Name, string Value, string Comment)> { ("BASE", Number(block.Base, 8), "") };
        if (block.ClusterStride is { } distance) rows.Add(("CLUSTER_STRIDE", Number(distance), "From the block of one cluster to that of the next; 0 with one cluster."));
        if (block.IsArray) rows.Add(("STRIDE", Number(map.Size), "From one block to the next."));
        foreach (var register in map.Registers)
        {
            rows.Add(($"{register.Name}_OFFSET", Number(register.Offset), register.Meaning));
            if (register.Count > 1)
            {
                rows.Add(($"{register.Name}_STRIDE", Number(register.Stride), ""));
                rows.Add(($"{register.Name}_COUNT", Decimal(register.Count), ""));
            }

            foreach (var field in register.Fields)
            {
                rows.Add(($"{register.Name}_{field.Name}_SHIFT", Decimal(field.Low), ""));
                rows.Add(($"{register.Name}_{field.Name}_MASK", Number(field.Mask), field.Meaning));
            }
        }

        foreach (var constant in map.Constants) rows.Add((constant.Name, Number(constant.Value), constant.Meaning));

        var nameWidth = rows.Max(row => row.Name.Length);
        var valueWidth = rows.Max(row => row.Value.Length);
        Line(text, "");
        Line(text, $"/* {map.Name}. {map.Meaning} */");
        foreach (var (name, value, comment) in rows)
        {
            var define = $"#define AHWA_{map.Name}_{name.PadRight(nameWidth)} {value.PadRight(valueWidth)}";
            Line(text, comment.Length == 0 ? define.TrimEnd() : $"{define} /* {comment} */");
        }
    }

    private static string Offsets(Register register) =>
        register.Count == 1 ? $"0x{register.Offset:X2}" : $"0x{register.Offset:X2} + 0x{register.Stride:X} n";

    private static string Title(Register register)
    {
        var row = register.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{register.Count}]");
        var width = register.Bytes > 4 ? string.Create(CultureInfo.InvariantCulture, $", {8 * register.Bytes} bit") : "";
        return $"{register.Name}{row}{width}";
    }

    private static string Meaning(Register register)
    {
        var text = new StringBuilder(register.Meaning);
        foreach (var field in register.Fields)
        {
            var bits = field.High == field.Low ? Decimal(field.Low) : $"{Decimal(field.High)}:{Decimal(field.Low)}";
            text.Append(CultureInfo.InvariantCulture, $"<br>{bits} {field.Name}: {field.Meaning}");
        }

        return text.ToString();
    }

    private static string Describe(RegisterAccess access) => access switch
    {
        RegisterAccess.ReadWrite => "read, write",
        RegisterAccess.ReadOnly => "read",
        RegisterAccess.WriteOnly => "write",
        RegisterAccess.WriteOneToClear => "write 1 to clear",
        RegisterAccess.ReadActs => "read acts",
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, "A register access that the reference cannot name."),
    };

    private static string Number(uint value, int digits = 2) => "0x" + value.ToString("X" + Decimal(digits), CultureInfo.InvariantCulture);

    private static string Decimal(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
