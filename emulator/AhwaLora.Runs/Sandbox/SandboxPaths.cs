using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Host;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Sandbox;

/// <summary>
/// Turns a guest's paths into paths of the host below one directory. Every component is checked by itself, links
/// included, so that neither "..", an absolute path nor a link leads out.
/// </summary>
internal sealed class SandboxPaths
{
    private const int MaxLinks = 40; // as Linux

    private readonly string _root;

    /// <summary>Paths below <paramref name="directory"/>, which may itself be reached by links, since the user chose it.</summary>
    public SandboxPaths(string directory)
    {
        var full = Path.GetFullPath(directory);
        var top = Path.GetPathRoot(full)!;
        var root = string.Empty;
        if (!Directory.Exists(full) || Walk(top, full[top.Length..], followsLast: true, out root) != 0)
        {
            throw new SettingException(SettingFault.Of(RunSettings.Sandbox, directory, $"no such directory; name one that exists"));
        }

        _root = root;
    }

    /// <summary>Resolves a guest's path. Returns 0 and the path on the host, whose last component may be missing; or a negated <see cref="Errno"/>.</summary>
    /// <param name="guestPath">Relative, with '/' between components.</param>
    /// <param name="followsLast">False to return a link itself, as for deleting and renaming.</param>
    /// <param name="hostPath">Without links, below the sandbox.</param>
    public int Resolve(string guestPath, bool followsLast, out string hostPath)
    {
        hostPath = _root;
        return guestPath.StartsWith('/') ? -Errno.EACCES : Walk(_root, guestPath, followsLast, out hostPath);
    }

    private static int Walk(string root, string path, bool followsLast, out string resolved)
    {
        resolved = root;
        var rest = new Stack<string>();
        Push(rest, path);
        for (var links = 0; rest.TryPop(out var name);)
        {
            if (name == "..")
            {
                if (resolved == root) return -Errno.EACCES;
                resolved = Path.GetDirectoryName(resolved)!;
                continue;
            }

            if (name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0) return -Errno.EACCES;
            var next = Path.Combine(resolved, name);
            if ((followsLast || rest.Count > 0) && new FileInfo(next).LinkTarget is { } target)
            {
                if (++links > MaxLinks) return -Errno.ELOOP;
                if (Path.IsPathRooted(target))
                {
                    if (!IsBelow(root, target)) return -Errno.EACCES;
                    target = target[root.Length..];
                    resolved = root;
                }

                Push(rest, target);
                continue;
            }

            if (rest.Count > 0 && !Directory.Exists(next)) return File.Exists(next) ? -Errno.ENOTDIR : -Errno.ENOENT;
            resolved = next;
        }

        return 0;
    }

    private static bool IsBelow(string root, string path) =>
        Path.EndsInDirectorySeparator(root) ? path.StartsWith(root, StringComparison.Ordinal) : path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Pushes a path's components on the stack, the first on top.</summary>
    private static void Push(Stack<string> rest, string path)
    {
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (name != ".") rest.Push(name);
        }
    }
}
