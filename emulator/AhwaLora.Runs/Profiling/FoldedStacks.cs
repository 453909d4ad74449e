using System.Globalization;

namespace AhwaLora.Runs.Profiling;

/// <summary>Folded stacks, for flame graph tools: <c>hart0;main;kernel 1234</c>; the number is cycles.</summary>
public static class FoldedStacks
{
    /// <summary>Writes one line per stack that spent cycles, in order.</summary>
    public static void Write(CauseProfile profile, TextWriter output)
    {
        for (var hart = 0; hart < profile.Harts.Count; hart++)
        {
            var lines = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
            foreach (var root in profile.Harts[hart].Calls.Roots) Fold(profile.Symbols, root, string.Create(CultureInfo.InvariantCulture, $"hart{hart}"), lines);
            foreach (var (stack, cycles) in lines) output.Write(string.Create(CultureInfo.InvariantCulture, $"{stack} {cycles}\n"));
        }
    }

    private static void Fold(SymbolMap symbols, CallNode node, string callers, SortedDictionary<string, ulong> lines)
    {
        var stack = $"{callers};{symbols.NameOf(node.Function)}";
        if (node.Cycles != 0) lines[stack] = lines.GetValueOrDefault(stack) + node.Cycles;
        foreach (var callee in node.Callees) Fold(symbols, callee, stack, lines);
    }
}
