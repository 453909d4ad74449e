using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Tests.House;

/// <summary>What a machine can check of the house style (docs/style.md), over every file of the repository.</summary>
public sealed partial class TidyTests
{
    private const int MostCharacters = 240;

    // The compiler looks for this type in this namespace (docs/decisions/0010).
    private const string CompilersType = "emulator/DefaultInterpolatedStringHandler.cs";

    // Files that have to name what they forbid.
    private static readonly string[] NotRead = ["docs/style.md", "tests/AhwaLora.Emu.Tests/House/TidyTests.cs"];

    // Each phrase with what to write in its place.
    private static readonly (Regex Phrase, string Better)[] Banned =
    [
        (MeasuredSo(), "say what was measured: 'The measurement shows ...'"),
        (WaitsForNothing(), "'waits for an event that cannot occur', or 'does not wait'"),
        (IsNo(), "'is not a ...'"),
        (ValueWhere(), "'if': 'where' is for places"),
        (WhereThereIs(), "'if there is no ...'"),
        (Rate(), "'per': bytes per cycle"),
        (BehindInTime(), "'after': 'behind' is for places"),
        (SoManieth(), "'every n-th'"),
    ];

    // Lines of a file that may hold a banned phrase all the same, each exactly as it stands.
    private static readonly (string File, string Line)[] Exceptions = [];

    [Fact]
    public void Texts_use_plain_words()
    {
        var allowed = Exceptions.ToHashSet();
        AssertNone(
            from file in SourceTree.Files
            where !NotRead.Contains(file.Path)
            from line in file.Lines
            where !allowed.Contains((file.Path, line.Text.Trim()))
            from banned in Banned
            let match = banned.Phrase.Match(line.Text)
            where match.Success
            select $"{file.Path}:{line.Number}: '{match.Value.Trim()}': write {banned.Better}");
    }

    [Fact]
    public void Every_exception_still_stands_where_it_is_listed() => AssertNone(
        from exception in Exceptions
        where !SourceTree.Files.Any(file => file.Path == exception.File && file.Lines.Any(line => line.Text.Trim() == exception.Line))
        select $"{exception.File}: has no line '{exception.Line}' any more; remove the exception");

    [Fact]
    public void Nothing_is_left_to_be_done_later() => AssertNone(
        from file in SourceTree.Files
        where !NotRead.Contains(file.Path)
        from line in file.Lines
        let match = Later().Match(line.Text)
        where match.Success
        select $"{file.Path}:{line.Number}: '{match.Value}': do it, or write an issue");

    [Fact]
    public void Lines_of_code_are_not_longer_than_a_screen_is_wide() => AssertNone(
        from file in SourceTree.CSharp
        from line in file.Lines
        where line.Text.Length > MostCharacters
        select $"{file.Path}:{line.Number}: {line.Text.Length} characters; break it before {MostCharacters + 1}");

    [Fact]
    public void Text_files_have_no_byte_order_mark_end_lines_with_line_feed_and_end_with_a_line() => AssertNone(
        from file in SourceTree.Files
        from fault in (string?[])
        [
            // The snapshot library begins its files with one.
            file.HasByteOrderMark && !file.Path.EndsWith(".snap", StringComparison.Ordinal) ? "begins with a byte order mark; save it without" : null,
            file.Text.Contains('\r') ? "has carriage returns; end its lines with line feed alone" : null,
            file.Text.Length != 0 && !file.Text.EndsWith('\n') ? "does not end with a line feed; add one" : null,
        ]
        where fault is not null
        select $"{file.Path}: {fault}");

    [Fact]
    public void A_namespace_is_the_folder_of_its_file() => AssertNone(
        from file in SourceTree.CSharp
        where !IsProgram(file) && file.Path != CompilersType
        let folder = file.Folder[(file.Folder.IndexOf('/') + 1)..].Replace('/', '.')
        let name = Namespace().Match(file.Text).Groups[1].Value
        where name != folder
        select $"{file.Path}: namespace '{name}'; expected {folder}");

    [Fact]
    public void A_code_file_is_named_after_a_type_in_it() => AssertNone(
        from file in SourceTree.CSharp
        where !IsProgram(file)
        let name = Path.GetFileName(file.Path).Split('.')[0]
        let types = Declaration().Matches(file.Text).Select(match => match.Groups[1].Value).Distinct().ToList()
        where !types.Contains(name)
        select $"{file.Path}: declares {string.Join(", ", types)}; name it after one");

    [Fact]
    public void A_warning_is_switched_off_with_a_reason() => AssertNone(
        from file in SourceTree.CSharp
        where !NotRead.Contains(file.Path)
        from line in file.Lines
        where SwitchedOff().IsMatch(line.Text)
        select $"{file.Path}:{line.Number}: {line.Text.Trim()}: say why, after // on the same line");

    [Theory]
    [InlineData("null where there is none.")]
    [InlineData("its sum, or -1 where it is empty")]
    [InlineData("'x' is no whole number")]
    [InlineData("Measured so, it is fast")]
    [InlineData("16 bytes a cycle")]
    [InlineData("every hart waits for nothing")]
    [InlineData("the cycle behind it")]
    public void A_banned_phrase_is_found(string text) => Assert.Contains(Banned, banned => banned.Phrase.IsMatch(text));

    [Theory]
    [InlineData("There is no such file; there are no others")]
    [InlineData("it is no longer than a line")]
    [InlineData("the folder where the files are")]
    [InlineData("a column of a matrix, a cycle of a graph")]
    [InlineData("bytes.Where(b => b != 0)")]
    public void A_plain_phrase_is_not(string text) => Assert.DoesNotContain(Banned, banned => banned.Phrase.IsMatch(text));

    private static bool IsProgram(SourceFile file) => Path.GetFileName(file.Path) == "Program.cs";

    private static void AssertNone(IEnumerable<string> faults) => Assert.Equal("", string.Join('\n', faults));

    [GeneratedRegex(@"\bMeasured so\b")]
    private static partial Regex MeasuredSo();

    [GeneratedRegex(@"\bwait(s|ed|ing)? for nothing\b")]
    private static partial Regex WaitsForNothing();

    [GeneratedRegex(@"(?<![Tt]here )\b(is|are|was|were) no (?!longer|more|less|fewer|farther|later|earlier)\b")]
    private static partial Regex IsNo();

    [GeneratedRegex(@"(\b(null|false|true|empty|0|nothing|none|nobody)|-1) where ")]
    private static partial Regex ValueWhere();

    [GeneratedRegex(@"\b[Ww]here there (is|are) (no|none|nobody|nothing)\b")]
    private static partial Regex WhereThereIs();

    [GeneratedRegex(@"\b(bytes|bits|words|multiply-adds|adds|cycles|grants?|ticks?|accesses|instructions) a (cycle|second|token|hart)\b")]
    private static partial Regex Rate();

    [GeneratedRegex(@"\b[Bb]ehind (it|the run|the ebreak|the last)\b|\bcycle behind\b")]
    private static partial Regex BehindInTime();

    [GeneratedRegex(@"\bso-man(y|ieth)\b")]
    private static partial Regex SoManieth();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bXXX\b|\bNotImplementedException\b")]
    private static partial Regex Later();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected|file|sealed|static|abstract|readonly|ref|partial|unsafe)\s+)*"
        + @"(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\]?.]+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\s*#pragma warning disable (?!.*// \w)")]
    private static partial Regex SwitchedOff();
}
