using System.Text.RegularExpressions;

namespace AhwaLora.Emu.Tests.Documentation;

/// <summary>What the documents name is there: files that they link to, paths in backticks, and the methods of the reading guide's walks.</summary>
public sealed partial class PathTests
{
    private const string Guide = "docs/reading-guide.md";

    // Names of what is made, not committed: by the firmware's build, by make, and by commands that the documents show.
    private static readonly string[] Made = ["firmware/out/", "out/", "report/", "__snapshots__/", "study.md.in"];

    private static readonly string[] Files = [.. ReadFiles()];

    private static readonly HashSet<string> Folders = [.. Files.SelectMany(FoldersOf)];

    public static TheoryData<string> Documents => [.. Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal) && !file.Contains("__snapshots__", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file_or_folder(string document)
    {
        var folder = Path.GetDirectoryName(document)!;
        Assert.Equal("", string.Join('\n', Link().Matches(Text(document)).Select(link => link.Groups[1].Value).Where(target => !Exists(Join(folder, target)))));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_in_backticks_exists(string document) =>
        Assert.Equal("", string.Join('\n', Quoted().Matches(OutsideBlocks(Text(document))).Select(quoted => quoted.Groups[1].Value).Where(IsPath).Where(path => !Names(document, path)).Distinct()));

    [Fact]
    public void The_methods_of_the_walks_are_in_their_files()
    {
        var hops = Walks().SelectMany(walk => walk.Hops).ToList();
        Assert.NotEmpty(hops);
        foreach (var (path, methods) in hops)
        {
            var file = Assert.Single(Files, file => IsEndOf(path, file));
            var code = Text(file);
            foreach (var method in methods) Assert.True(Regex.IsMatch(code, $@"\b{method}\b(<\w+>)?\("), $"{Guide}: {file} has no {method}");
        }
    }

    [Fact]
    public void The_table_of_hops_counts_the_walks()
    {
        var counted = Walks().Select(walk => (walk.Name, walk.Hops.Count, walk.Hops.Select(hop => hop.Path).Distinct().Count(), walk.Hops.SelectMany(hop => hop.Methods.Select(method => (hop.Path, method))).Distinct().Count()));
        var rows = counted.Select(walk => $"| {walk.Name} | {walk.Item2} | {walk.Item3} | {walk.Item4} |");
        Assert.Contains(string.Join('\n', rows), Text(Guide), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docs/nothing.md", false)]
    [InlineData("Isa/Nothing.cs", false)]
    [InlineData("sa/Rv32F.cs", false)]
    [InlineData("Isa/Rv32F.cs", true)]
    [InlineData("../Makefile", true)]
    [InlineData("emulator/AhwaLora.Machine", true)]
    public void A_path_is_found_if_a_file_or_folder_ends_with_it(string path, bool exists) => Assert.Equal(exists, Names(Guide, path));

    private sealed record Walk(string Name, IReadOnlyList<(string Path, string[] Methods)> Hops);

    /// <summary>The walks: tables below headings such as "Walk (a): a run", a hop in each row.</summary>
    private static IEnumerable<Walk> Walks() =>
        from section in Text(Guide).Split("\n## Walk ").Skip(1)
        let heading = section[..section.IndexOf('\n', StringComparison.Ordinal)]
        let rows = Hop().Matches(section.Split("\n## ")[0])
        select new Walk(heading.Replace(":", "", StringComparison.Ordinal), [.. rows.Select(row => (row.Groups[1].Value, Quoted().Matches(row.Groups[2].Value).Select(method => method.Groups[1].Value).ToArray()))]);

    private static bool IsPath(string quoted) => PathShape().IsMatch(quoted) && !Placeholder().IsMatch(quoted) && !Made.Any(quoted.StartsWith);

    /// <summary>A path is one from the root, from the document's folder, or the end of a file's: a document may leave out what its text has said.</summary>
    private static bool Names(string document, string path) =>
        Exists(path.TrimEnd('/')) || Exists(Join(Path.GetDirectoryName(document)!, path)) || Files.Any(file => IsEndOf(path, file)) || Folders.Any(folder => IsEndOf(path.TrimEnd('/'), folder));

    private static bool IsEndOf(string path, string file) => file == path || file.EndsWith("/" + path, StringComparison.Ordinal);

    private static bool Exists(string path) => path.Length == 0 || Files.Contains(path) || Folders.Contains(path);

    private static string Join(string folder, string target) =>
        Path.GetRelativePath(Toolchain.Root, Path.GetFullPath(Path.Combine(Toolchain.Root, folder, target))).Replace('\\', '/');

    private static string Text(string file) => File.ReadAllText(Path.Combine(Toolchain.Root, file));

    private static string OutsideBlocks(string text) => Block().Replace(text, "");

    private static IEnumerable<string> FoldersOf(string file)
    {
        for (var folder = Path.GetDirectoryName(file); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder)) yield return folder.Replace('\\', '/');
    }

    private static IEnumerable<string> ReadFiles()
    {
        var root = Toolchain.Root;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        string[] skipped = ["/bin/", "/obj/", "/.git/", "/out/", "/__mismatch__/"];
        return Directory.EnumerateFiles(root, "*", options).Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')).Where(file => !skipped.Any(folder => $"/{file}".Contains(folder, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\]\(([^)#:]+?)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?ms)^\s*```.*?^\s*```")]
    private static partial Regex Block();

    // A file of ours by its ending, or a path that begins with one of the repository's folders.
    [GeneratedRegex(@"^(?:[\w./-]+\.(?:cs|c|h|S|ld|csproj|props|targets|sln|md|in|yaml|js|html|csv)|(?:emulator|firmware|tests|tools|docs|\.ci)/[\w./-]*)$")]
    private static partial Regex PathShape();

    // NAME.cs, apps/NAME.c; and files of users that examples show.
    [GeneratedRegex(@"[A-Z]{4,}|^(?:study|layer|app|report)\.\w+$|^\.\w+$")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(?m)^\| \d+ \| `([^`]+)` \| ([^|]+) \|")]
    private static partial Regex Hop();
}
