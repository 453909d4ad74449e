namespace AhwaLora.Common.Files;

/// <summary>
/// Links in the place of files that are written. In a directory into which everybody may write, such as /tmp, another user can
/// put a link to a file of this user's; it must not be followed.
/// </summary>
public static class Links
{
    private const int MostHops = 40; // as Linux

    /// <summary>The file to write: the target of a link, or the path itself if it is none or must not be followed.</summary>
    public static string TargetOf(string path)
    {
        // What leads nowhere is replaced. For a link without a directory .NET would look in the root.
        if (!File.Exists(path)) return path;
        for (var hops = 0; hops < MostHops && !IsOpenToAll(path) && Next(path) is { } next; hops++) path = next;
        return path;
    }

    /// <summary>True if a file that is written in place is a link that another user may have made.</summary>
    public static bool IsForeign(string path) => IsOpenToAll(path) && new FileInfo(path).LinkTarget is not null;

    private static string? Next(string path) => File.ResolveLinkTarget(Path.GetFullPath(path), returnFinalTarget: false)?.FullName;

    private static bool IsOpenToAll(string path) =>
        !OperatingSystem.IsWindows() && Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && Directory.Exists(directory)
        && File.GetUnixFileMode(directory).HasFlag(UnixFileMode.OtherWrite);
}
