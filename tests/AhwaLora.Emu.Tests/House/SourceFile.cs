namespace AhwaLora.Emu.Tests.House;

/// <summary>A text file of the repository.</summary>
/// <param name="Path">From the root, with '/' between folders.</param>
/// <param name="HasByteOrderMark">True if it begins with one; the text leaves it out.</param>
/// <param name="Text">Its contents.</param>
internal sealed record SourceFile(string Path, bool HasByteOrderMark, string Text)
{
    /// <summary>The lines, numbered from 1.</summary>
    public IReadOnlyList<(int Number, string Text)> Lines { get; } = [.. Text.Split('\n').Select((line, index) => (index + 1, line))];

    /// <summary>The folder, from the root.</summary>
    public string Folder => Path.Contains('/') ? Path[..Path.LastIndexOf('/')] : "";
}
