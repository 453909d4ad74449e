using System.Globalization;

namespace AhwaLora.Runs.Profiling;

/// <summary>A line of source.</summary>
public readonly record struct SourceLine(string File, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}");
}

/// <summary>The source line of each instruction, read from DWARF by the binutils. A run never fails because they do.</summary>
public sealed class SourceLines
{
    /// <summary>The program of the binutils.</summary>
    public const string Tool = "riscv64-unknown-elf-addr2line";

    private readonly Dictionary<uint, SourceLine> _lines;

    private SourceLines(Dictionary<uint, SourceLine> lines, string? problem = null, bool isToolAtFault = false)
    {
        _lines = lines;
        IsToolAtFault = isToolAtFault;
        Problem = problem is null ? null : $"no source lines: {problem}";
    }

    /// <summary>Why there are no lines, in one sentence; null if there are.</summary>
    public string? Problem { get; }

    /// <summary>True if the tool gave no answer of use: it will not for other addresses of the file.</summary>
    public bool IsToolAtFault { get; }

    /// <summary>Reads the lines of all <paramref name="pcs"/> with one call.</summary>
    /// <param name="elf">The executable.</param>
    /// <param name="pcs">Addresses of instructions.</param>
    /// <param name="tool">The program that reads DWARF.</param>
    /// <param name="limit">The time that the program may take; by default a minute.</param>
    public static SourceLines Read(string elf, IEnumerable<uint> pcs, string tool = Tool, TimeSpan? limit = null)
    {
        uint[] addresses = [.. pcs.Distinct().Order()];
        if (addresses.Length == 0) return new SourceLines([]);
        var input = string.Concat(addresses.Select(address => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}\n")));
        var asked = ToolCall.Run(tool, ["-f", "-e", Path.GetFullPath(elf)], input, limit ?? TimeSpan.FromMinutes(1));
        if (asked.Answer is not { } answer) return new SourceLines([], asked.Problem == ToolCall.NotInstalled ? $"{tool} is not installed; install binutils-riscv64-unknown-elf" : asked.Problem, isToolAtFault: true);

        // Two lines per address: its function, and FILE:LINE.
        var answers = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (answers.Length != 2 * addresses.Length) return new SourceLines([], $"{tool} gave {answers.Length} lines for {addresses.Length} addresses of {Path.GetFileName(elf)}, not two for each", isToolAtFault: true);
        var lines = Parse(addresses, answers);
        return new SourceLines(lines, lines.Count != 0 ? null : $"{Path.GetFileName(elf)} has no line information (build it with -g)");
    }

    /// <summary>The line of an instruction, or null.</summary>
    public SourceLine? Of(uint pc) => _lines.TryGetValue(pc, out var line) ? line : null;

    /// <summary>Each second line is <c>FILE:LINE</c>, perhaps with a discriminator, or <c>??:?</c>.</summary>
    private static Dictionary<uint, SourceLine> Parse(uint[] addresses, string[] answers)
    {
        var lines = new Dictionary<uint, SourceLine>();
        for (var n = 0; n < addresses.Length; n++)
        {
            var place = answers[2 * n + 1].Trim().Split(" (discriminator")[0];
            var colon = place.LastIndexOf(':');
            if (colon <= 0 || place.StartsWith('?') || place.Any(char.IsControl)) continue;
            if (int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)) lines[addresses[n]] = new SourceLine(place[..colon], line);
        }

        return lines;
    }
}
