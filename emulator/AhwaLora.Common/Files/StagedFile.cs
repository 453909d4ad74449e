namespace AhwaLora.Common.Files;

/// <summary>A new file that waits beside its target.</summary>
/// <param name="name">The target as the user named it.</param>
/// <param name="target">The file to replace.</param>
internal sealed class StagedFile(string name, string target)
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    private readonly string _new = Neighbour(target), _old = Neighbour(target);
    private bool _isPut, _hadTarget;

    /// <summary>The target as the user named it.</summary>
    public string Name => name;

    /// <summary>Makes the new file, with the target's permissions. The name is random and must be new, so that it cannot be a link that another user has put there.</summary>
    public Stream Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        _hadTarget = File.Exists(target);
        if (!OperatingSystem.IsWindows() && _hadTarget) options.UnixCreateMode = File.GetUnixFileMode(target) & Permissions;
        return new FileStream(_new, options);
    }

    /// <summary>Keeps a copy of the target, so that it can be taken back.</summary>
    public void KeepOld()
    {
        if (_hadTarget) File.Copy(target, _old);
    }

    /// <summary>Puts the new file into its place.</summary>
    public void Put()
    {
        File.Move(_new, target, overwrite: true);
        _isPut = true;
    }

    /// <summary>Removes the copy of the old file.</summary>
    public void ForgetOld() => File.Delete(_old);

    /// <summary>Removes the new file; the target is again what it was.</summary>
    public void TakeBack()
    {
        if (!_isPut) File.Delete(_new);
        else if (_hadTarget) File.Move(_old, target, overwrite: true);
        else File.Delete(target);
        File.Delete(_old);
    }

    // A target's own name may be as long as the file system allows.
    private static string Neighbour(string target) => Path.Combine(Path.GetDirectoryName(target) ?? "", $".{Path.GetRandomFileName()}.tmp");
}
