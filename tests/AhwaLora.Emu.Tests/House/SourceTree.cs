using System.Text;

namespace AhwaLora.Emu.Tests.House;

/// <summary>The text files of the repository: those that git tracks, or would track if they were added.</summary>
internal static class SourceTree
{
    private static readonly string[] CodeFolders = ["emulator/", "tools/", "tests/"];

    /// <summary>All text files, in order of their paths.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = [.. Paths().Order(StringComparer.Ordinal).Select(Read).OfType<SourceFile>()];

    /// <summary>The C# files.</summary>
    public static IReadOnlyList<SourceFile> CSharp { get; } =
        [.. Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && CodeFolders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)))];

    private static string[] Paths() =>
        Toolchain.RunText("git", $"-c safe.directory=* -C \"{Toolchain.Root}\" ls-files -z --cached --others --exclude-standard").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads a file; null if it is binary or was deleted.</summary>
    private static SourceFile? Read(string path)
    {
        var file = new FileInfo(Path.Combine(Toolchain.Root, path));
        if (!file.Exists || file.LinkTarget is not null) return null;
        var bytes = File.ReadAllBytes(file.FullName);
        if (bytes.AsSpan().Contains((byte)0)) return null;
        var hasMark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        return new SourceFile(path, hasMark, Encoding.UTF8.GetString(bytes.AsSpan(hasMark ? Encoding.UTF8.Preamble.Length : 0)));
    }
}
