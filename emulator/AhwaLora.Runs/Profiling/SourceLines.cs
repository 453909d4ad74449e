using System.Diagnostics;
using System.Globalization;

namespace AhwaLora.Runs.Profiling;

/// <summary>A line of source.</summary>
public readonly record struct SourceLine(string File, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}");
}

/// <summary>The source line of each instruction, read from DWARF by the binutils.</summary>
public sealed class SourceLines
{
    /// <summary>The program of the binutils.</summary>
    public const string Tool = "riscv64-unknown-elf-addr2line";

    private readonly Dictionary<uint, SourceLine> _lines;

    private SourceLines(Dictionary<uint, SourceLine> lines, string? problem)
    {
        _lines = lines;
        Problem = problem;
    }

    /// <summary>Why there are no lines, in one sentence; null if there are.</summary>
    public string? Problem { get; }

    /// <summary>Reads the lines of all <paramref name="pcs"/> with one call.</summary>
    /// <param name="elf">The executable.</param>
    /// <param name="pcs">Addresses of instructions.</param>
    /// <param name="tool">The program that reads DWARF.</param>
    public static SourceLines Read(string elf, IEnumerable<uint> pcs, string tool = Tool)
    {
        uint[] addresses = [.. pcs.Distinct().Order()];
        try
        {
            var lines = Parse(addresses, Ask(tool, elf, addresses));
            return new SourceLines(lines, lines.Count != 0 || addresses.Length == 0 ? null : $"no source lines: {Path.GetFileName(elf)} has no line information (build it with -g)");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return new SourceLines([], $"no source lines: {tool} is not installed; install binutils-riscv64-unknown-elf");
        }
    }

    /// <summary>The line of an instruction, or null.</summary>
    public SourceLine? Of(uint pc) => _lines.TryGetValue(pc, out var line) ? line : null;

    private static string[] Ask(string tool, string elf, uint[] addresses)
    {
        var start = new ProcessStartInfo(tool, ["-f", "-e", elf])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var address in addresses) process.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"0x{address:x}\n"));
        process.StandardInput.Close();
        process.WaitForExit();
        _ = errors.Result;
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Two lines of output per address: its function, and <c>FILE:LINE</c>, perhaps with a discriminator, or <c>??:?</c>.</summary>
    private static Dictionary<uint, SourceLine> Parse(uint[] addresses, string[] answers)
    {
        var lines = new Dictionary<uint, SourceLine>();
        for (var n = 0; n < addresses.Length && 2 * n + 1 < answers.Length; n++)
        {
            var place = answers[2 * n + 1].Split(" (discriminator")[0];
            var colon = place.LastIndexOf(':');
            if (colon <= 0 || place.StartsWith('?') || !int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)) continue;
            lines[addresses[n]] = new SourceLine(place[..colon], line);
        }

        return lines;
    }
}
