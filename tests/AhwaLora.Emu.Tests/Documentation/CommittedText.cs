namespace AhwaLora.Emu.Tests.Documentation;

/// <summary>Text in committed files that has to be what the product prints; <c>AHWALORA_ACCEPT=1</c> rewrites it, for a reader to review, and fails.</summary>
internal static class CommittedText
{
    /// <summary>Compares what stands in <paramref name="file"/> between <c>begin: name</c> and <c>end: name</c> comments, in a code fence.</summary>
    public static void AssertBlock(string file, string name, string expected) =>
        AssertBetween(file, name, $"<!-- begin: {name} -->\n```\n", $"```\n<!-- end: {name} -->", expected);

    /// <summary>The same for Markdown, which stands alone between blank lines.</summary>
    public static void AssertTable(string file, string name, string expected) =>
        AssertBetween(file, name, $"<!-- begin: {name} -->\n\n", $"\n<!-- end: {name} -->", expected);

    private static void AssertBetween(string file, string name, string begin, string end, string expected)
    {
        var path = Path.Combine(Toolchain.Root, file);
        var text = File.ReadAllText(path);
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= begin.Length && to >= from, $"{file} has no block '{name}'");
        Accepting.AssertText(path, expected, text[from..to], text[..from] + expected + text[to..]);
    }
}
